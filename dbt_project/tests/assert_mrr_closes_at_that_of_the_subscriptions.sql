-- Guards: the running month closes at the sum of the subscriptions' MRR, currency by currency.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_mrr_movements'}}}) }}

with subscriptions as (
    select
        workspace_id,
        currency,
        sum(coalesce(mrr_amount, 0)) as mrr_amount
    from {{ ref('dim_subscriptions') }}
    group by workspace_id, currency
),

running as (
    select * from {{ ref('rpt_mrr_movements') }}
    where not is_complete
)

select
    subscriptions.workspace_id,
    subscriptions.currency,
    subscriptions.mrr_amount as subscriptions_amount,
    running.closing_amount
from subscriptions
full outer join running
    on subscriptions.workspace_id = running.workspace_id and subscriptions.currency = running.currency
where subscriptions.mrr_amount is distinct from running.closing_amount
