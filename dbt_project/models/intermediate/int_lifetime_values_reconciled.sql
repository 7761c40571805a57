-- Grain: one customer, currency and reason, with the lifetime value that ThriveCart answers and what we count for the
-- orders that it has under that customer. It is ThriveCart's own figure, and not one that is made from its rows.
with lifetime_values as (
    select * from {{ ref('stg_thrivecart__lifetime_values') }}
),

customer_orders as (
    select * from {{ ref('stg_thrivecart__customer_orders') }}
),

orders as (
    select * from {{ ref('int_order_customers') }}
),

transactions as (
    select * from {{ ref('int_transactions_converted') }}
),

test_transactions as (
    select * from {{ ref('stg_thrivecart__transactions') }}
    where is_test
),

people as (
    select * from {{ ref('int_people_resolved') }}
),

connections as (
    select * from {{ ref('stg_reference__connections') }}
),

loads as (
    select
        transactions.connection_id,
        max(transactions.seen_at) as loaded_at
    from transactions
    group by transactions.connection_id
),

paid as (
    select
        orders.customer_id,
        transactions.currency,
        transactions.occurred_at,
        false as is_test,
        -- Named after the values of the variable thrivecart_lifetime_value.
        transactions.amount as net_amount,
        case when transactions.amount > 0 then transactions.amount else 0 end as gross_amount
    from transactions
    inner join orders on transactions.order_id = orders.order_id
    union all
    select
        {{ customer_id('test_transactions.connection_id', 'test_transactions.email') }} as customer_id,
        test_transactions.currency,
        test_transactions.occurred_at,
        true as is_test,
        test_transactions.amount as net_amount,
        case when test_transactions.amount > 0 then test_transactions.amount else 0 end as gross_amount
    from test_transactions
),

chosen as (
    select
        paid.*,
        paid.{{ var('thrivecart_lifetime_value') }}_amount as amount
    from paid
),

-- What was known at the moment of the answer, and what is known now.
summed as (
    select
        lifetime_values.connection_id,
        lifetime_values.customer_id,
        lifetime_values.email,
        lifetime_values.currency,
        lifetime_values.seen_at,
        lifetime_values.amount as told_amount,
        coalesce(
            sum(case when chosen.occurred_at <= lifetime_values.seen_at and not chosen.is_test then chosen.amount end),
            0
        ) as amount_then,
        coalesce(sum(case when not chosen.is_test then chosen.amount end), 0) as amount_now,
        coalesce(
            sum(case when chosen.occurred_at <= lifetime_values.seen_at and chosen.is_test then chosen.amount end),
            0
        ) as test_amount
    from lifetime_values
    left join chosen
        on lifetime_values.customer_id = chosen.customer_id and lifetime_values.currency = chosen.currency
    group by
        lifetime_values.connection_id, lifetime_values.customer_id, lifetime_values.email, lifetime_values.currency,
        lifetime_values.seen_at, lifetime_values.amount
),

-- An order that began before the first day to load is not whole here. One that a later answer has under another address
-- was taken over by that customer.
answered_orders as (
    select
        customer_orders.connection_id,
        customer_orders.email,
        customer_orders.seen_at,
        max(
            case when connections.in_use_from is not null and transactions.order_id is null then 1 else 0 end
        ) = 1 as has_cut_orders,
        max(case when orders.email <> customer_orders.email then 1 else 0 end) = 1 as has_lost_orders
    from customer_orders
    inner join connections on customer_orders.connection_id = connections.connection_id
    left join orders on customer_orders.order_id = orders.order_id
    left join transactions
        on customer_orders.order_id = transactions.order_id and transactions.transaction_type = 'charge'
    group by customer_orders.connection_id, customer_orders.email, customer_orders.seen_at
),

compared as (
    select
        summed.*,
        summed.told_amount - summed.amount_then as rest_amount,
        {{ dbt.dateadd('day', var('thrivecart_late_days'), 'summed.seen_at') }} <= loads.loaded_at as is_settled,
        coalesce(answered_orders.has_cut_orders, false) as has_cut_orders
    from summed
    left join loads on summed.connection_id = loads.connection_id
    left join answered_orders
        on summed.connection_id = answered_orders.connection_id
        and summed.email = answered_orders.email
        and summed.seen_at = answered_orders.seen_at
    where not coalesce(answered_orders.has_lost_orders, false)
),

-- An answer may tell what the next load will bring. So the last one counts that agrees, or that loads have since gone
-- back over.
ranked as (
    select
        compared.*,
        row_number() over (
            partition by compared.customer_id, compared.currency
            order by case when compared.rest_amount = 0 or compared.is_settled then 0 else 1 end, compared.seen_at desc
        ) as preference
    from compared
),

parts as (
    select
        ranked.connection_id, ranked.customer_id, ranked.email, ranked.currency, ranked.seen_at,
        cast(null as varchar) as reason,
        ranked.amount_then as thrivecart_amount,
        ranked.amount_then as warehouse_amount
    from ranked
    where ranked.preference = 1
    union all
    select
        ranked.connection_id, ranked.customer_id, ranked.email, ranked.currency, ranked.seen_at,
        'not_yet_loaded' as reason,
        0 as thrivecart_amount,
        ranked.amount_now - ranked.amount_then as warehouse_amount
    from ranked
    where ranked.preference = 1 and ranked.amount_now <> ranked.amount_then
    union all
    select
        ranked.connection_id, ranked.customer_id, ranked.email, ranked.currency, ranked.seen_at,
        case
            when ranked.rest_amount = ranked.test_amount then 'test_mode'
            when ranked.has_cut_orders or not ranked.is_settled then 'not_yet_loaded'
            else 'unexplained'
        end as reason,
        ranked.rest_amount as thrivecart_amount,
        0 as warehouse_amount
    from ranked
    where ranked.preference = 1 and ranked.rest_amount <> 0
),

final as (
    select
        connections.workspace_id,
        parts.connection_id,
        parts.customer_id,
        people.person_id,
        parts.currency,
        parts.reason,
        cast(sum(parts.thrivecart_amount) as decimal(18, 2)) as thrivecart_amount,
        cast(sum(parts.warehouse_amount) as decimal(18, 2)) as warehouse_amount,
        max(parts.seen_at) as seen_at
    from parts
    inner join connections on parts.connection_id = connections.connection_id
    left join people on connections.workspace_id = people.workspace_id and parts.email = people.email
    where {{ var('reconcile_lifetime_values') }}
    group by
        connections.workspace_id, parts.connection_id, parts.customer_id, people.person_id, parts.currency, parts.reason
)

select * from final
