-- Grain: one order whose checkout webhooks told of, with what the link to the checkout carried. Test mode is left out.
with deliveries as (
    select * from {{ source('thrivecart', 'webhook_events') }}
),

events as (
    select * from {{ ref('stg_thrivecart__webhook_events') }}
    where event_kind in ('checkout', 'payment') and order_id is not null and not is_test
),

-- What the link to the checkout carries as passthrough[...] has been seen in more than one place of a delivery.
sections as (
    select
        events.*,
        coalesce(
            {{ json_part(json_text('deliveries.payload', 'passthrough'), '{') }},
            {{ json_part(json_text('deliveries.payload', 'order.passthrough'), '{') }},
            {{ json_part(json_text('deliveries.payload', 'customer.passthrough'), '{') }}
        ) as passthrough,
        {{ json_part(json_text('deliveries.payload', 'customer'), '{') }} as customer,
        {{ delivery_text('deliveries.payload', 'order.tracking_id') }} as tracking_id
    from events
    inner join deliveries
        on events.connection_id = deliveries.connection_id and events.event_key = deliveries.event_key
),

told as (
    select
        sections.*,
        {{ delivery_text('sections.passthrough', 'utm_source') }} as utm_source,
        {{ delivery_text('sections.passthrough', 'utm_medium') }} as utm_medium,
        {{ delivery_text('sections.passthrough', 'utm_campaign') }} as utm_campaign,
        {{ delivery_text('sections.passthrough', 'utm_content') }} as utm_content,
        {{ delivery_text('sections.passthrough', 'utm_term') }} as utm_term,
        {{ delivery_text('sections.passthrough', 'utm_id') }} as utm_id,
        coalesce(
            {{ delivery_text('sections.passthrough', 'hsa_ad') }},
            {{ delivery_text('sections.passthrough', 'ad_id') }}
        ) as ad_id,
        coalesce(
            {{ delivery_text('sections.passthrough', 'hsa_grp') }},
            {{ delivery_text('sections.passthrough', 'adset_id') }}
        ) as ad_set_id,
        coalesce(
            {{ delivery_text('sections.passthrough', 'hsa_cam') }},
            {{ delivery_text('sections.passthrough', 'gad_campaignid') }},
            {{ delivery_text('sections.passthrough', 'campaign_id') }}
        ) as campaign_id,
        {{ delivery_text('sections.passthrough', 'referrer') }} as referrer,
        {{ delivery_text('sections.passthrough', 'gclid') }} as gclid,
        {{ delivery_text('sections.passthrough', 'wbraid') }} as wbraid,
        {{ delivery_text('sections.passthrough', 'gbraid') }} as gbraid,
        {{ delivery_text('sections.passthrough', 'fbclid') }} as fbclid,
        {{ delivery_text('sections.passthrough', 'msclkid') }} as msclkid,
        {{ delivery_text('sections.passthrough', 'ttclid') }} as ttclid,
        {{ delivery_text('sections.passthrough', 'twclid') }} as twclid,
        {{ delivery_text('sections.passthrough', 'li_fat_id') }} as li_fat_id,
        {{ delivery_text('sections.passthrough', 'epik') }} as epik,
        coalesce(
            {{ delivery_text('sections.customer', 'client_meta_fbp') }},
            {{ delivery_text('sections.passthrough', 'fbp') }}
        ) as fbp,
        coalesce(
            {{ delivery_text('sections.customer', 'client_meta_fbc') }},
            {{ delivery_text('sections.passthrough', 'fbc') }}
        ) as fbc,
        {{ delivery_text('sections.customer', 'origin') }} as origin
    from sections
),

clicked as (
    select
        told.*,
        coalesce(
            told.gclid, told.wbraid, told.gbraid, told.fbclid, told.msclkid,
            told.ttclid, told.twclid, told.li_fat_id, told.epik
        ) as click_id,
        {{ click_id_kinds(
            'told',
            ['gclid', 'wbraid', 'gbraid', 'fbclid', 'msclkid', 'ttclid', 'twclid', 'li_fat_id', 'epik']
        ) }} as click_id_kinds
    from told
),

ranked as (
    select
        clicked.*,
        min(clicked.occurred_at) over (partition by clicked.order_id) as first_occurred_at,
        min(clicked.occurred_date) over (partition by clicked.order_id) as first_occurred_date,
        max(clicked.affiliate_id) over (partition by clicked.order_id) as any_affiliate_id,
        row_number() over (
            partition by clicked.order_id
            order by
                -- One delivery of an order may carry less than another.
                case
                    when
                        coalesce(
                            clicked.utm_source, clicked.utm_medium, clicked.utm_campaign, clicked.utm_content,
                            clicked.utm_term, clicked.utm_id, clicked.ad_id, clicked.ad_set_id, clicked.campaign_id,
                            clicked.click_id, clicked.referrer
                        ) is not null
                        then 0
                    else 1
                end,
                case clicked.event_kind when 'checkout' then 0 else 1 end,
                clicked.occurred_at,
                clicked.event_key
        ) as precedence
    from clicked
),

final as (
    select
        ranked.order_id,
        ranked.workspace_id,
        ranked.connection_id,
        ranked.order_number,
        ranked.email,
        ranked.customer_number,
        ranked.funnel_product_id,
        ranked.first_occurred_at as occurred_at,
        ranked.first_occurred_date as occurred_date,
        ranked.utm_source,
        ranked.utm_medium,
        ranked.utm_campaign,
        ranked.utm_content,
        ranked.utm_term,
        ranked.utm_id,
        ranked.campaign_id,
        ranked.ad_set_id,
        ranked.ad_id,
        ranked.referrer,
        ranked.click_id,
        {{ dbt.split_part('ranked.click_id_kinds', "' '", 1) }} as click_id_type,
        ranked.click_id_kinds,
        ranked.gclid,
        ranked.fbclid,
        ranked.fbp,
        ranked.fbc,
        ranked.tracking_id,
        ranked.origin,
        coalesce(ranked.affiliate_id, ranked.any_affiliate_id) as affiliate_id,
        ranked.event_key,
        ranked.seen_at
    from ranked
    where ranked.precedence = 1
)

select * from final
