-- Grain: conversion (becoming a lead, or an order) x model x touchpoint that counts, or one row without touchpoint.
-- What leads, customers and orders of the reports on return are sums of.
with weights as (
    select * from {{ ref('int_attribution_weighed') }}
),

orders as (
    select * from {{ ref('int_orders_placed') }}
),

people as (
    select * from {{ ref('int_people_acquired') }}
),

final as (
    select
        {{ dbt.hash(
            "weights.conversion_type || '|' || weights.conversion_id || '|' || weights.model || '|' || "
            ~ "coalesce(weights.touchpoint_id, '')"
        ) }} as conversion_attribution_id,
        weights.workspace_id,
        weights.conversion_type,
        weights.conversion_id,
        weights.person_id,
        weights.converted_at,
        weights.converted_date,
        coalesce(orders.makes_customer, false) as makes_customer,
        coalesce(orders.is_returning, false) as is_returning,
        people.conversion_id is not null as wins_person,
        people.is_customer as won_person_is_customer,
        cast(people.orders as bigint) as won_person_orders,
        weights.touchpoint_id,
        weights.model,
        weights.is_overlapping,
        weights.status,
        weights.channel,
        weights.platform,
        weights.campaign_id,
        weights.ad_set_id,
        weights.ad_id,
        weights.weight
    from weights
    left join orders
        on weights.conversion_type = 'order' and weights.conversion_id = orders.order_id
    left join people
        on weights.conversion_type = people.conversion_type and weights.conversion_id = people.conversion_id
)

select * from final
