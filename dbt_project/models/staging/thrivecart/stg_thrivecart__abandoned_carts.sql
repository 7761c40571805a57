-- Grain: one cart that a visitor left after giving an address. A cart has no mode, so that one of a test is here too.
with events as (
    select * from {{ ref('stg_thrivecart__webhook_events') }}
    where event_kind = 'cart_abandoned' and not is_test
),

ordered as (
    select
        events.*,
        lag(events.occurred_at) over (
            partition by events.connection_id, events.email, events.funnel_product_id
            order by events.occurred_at, events.event_key
        ) as told_before_at
    from events
),

final as (
    select
        ordered.event_key,
        ordered.workspace_id,
        ordered.connection_id,
        ordered.email,
        ordered.customer_name,
        ordered.customer_phone,
        ordered.customer_postal_code,
        ordered.funnel_product_id as product_id,
        ordered.funnel_product_name as product_name,
        ordered.affiliate_id,
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
