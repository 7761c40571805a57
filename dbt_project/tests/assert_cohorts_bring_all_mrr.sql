-- Guards: at the end of each month that is over, the cohorts together bring what the month closed at.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_subscription_cohorts'}}}) }}

with cohorts as (
    select
        workspace_id,
        month,
        currency,
        sum(mrr_amount) as mrr_amount
    from {{ ref('rpt_subscription_cohorts') }}
    where is_complete
    group by workspace_id, month, currency
),

months as (
    select * from {{ ref('rpt_mrr_movements') }}
    where is_complete
)

select
    months.workspace_id,
    months.month,
    months.currency,
    months.closing_amount,
    cohorts.mrr_amount as cohorts_amount
from months
left join cohorts
    on months.workspace_id = cohorts.workspace_id
    and months.month = cohorts.month
    and months.currency = cohorts.currency
where months.closing_amount <> coalesce(cohorts.mrr_amount, 0)
