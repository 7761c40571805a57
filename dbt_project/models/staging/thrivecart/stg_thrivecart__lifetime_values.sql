-- Grain: one currency in which ThriveCart tells a customer's lifetime value, in one answer of POST /customer. An answer
-- about a customer who was forgotten is nobody's any more.
with customers as (
    select * from {{ ref('stg_thrivecart__customers') }}
    where is_known and email is not null
),

-- The answer names currencies by its keys: those that an account was ever paid in are looked for.
currencies as (
    select distinct
        transactions.connection_id,
        transactions.currency
    from {{ ref('stg_thrivecart__transactions') }} as transactions
),

told as (
    select
        customers.connection_id,
        {{ customer_id('customers.connection_id', 'customers.email') }} as customer_id,
        customers.email,
        currencies.currency,
        {{ json_member_text('customers.lifetime_value', 'currencies.currency') }} as cents,
        customers.seen_at
    from customers
    inner join currencies on customers.connection_id = currencies.connection_id
),

final as (
    select
        told.connection_id,
        told.customer_id,
        told.email,
        told.currency,
        {{ cents_to_amount(whole_number('told.cents')) }} as amount,
        told.seen_at
    from told
    where told.cents is not null
)

select * from final
