-- Grain: one change of one subscription that webhooks told of. Test mode is left out.
with events as (
    select
        events.*,
        case events.event_kind
            when 'rebill' then 'paid'
            when 'rebill_failed' then 'payment_failed'
            else events.event_kind
        end as change
    from {{ ref('stg_thrivecart__webhook_events') }} as events
    where
        events.event_kind in ('paused', 'resumed', 'cancelled', 'completed', 'rebill_failed', 'rebill')
        and not events.is_test
),

webhook_items as (
    select * from {{ ref('base_thrivecart__webhook_items_matched') }}
),

transactions as (
    select * from {{ ref('base_thrivecart__transactions') }}
    where subscription_id is not null and not is_test
),

known_subscriptions as (
    select
        transactions.subscription_id,
        min(transactions.product_id) as product_id,
        min(transactions.order_id) as order_id
    from transactions
    group by transactions.subscription_id
),

-- Where an item of an order has had more than one subscription, the order and the item name none.
subscriptions_of_items as (
    select
        transactions.order_id,
        transactions.product_id,
        min(transactions.subscription_id) as subscription_id
    from transactions
    group by transactions.order_id, transactions.product_id
    having count(distinct transactions.subscription_id) = 1
),

resolved as (
    select
        events.*,
        coalesce(
            told_subscriptions.subscription_id,
            subscriptions_of_items.subscription_id,
            events.connection_id || ':' || events.told_subscription_number
        ) as subscription_id,
        coalesce(events.order_id, told_subscriptions.order_id) as known_order_id,
        coalesce(events.product_id, told_subscriptions.product_id) as known_product_id,
        webhook_items.transaction_id
    from events
    left join known_subscriptions as told_subscriptions
        on events.connection_id || ':' || events.told_subscription_number = told_subscriptions.subscription_id
    left join subscriptions_of_items
        on events.order_id = subscriptions_of_items.order_id
        and events.product_id = subscriptions_of_items.product_id
    left join webhook_items
        on events.connection_id = webhook_items.connection_id
        and events.event_key = webhook_items.event_key
),

final as (
    select
        resolved.event_key,
        resolved.workspace_id,
        resolved.connection_id,
        resolved.subscription_id,
        resolved.known_order_id as order_id,
        resolved.known_product_id as product_id,
        resolved.change,
        resolved.occurred_at,
        resolved.occurred_date,
        resolved.billing_period_end_at,
        resolved.next_payment_at,
        resolved.remaining_rebills,
        resolved.frequency,
        resolved.currency,
        resolved.amount,
        resolved.email,
        resolved.customer_number,
        resolved.event_id,
        resolved.transaction_id,
        resolved.seen_at
    from resolved
)

select * from final
