-- Guards: subscriptions that bring MRR of which nothing tells how much are looked at. It warns and does not stop: the
-- report counts them beside its amounts, and an answer about the customer may still tell.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'dim_subscriptions'}}}) }}

select
    subscription_id,
    product_id,
    recurring_amount,
    frequency
from {{ ref('dim_subscriptions') }}
where mrr_amount is null and status is not null
