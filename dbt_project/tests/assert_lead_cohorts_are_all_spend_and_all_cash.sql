-- Guards: cohorts together have all spend and all cash, under every model in them, whatever month is not over. Workspaces
-- with a missing rate are left to assert_no_money_without_an_exchange_rate.
{{ config(meta={'dagster': {'ref': {'name': 'fct_lead_cohort_months'}}}) }}

with reports as (
    select
        workspace_id,
        model,
        sum(reporting_spend_amount) as spend_amount,
        sum(reporting_net_amount) as net_amount
    from {{ ref('rpt_roi_by_lead_date') }}
    where not is_overlapping
    group by workspace_id, model
    having count(*) = count(reporting_spend_amount) and count(*) = count(reporting_net_amount)
),

cohorts as (
    select
        workspace_id,
        model,
        sum(reporting_spend_amount) as spend_amount,
        sum(reporting_net_amount) as net_amount
    from {{ ref('fct_lead_cohort_months') }}
    group by workspace_id, model
)

select
    reports.workspace_id,
    reports.model,
    reports.spend_amount as expected_spend_amount,
    cohorts.spend_amount,
    reports.net_amount as expected_net_amount,
    cohorts.net_amount
from reports
left join cohorts on reports.workspace_id = cohorts.workspace_id and reports.model = cohorts.model
where
    reports.spend_amount <> coalesce(cohorts.spend_amount, 0)
    or reports.net_amount <> coalesce(cohorts.net_amount, 0)
