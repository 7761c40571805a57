-- Grain: one order whose checkout webhooks told of, and whose link said where the buyer came from, or whose affiliate
-- ThriveCart named. It is of who paid for the order, and never later than the order, whatever the two clocks say.
with checkouts as (
    select * from {{ ref('stg_thrivecart__checkouts') }}
),

orders as (
    select * from {{ ref('int_conversions_unioned') }}
    where conversion_type = 'order'
),

people as (
    select * from {{ ref('int_people_resolved') }}
),

joined as (
    select
        checkouts.workspace_id,
        checkouts.order_id || ':checkout' as touchpoint_id,
        checkouts.connection_id,
        coalesce(orders.person_id, people.person_id) as person_id,
        orders.converted_at < checkouts.occurred_at as is_told_late,
        orders.converted_at,
        orders.converted_date,
        checkouts.occurred_at,
        checkouts.occurred_date,
        checkouts.referrer,
        checkouts.utm_source,
        checkouts.utm_medium,
        checkouts.utm_campaign,
        checkouts.utm_content,
        checkouts.utm_term,
        checkouts.utm_id,
        checkouts.campaign_id,
        checkouts.ad_set_id,
        checkouts.ad_id,
        checkouts.click_id_kinds,
        checkouts.affiliate_id
    from checkouts
    left join orders on checkouts.order_id = orders.conversion_id
    left join people on checkouts.workspace_id = people.workspace_id and checkouts.email = people.email
),

final as (
    select
        joined.workspace_id,
        joined.touchpoint_id,
        joined.connection_id,
        joined.person_id,
        case when joined.is_told_late then joined.converted_at else joined.occurred_at end as occurred_at,
        case when joined.is_told_late then joined.converted_date else joined.occurred_date end as occurred_date,
        joined.referrer,
        joined.utm_source,
        joined.utm_medium,
        joined.utm_campaign,
        joined.utm_content,
        joined.utm_term,
        joined.utm_id,
        joined.campaign_id,
        joined.ad_set_id,
        joined.ad_id,
        joined.click_id_kinds,
        joined.affiliate_id
    from joined
    where
        joined.person_id is not null
        and coalesce(
            joined.referrer, joined.utm_source, joined.utm_medium, joined.utm_campaign, joined.utm_content,
            joined.utm_term, joined.utm_id, joined.campaign_id, joined.ad_set_id, joined.ad_id, joined.click_id_kinds,
            joined.affiliate_id
        ) is not null
)

select * from final
