-- Guards: payments less refunds of the orders are all cash of the connection, currency by currency.
{{ config(meta={'dagster': {'ref': {'name': 'fct_orders'}}}) }}

with transactions as (
    select
        connection_id,
        currency,
        sum(amount) as amount
    from {{ ref('fct_transactions') }}
    group by connection_id, currency
),

orders as (
    select
        connection_id,
        currency,
        sum(first_payment_amount + rebill_amount - refunded_amount) as amount
    from {{ ref('fct_orders') }}
    group by connection_id, currency
)

select
    transactions.connection_id,
    transactions.currency,
    transactions.amount as transactions_amount,
    orders.amount as orders_amount
from transactions
left join orders
    on transactions.connection_id = orders.connection_id and transactions.currency = orders.currency
where transactions.amount <> coalesce(orders.amount, 0)
