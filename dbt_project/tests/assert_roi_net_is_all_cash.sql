-- Guards: revenue less refunds in the ROI report is all cash of the workspace, under every model that may be summed.
-- Workspaces with a missing rate are left to assert_no_money_without_an_exchange_rate.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_roi_daily'}}}) }}

with transactions as (
    select
        workspace_id,
        sum(reporting_amount) as reporting_amount
    from {{ ref('fct_transactions') }}
    group by workspace_id
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
        sum(reporting_net_amount) as reporting_net_amount
    from {{ ref('rpt_roi_daily') }}
    group by workspace_id, model
)

select
    transactions.workspace_id,
    models.model,
    transactions.reporting_amount as transactions_amount,
    reported.reporting_net_amount as reported_amount
from transactions
cross join models
left join reported on transactions.workspace_id = reported.workspace_id and models.model = reported.model
where transactions.reporting_amount <> coalesce(reported.reporting_net_amount, 0)
