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
            events.amount,
            {{ cents_to_amount(whole_number(delivery_text('deliveries.payload', 'commission_amount'))) }},
            {{ cents_to_amount(whole_number(delivery_text('deliveries.payload', 'commission'))) }},
            {{ cents_to_amount(whole_number(delivery_text('deliveries.payload', 'amount'))) }}
        ) as commission_amount
    from events
    inner join deliveries
        on events.connection_id = deliveries.connection_id and events.event_key = deliveries.event_key
),

-- A payout is of no order.
ordered as (
    select
        told.*,
        lag(told.occurred_at) over (
            partition by
                told.connection_id, told.change, told.known_affiliate_id, told.order_id, told.product_id,
                told.currency, told.commission_amount
            order by told.occurred_at, told.event_key
        ) as told_before_at
    from told
),

final as (
    select
        ordered.event_key,
        ordered.workspace_id,
        ordered.connection_id,
        ordered.change,
        ordered.known_affiliate_id as affiliate_id,
        ordered.affiliate_name,
        ordered.affiliate_email,
        ordered.order_id,
        ordered.product_id,
        ordered.currency,
        ordered.commission_amount as amount,
        ordered.event_id,
        ordered.occurred_at,
        ordered.occurred_date,
        ordered.seen_at
    from ordered
    where
        ordered.told_before_at is null
        or {{ dbt.datediff('ordered.told_before_at', 'ordered.occurred_at', 'second') }}
        > {{ var('webhook_match_seconds') }}
)

select * from final
