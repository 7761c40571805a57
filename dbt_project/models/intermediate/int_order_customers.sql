-- Grain: one order and the customer whom ThriveCart has it under: the address of the last answer that names the order,
-- else that of its last row. A customer whose address was changed is one customer.
with transactions as (
    select * from {{ ref('int_transactions_converted') }}
),

customer_orders as (
    select * from {{ ref('stg_thrivecart__customer_orders') }}
),

people as (
    select * from {{ ref('int_people_resolved') }}
),

rows_ranked as (
    select
        transactions.*,
        row_number() over (
            partition by transactions.order_id
            order by transactions.occurred_at desc, transactions.transaction_id desc
        ) as recency
    from transactions
),

answers_ranked as (
    select
        customer_orders.order_id,
        customer_orders.email,
        row_number() over (
            partition by customer_orders.order_id
            order by customer_orders.seen_at desc, customer_orders.email desc
        ) as recency
    from customer_orders
),

owned as (
    select
        rows_ranked.order_id,
        rows_ranked.workspace_id,
        rows_ranked.connection_id,
        coalesce(answers_ranked.email, rows_ranked.email) as email,
        rows_ranked.person_id as paying_person_id
    from rows_ranked
    left join answers_ranked on rows_ranked.order_id = answers_ranked.order_id and answers_ranked.recency = 1
    where rows_ranked.recency = 1
),

final as (
    select
        owned.order_id,
        owned.workspace_id,
        owned.connection_id,
        {{ customer_id('owned.connection_id', 'owned.email') }} as customer_id,
        owned.email,
        coalesce(people.person_id, owned.paying_person_id) as person_id
    from owned
    left join people on owned.workspace_id = people.workspace_id and owned.email = people.email
)

select * from final
