-- Grain: one subscription, with the last status ThriveCart is known to have shown: rows and /customer answers both
-- carry the status of the moment they were seen, so the youngest sighting is right, whatever the age of the row.
with transactions as (
    select * from {{ ref('int_transactions_converted') }}
),

customer_subscriptions as (
    select * from {{ ref('stg_thrivecart__customer_subscriptions') }}
),

sightings as (
    select
        transactions.subscription_id,
        lower(transactions.subscription_current_status) as thrivecart_status,
        transactions.seen_at,
        transactions.occurred_at
    from transactions
    where transactions.subscription_id is not null and transactions.subscription_current_status is not null
    union all
    select
        customer_subscriptions.subscription_id,
        lower(customer_subscriptions.thrivecart_status) as thrivecart_status,
        customer_subscriptions.seen_at,
        customer_subscriptions.seen_at as occurred_at
    from customer_subscriptions
    where customer_subscriptions.thrivecart_status is not null
),

ranked as (
    select
        sightings.*,
        row_number() over (
            partition by sightings.subscription_id
            order by sightings.seen_at desc, sightings.occurred_at desc, sightings.thrivecart_status desc
        ) as recency
    from sightings
),

final as (
    select
        ranked.subscription_id,
        ranked.thrivecart_status
    from ranked
    where ranked.recency = 1
)

select * from final
