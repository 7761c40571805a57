-- Guards: at the end of each month that is over, each breakdown of the cohorts has all money that those won by then have
-- paid in it, and no breakdown has it twice.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_lead_cohorts'}}}) }}

with months as (
    select
        workspace_id,
        model,
        lead_month,
        month,
        sum(reporting_net_amount) as net_amount
    from {{ ref('fct_lead_cohort_months') }}
    group by workspace_id, model, lead_month, month
    having count(*) = count(reporting_net_amount)
),

cohorts as (
    select
        breakdown,
        workspace_id,
        model,
        lead_month,
        month,
        sum(reporting_net_amount) as net_amount,
        count(*) as cells,
        count(reporting_net_so_far_amount) as cells_with_money
    from {{ ref('rpt_lead_cohorts') }}
    where is_complete
    group by breakdown, workspace_id, model, lead_month, month
)

select
    cohorts.breakdown,
    cohorts.workspace_id,
    cohorts.model,
    cohorts.lead_month,
    cohorts.month,
    months.net_amount as expected_net_amount,
    cohorts.net_amount
from cohorts
left join months
    on cohorts.workspace_id = months.workspace_id
    and cohorts.model = months.model
    and cohorts.lead_month = months.lead_month
    and cohorts.month = months.month
where cohorts.cells = cohorts.cells_with_money and cohorts.net_amount <> coalesce(months.net_amount, 0)
