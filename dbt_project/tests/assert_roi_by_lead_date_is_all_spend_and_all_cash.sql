-- Guards: over all days the report by lead date has all spend, and under every model that may be summed all cash: nobody
-- who bought vanishes because no CRM knows them. Workspaces with a missing rate are left to
-- assert_no_money_without_an_exchange_rate.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_roi_by_lead_date'}}}) }}

with measured as (
    select
        workspace_id,
        'spend' as measure,
        reporting_spend_amount as reporting_amount
    from {{ ref('fct_ad_spend') }}
    union all
    select
        workspace_id,
        'net' as measure,
        reporting_amount
    from {{ ref('fct_transactions') }}
),

totals as (
    select
        workspace_id,
        measure,
        sum(reporting_amount) as reporting_amount
    from measured
    group by workspace_id, measure
    having count(*) = count(reporting_amount)
),

models as (
    select model
    from {{ ref('attribution_models') }}
    where not is_overlapping
),

reported as (
    select
        workspace_id,
        model,
        sum(reporting_spend_amount) as spend_amount,
        sum(reporting_net_amount) as net_amount,
        sum(reporting_revenue_amount - reporting_refund_amount) as revenue_less_refunds
    from {{ ref('rpt_roi_by_lead_date') }}
    group by workspace_id, model
)

select
    totals.workspace_id,
    totals.measure,
    models.model,
    totals.reporting_amount as total_amount,
    reported.spend_amount,
    reported.net_amount
from totals
cross join models
left join reported on totals.workspace_id = reported.workspace_id and models.model = reported.model
where
    (totals.measure = 'spend' and totals.reporting_amount <> coalesce(reported.spend_amount, 0))
    or (totals.measure = 'net' and totals.reporting_amount <> coalesce(reported.net_amount, 0))
    or (totals.measure = 'net' and totals.reporting_amount <> coalesce(reported.revenue_less_refunds, 0))
