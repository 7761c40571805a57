-- Grain: one change of one subscription that webhooks told of, under however many names. Test mode is left out.
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

-- Where an item of an order has had more than one subscription, order and item name none.
subscriptions_of_items as (
    select
        transactions.order_id,
        transactions.product_id,
        min(transactions.subscription_id) as subscription_id
    from transactions
    group by transactions.order_id, transactions.product_id
    having count(distinct transactions.subscription_id) = 1
),

-- A number that no row of the API has is that of a subscription without a payment yet, or the processor's.
resolved as (
    select
        events.*,
        coalesce(
            known_subscriptions.subscription_id,
            subscriptions_of_items.subscription_id,
            events.connection_id || ':' || events.told_subscription_number
        ) as subscription_id,
        coalesce(events.order_id, known_subscriptions.order_id) as known_order_id,
        coalesce(events.product_id, known_subscriptions.product_id) as known_product_id,
        webhook_items.webhook_item_id,
        webhook_items.transaction_id
    from events
    left join known_subscriptions
        on events.connection_id || ':' || events.told_subscription_number = known_subscriptions.subscription_id
    left join subscriptions_of_items
        on events.order_id = subscriptions_of_items.order_id
        and events.product_id = subscriptions_of_items.product_id
    left join webhook_items
        on events.connection_id = webhook_items.connection_id and events.event_key = webhook_items.event_key
),

ordered as (
    select
        resolved.*,
        resolved.connection_id || ':' || resolved.change || ':'
        || coalesce(resolved.subscription_id, resolved.known_order_id, resolved.event_key)
        || ':' || coalesce(resolved.known_product_id, '') as subject
    from resolved
),

gaps as (
    select
        ordered.*,
        lag(ordered.occurred_at) over (partition by ordered.subject order by ordered.occurred_at, ordered.event_key)
            as told_before_at
    from ordered
),

spelled as (
    select
        gaps.*,
        sum(
            case
                when {{ dbt.datediff('gaps.told_before_at', 'gaps.occurred_at', 'second') }}
                    <= {{ var('webhook_match_seconds') }}
                    then 0
                else 1
            end
        ) over (
            partition by gaps.subject
            order by gaps.occurred_at, gaps.event_key
            rows between unbounded preceding and current row
        ) as spell
    from gaps
),

-- Each name tells a change once a moment: the first under one name is the first under the other.
counted as (
    select
        spelled.*,
        dense_rank() over (
            partition by spelled.subject, spelled.spell, spelled.event
            order by spelled.occurred_at, spelled.event_id
        ) as place
    from spelled
),

identified as (
    select
        counted.*,
        coalesce(
            counted.webhook_item_id,
            counted.subject || ':' || cast(counted.spell as varchar) || ':' || coalesce(
                counted.event_id,
                max(counted.event_id) over (partition by counted.subject, counted.spell, counted.place),
                'place ' || cast(counted.place as varchar)
            )
        ) as change_id
    from counted
),

-- All tellings of a change agree, but some say less than others.
told as (
    select
        identified.change_id,
        identified.workspace_id,
        identified.connection_id,
        identified.change,
        min(identified.event_key) as event_key,
        max(identified.subscription_id) as subscription_id,
        max(identified.known_order_id) as order_id,
        max(identified.known_product_id) as product_id,
        min(identified.occurred_at) as occurred_at,
        min(identified.occurred_date) as occurred_date,
        max(identified.billing_period_end_at) as billing_period_end_at,
        max(identified.next_payment_at) as next_payment_at,
        max(identified.remaining_rebills) as remaining_rebills,
        max(identified.frequency) as frequency,
        max(identified.currency) as currency,
        max(identified.amount) as amount,
        max(identified.email) as email,
        max(identified.customer_number) as customer_number,
        max(identified.event_id) as event_id,
        max(identified.transaction_id) as transaction_id,
        min(identified.seen_at) as seen_at
    from identified
    group by identified.change_id, identified.workspace_id, identified.connection_id, identified.change
),

-- ThriveCart is said to tell a pause as a cancellation too. One that the API does not know is the pause.
final as (
    select told.*
    from told
    where
        told.change <> 'cancelled'
        or told.transaction_id is not null
        or not exists (
            select 1
            from told as pauses
            where
                pauses.change = 'paused'
                and pauses.subscription_id = told.subscription_id
                and abs({{ dbt.datediff('pauses.occurred_at', 'told.occurred_at', 'second') }})
                <= {{ var('webhook_match_seconds') }}
        )
)

select * from final
