-- Grain: one transaction with cash, and a number of all that its rows of fct_attribution are made from.
{{ config(materialized='view') }}

with transactions as (
    select * from {{ ref('int_transactions_converted') }}
    where amount <> 0
),

weights as (
    select * from {{ ref('int_attribution_weighed') }}
    where conversion_type = 'order'
),

-- All rows of a conversion were made from the same.
weighed as (
    select
        weights.conversion_id,
        min(weights.inputs_fingerprint) as weights_fingerprint
    from weights
    group by weights.conversion_id
),

final as (
    select
        transactions.transaction_id,
        transactions.workspace_id,
        transactions.transaction_type,
        transactions.order_id,
        transactions.occurred_date,
        transactions.reporting_currency,
        transactions.reporting_amount,
        {{ fingerprint([
            'transactions.workspace_id', 'transactions.transaction_type', 'transactions.order_id',
            'transactions.occurred_date', 'transactions.reporting_currency', 'transactions.reporting_amount',
            'weighed.weights_fingerprint'
        ]) }} as inputs_fingerprint
    from transactions
    inner join weighed on transactions.order_id = weighed.conversion_id
)

select * from final
