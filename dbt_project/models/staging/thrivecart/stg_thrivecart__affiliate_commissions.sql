-- Grain: one commission of an affiliate that was earned, paid or taken back, as webhooks told of it. Test mode is left
-- out. No such delivery is documented: the fields are what other deliveries of ThriveCart would lead one to expect.
with deliveries as (
    select * from {{ source('thrivecart', 'webhook_events') }}
),

events as (
    select * from {{ ref('stg_thrivecart__webhook_events') }}
    where event_kind in ('commission_earned', 'commission_paid', 'commission_refunded') and not is_test
),

told as (
    select
        events.*,
        case events.event_kind
            when 'commission_earned' then 'earned'
            when 'commission_paid' then 'paid'
            when 'commission_refunded' then 'refunded'
        end as change,
        coalesce(events.affiliate_id, {{ delivery_text('deliveries.payload', 'affiliate_user_id') }})
            as known_affiliate_id,
        coalesce(
            {{ delivery_text('deliveries.payload', 'commission.id') }},
            {{ delivery_text('deliveries.payload', 'commission_id') }}
        ) as commission_number,
        coalesce(
            {{ whole_number(delivery_text('deliveries.payload', 'commission.amount')) }},
            {{ whole_number(delivery_text('deliveries.payload', 'commission_amount')) }},
            {{ whole_number(delivery_text('deliveries.payload', 'amount')) }}
        ) as commission_cents
    from events
    inner join deliveries
        on events.connection_id = deliveries.connection_id and events.event_key = deliveries.event_key
),

final as (
    select
        told.event_key,
        told.workspace_id,
        told.connection_id,
        told.change,
        told.known_affiliate_id as affiliate_id,
        told.affiliate_name,
        told.affiliate_email,
        told.commission_number,
        told.order_id,
        coalesce(told.product_id, told.funnel_product_id) as product_id,
        told.currency,
        {{ cents_to_amount('told.commission_cents') }} as amount,
        told.event_id,
        told.occurred_at,
        told.occurred_date,
        told.seen_at
    from told
)

select * from final
