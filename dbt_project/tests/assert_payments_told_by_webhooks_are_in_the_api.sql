-- Guards: money that a webhook told of is among the API's rows, which alone are counted. An event younger than the last
-- load of its connection is not looked for; what costs nothing may have no row. It warns: the API is the one that is
-- right about money, and somebody has to look at what it left out.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'stg_thrivecart__transactions'}}}) }}

with loads as (
    select
        connection_id,
        max(seen_at) as loaded_at
    from {{ ref('stg_thrivecart__transactions') }}
    group by connection_id
)

select
    webhook_items.connection_id,
    webhook_items.transaction_type,
    webhook_items.order_id,
    webhook_items.product_id,
    webhook_items.event_id,
    webhook_items.currency,
    webhook_items.amount,
    webhook_items.occurred_at
from {{ ref('stg_thrivecart__webhook_items') }} as webhook_items
left join loads on webhook_items.connection_id = loads.connection_id
where
    webhook_items.transaction_id is null
    and webhook_items.transaction_type in ('charge', 'rebill', 'refund')
    and not webhook_items.is_test
    and coalesce(webhook_items.amount, 1) > 0
    and (loads.loaded_at is null or webhook_items.occurred_at < loads.loaded_at)
