-- Grain: one piece of evidence on one subscription: an event row, the status on a row, an answer about the customer, or
-- a webhook. Each says what changed or what the status was, when, and since when we know.
with transactions as (
    select * from {{ ref('int_transactions_converted') }}
    where subscription_id is not null
),

customer_subscriptions as (
    select * from {{ ref('stg_thrivecart__customer_subscriptions') }}
),

webhook_changes as (
    select * from {{ ref('stg_thrivecart__subscription_changes') }}
),

statuses as (
    select * from {{ ref('subscription_statuses') }}
),

events as (
    select
        transactions.subscription_id,
        'transaction' as evidence,
        transactions.transaction_id as evidence_id,
        case transactions.transaction_type
            when 'cancel' then 'cancelled'
            when 'refund' then 'refunded'
            else 'paid'
        end as asserted_change,
        cast(null as varchar) as asserted_status,
        transactions.occurred_at,
        transactions.seen_at,
        transactions.amount,
        {{ as_moment("null") }} as billing_period_end_at
    from transactions
),

-- A later load of the row overwrites what it said before. A word that the seed does not know says nothing.
row_statuses as (
    select
        transactions.subscription_id,
        'row_status' as evidence,
        transactions.transaction_id as evidence_id,
        cast(null as varchar) as asserted_change,
        statuses.status as asserted_status,
        transactions.seen_at as occurred_at,
        transactions.seen_at,
        cast(null as decimal(18, 2)) as amount,
        {{ as_moment("null") }} as billing_period_end_at
    from transactions
    inner join statuses on lower(transactions.subscription_current_status) = statuses.thrivecart_status
),

answers as (
    select
        customer_subscriptions.subscription_id,
        'customer_answer' as evidence,
        customer_subscriptions.subscription_id
        || ':' || cast({{ moment_to_epoch('customer_subscriptions.seen_at') }} as varchar) as evidence_id,
        cast(null as varchar) as asserted_change,
        statuses.status as asserted_status,
        customer_subscriptions.seen_at as occurred_at,
        customer_subscriptions.seen_at,
        cast(null as decimal(18, 2)) as amount,
        {{ as_moment("null") }} as billing_period_end_at
    from customer_subscriptions
    inner join statuses on lower(customer_subscriptions.thrivecart_status) = statuses.thrivecart_status
),

-- A delivery that tells of a landed row is the same event, so it counts at the row's moment.
webhooks as (
    select
        webhook_changes.subscription_id,
        'webhook' as evidence,
        webhook_changes.event_key as evidence_id,
        webhook_changes.change as asserted_change,
        cast(null as varchar) as asserted_status,
        coalesce(transactions.occurred_at, webhook_changes.occurred_at) as occurred_at,
        webhook_changes.seen_at,
        webhook_changes.amount,
        webhook_changes.billing_period_end_at
    from webhook_changes
    left join transactions on webhook_changes.transaction_id = transactions.transaction_id
    where webhook_changes.subscription_id is not null
),

final as (
    select * from events
    union all
    select * from row_statuses
    union all
    select * from answers
    union all
    select * from webhooks
)

select * from final
