-- Guards: whoever paid is either a CRM contact or listed in rpt_unmatched_revenue; no cash is in both or in neither.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_unmatched_revenue'}}}) }}

with transactions as (
    select
        workspace_id,
        currency,
        sum(amount) as amount,
        sum(case when is_matched then amount else 0 end) as matched_amount
    from {{ ref('fct_transactions') }}
    group by workspace_id, currency
),

unmatched as (
    select
        workspace_id,
        currency,
        sum(amount) as amount
    from {{ ref('rpt_unmatched_revenue') }}
    group by workspace_id, currency
)

select
    transactions.workspace_id,
    transactions.currency,
    transactions.amount,
    transactions.matched_amount,
    unmatched.amount as unmatched_amount
from transactions
left join unmatched
    on transactions.workspace_id = unmatched.workspace_id and transactions.currency = unmatched.currency
where transactions.amount <> transactions.matched_amount + coalesce(unmatched.amount, 0)
