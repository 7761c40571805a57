-- Grain: one word of ThriveCart's that stands for something and is in no seed, in one connection. Rows with such a word
-- are kept, but what it means is not guessed.
with transactions as (
    select * from {{ ref('base_thrivecart__transactions') }}
),

customer_subscriptions as (
    select * from {{ ref('stg_thrivecart__customer_subscriptions') }}
),

pricing_options as (
    select * from {{ ref('stg_thrivecart__pricing_options') }}
),

webhook_events as (
    select * from {{ ref('stg_thrivecart__webhook_events') }}
),

webhook_items as (
    select * from {{ ref('stg_thrivecart__webhook_items') }}
),

-- An event and a mode are known if staging could tell what they are.
said as (
    select
        transactions.connection_id,
        'transaction_type' as kind,
        transactions.transaction_type as word,
        transactions.seen_at
    from transactions
    union all
    select
        transactions.connection_id,
        'item_type' as kind,
        transactions.item_type as word,
        transactions.seen_at
    from transactions
    union all
    select
        webhook_items.connection_id,
        'item_type' as kind,
        webhook_items.item_type as word,
        webhook_items.seen_at
    from webhook_items
    union all
    select
        transactions.connection_id,
        'subscription_status' as kind,
        lower(transactions.subscription_current_status) as word,
        transactions.seen_at
    from transactions
    union all
    select
        customer_subscriptions.connection_id,
        'subscription_status' as kind,
        lower(customer_subscriptions.thrivecart_status) as word,
        customer_subscriptions.seen_at
    from customer_subscriptions
    union all
    select
        customer_subscriptions.connection_id,
        'frequency' as kind,
        customer_subscriptions.frequency as word,
        customer_subscriptions.seen_at
    from customer_subscriptions
    union all
    select
        pricing_options.connection_id,
        'frequency' as kind,
        pricing_options.frequency as word,
        pricing_options.seen_at
    from pricing_options
    union all
    select
        webhook_events.connection_id,
        'frequency' as kind,
        webhook_events.frequency as word,
        webhook_events.seen_at
    from webhook_events
    union all
    select
        webhook_events.connection_id,
        'webhook_event' as kind,
        webhook_events.event as word,
        webhook_events.seen_at
    from webhook_events
    where webhook_events.event_kind is null
    union all
    select
        webhook_events.connection_id,
        'webhook_mode' as kind,
        webhook_events.told_mode as word,
        webhook_events.seen_at
    from webhook_events
    where webhook_events.mode is null
),

known as (
    select known_words.kind, known_words.word from {{ ref('known_words') }} as known_words
    union all
    select 'subscription_status' as kind, statuses.thrivecart_status as word
    from {{ ref('subscription_statuses') }} as statuses
    union all
    select 'frequency' as kind, frequencies.frequency as word
    from {{ ref('billing_frequencies') }} as frequencies
),

final as (
    select
        said.connection_id,
        said.kind,
        said.word,
        count(*) as row_count,
        min(said.seen_at) as first_seen_at,
        max(said.seen_at) as last_seen_at
    from said
    left join known on said.kind = known.kind and said.word = known.word
    where said.word is not null and known.word is null
    group by said.connection_id, said.kind, said.word
)

select * from final
