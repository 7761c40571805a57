-- Guards: spend without a single lead or order stays in the ROI report, under every model, and none is counted twice.
-- Workspaces with a missing rate are left to assert_no_money_without_an_exchange_rate.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_roi_daily'}}}) }}

with spend as (
    select
        workspace_id,
        sum(reporting_spend_amount) as reporting_spend_amount
    from {{ ref('fct_ad_spend') }}
    group by workspace_id
    having count(*) = count(reporting_spend_amount)
),

models as (
    select model
    from {{ ref('attribution_models') }}
),

reported as (
    select
        workspace_id,
        model,
        sum(reporting_spend_amount) as reporting_spend_amount
    from {{ ref('rpt_roi_daily') }}
    group by workspace_id, model
)

select
    spend.workspace_id,
    models.model,
    spend.reporting_spend_amount as spend_amount,
    reported.reporting_spend_amount as reported_amount
from spend
cross join models
left join reported on spend.workspace_id = reported.workspace_id and models.model = reported.model
where spend.reporting_spend_amount <> coalesce(reported.reporting_spend_amount, 0)
