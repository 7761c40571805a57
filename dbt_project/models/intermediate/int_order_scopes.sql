-- Grain: one order, and in which scopes of a report it lies. Scopes overlap: one order may be in all of them.
with transactions as (
    select * from {{ ref('int_transactions_converted') }}
),

orders as (
    select * from {{ ref('int_conversions_unioned') }}
    where conversion_type = 'order'
),

touchpoints as (
    select * from {{ ref('int_touchpoints_matched') }}
),

payments as (
    select
        transactions.order_id,
        sum(case when transactions.amount > 0 then transactions.amount else 0 end) as paid_amount,
        max(case when transactions.subscription_id is not null then 1 else 0 end) as subscription_flag
    from transactions
    group by transactions.order_id
),

-- A person becomes a customer with the first order that paid something.
first_orders as (
    select
        orders.conversion_id as order_id,
        row_number() over (
            partition by orders.person_id order by orders.converted_at, orders.conversion_id
        ) as order_position
    from orders
    inner join payments on orders.conversion_id = payments.order_id
    where orders.person_id is not null and payments.paid_amount > 0
),

reached as (
    select
        touchpoints.person_id,
        max(case when touchpoints.evidence = 'contact_tag' then 1 else 0 end) as nurture_flag,
        max(case when touchpoints.is_site_activity then 1 else 0 end) as engagement_flag
    from touchpoints
    group by touchpoints.person_id
),

final as (
    select
        orders.conversion_id as order_id,
        coalesce(first_orders.order_position = 1, false) as is_acquisition,
        coalesce(reached.nurture_flag = 1, false) as is_nurture,
        coalesce(reached.engagement_flag = 1, false) as is_engagement,
        payments.subscription_flag = 1 as is_subscription
    from orders
    inner join payments on orders.conversion_id = payments.order_id
    left join first_orders on orders.conversion_id = first_orders.order_id
    left join reached on orders.person_id = reached.person_id
)

select * from final
