-- Grain: one order, and in which scopes of a report it lies. Scopes overlap: one order may be in all of them.
with transactions as (
    select * from {{ ref('int_transactions_converted') }}
),

orders as (
    select * from {{ ref('int_orders_placed') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints_matched') }}
),

subscribed as (
    select
        transactions.order_id,
        max(case when transactions.subscription_id is not null then 1 else 0 end) as subscription_flag
    from transactions
    group by transactions.order_id
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
        orders.order_id,
        orders.makes_customer as is_acquisition,
        coalesce(reached.nurture_flag = 1, false) as is_nurture,
        coalesce(reached.engagement_flag = 1, false) as is_engagement,
        subscribed.subscription_flag = 1 as is_subscription
    from orders
    inner join subscribed on orders.order_id = subscribed.order_id
    left join reached on orders.person_id = reached.person_id
)

select * from final
