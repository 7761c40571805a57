-- Grain: one tag, list, automation or form of a CRM, or one product: who had it, and what they bought from then on. A
-- person with three tags is in three rows: rows overlap, never sum them.
with milestones as (
    select * from {{ ref('int_person_milestones') }}
),

placed as (
    select * from {{ ref('int_orders_placed') }}
    where person_id is not null and is_paid
),

orders as (
    select * from {{ ref('fct_orders') }}
),

products as (
    select * from {{ ref('dim_products') }}
),

workspaces as (
    select * from {{ ref('workspaces') }}
),

-- Orders of the very moment count for a tag, which a form may set with the order; the order of a product itself does not.
followed as (
    select
        milestones.workspace_id,
        milestones.person_id,
        milestones.tag_kind,
        milestones.tag_id,
        milestones.tag_name,
        milestones.reached_at,
        case
            when
                placed.ordered_at > milestones.reached_at
                or (placed.ordered_at = milestones.reached_at and milestones.tag_kind <> 'product')
                then placed.order_id
        end as later_order_id,
        case when placed.makes_customer then placed.order_id end as first_order_id,
        placed.ordered_at,
        orders.reporting_net_amount
    from milestones
    left join placed on milestones.person_id = placed.person_id
    left join orders on placed.order_id = orders.order_id
),

people as (
    select
        followed.workspace_id,
        followed.person_id,
        followed.tag_kind,
        followed.tag_id,
        max(followed.tag_name) as tag_name,
        count(followed.later_order_id) as later_orders,
        -- Their first order was earlier.
        max(case when followed.first_order_id is not null and followed.later_order_id is null then 1 else 0 end)
            as was_customer,
        sum(case when followed.later_order_id is not null then followed.reporting_net_amount else 0 end) as net_amount,
        sum(
            case when followed.later_order_id is not null and followed.reporting_net_amount is null then 1 else 0 end
        ) as money_without_rate,
        {{ dbt.datediff(
            'min(followed.reached_at)',
            'min(case when followed.later_order_id is not null then followed.ordered_at end)',
            'second'
        ) }} as seconds_to_purchase
    from followed
    group by followed.workspace_id, followed.person_id, followed.tag_kind, followed.tag_id
),

summed as (
    select
        people.workspace_id,
        people.tag_kind,
        people.tag_id,
        max(people.tag_name) as tag_name,
        count(*) as people,
        sum(1 - people.was_customer) as people_without_purchase,
        sum(case when people.was_customer = 0 and people.later_orders > 0 then 1 else 0 end) as later_customers,
        sum(case when people.later_orders > 0 then 1 else 0 end) as later_buyers,
        sum(people.later_orders) as later_orders,
        case when sum(people.money_without_rate) = 0 then sum(people.net_amount) end as net_amount,
        sum(people.seconds_to_purchase) as seconds_to_purchase,
        percentile_cont(0.5) within group (order by people.seconds_to_purchase) as median_seconds_to_purchase
    from people
    group by people.workspace_id, people.tag_kind, people.tag_id
),

final as (
    select
        summed.workspace_id,
        summed.tag_kind,
        summed.tag_id,
        coalesce(summed.tag_name, products.product_name) as tag_name,
        cast(summed.people as bigint) as people,
        cast(summed.people_without_purchase as bigint) as people_without_purchase,
        cast(summed.later_customers as bigint) as later_customers,
        {{ ratio('summed.later_customers', 'summed.people_without_purchase') }} as conversion_ratio,
        cast(summed.later_buyers as bigint) as later_buyers,
        {{ ratio('summed.later_buyers', 'summed.people') }} as later_buyer_ratio,
        cast(summed.later_orders as bigint) as later_orders,
        workspaces.reporting_currency,
        cast(summed.net_amount as decimal(18, 2)) as reporting_later_net_amount,
        {{ ratio('summed.net_amount', 'summed.people') }} as reporting_value_per_person_ratio,
        {{ ratio('summed.seconds_to_purchase', 'summed.later_buyers * 86400') }} as average_days_to_purchase,
        {{ ratio('summed.median_seconds_to_purchase', '86400') }} as median_days_to_purchase
    from summed
    inner join workspaces on summed.workspace_id = workspaces.workspace_id
    left join products on summed.tag_kind = 'product' and summed.tag_id = products.product_id
)

select * from final
