-- Grain: one subscription and the terms it began on, as the catalogue and the answers about its customer tell them.
-- The billing interval and the number of payments are in these two only.
with transactions as (
    select * from {{ ref('int_transactions_converted') }}
    where subscription_id is not null
),

pricing_options as (
    select * from {{ ref('stg_thrivecart__pricing_options') }}
),

customer_subscriptions as (
    select * from {{ ref('stg_thrivecart__customer_subscriptions') }}
),

ranked as (
    select
        transactions.*,
        row_number() over (
            partition by transactions.subscription_id
            order by transactions.occurred_at, transactions.transaction_id
        ) as seniority
    from transactions
),

answers as (
    select
        customer_subscriptions.*,
        row_number() over (
            partition by customer_subscriptions.subscription_id
            order by customer_subscriptions.seen_at desc
        ) as recency
    from customer_subscriptions
),

resolved as (
    select
        ranked.subscription_id,
        ranked.workspace_id,
        ranked.connection_id,
        ranked.person_id,
        ranked.product_id,
        ranked.transaction_id as first_transaction_id,
        ranked.occurred_at as first_row_at,
        coalesce(pricing_options.frequency, answers.frequency) as frequency,
        coalesce(
            pricing_options.plan_payments,
            case when answers.payments_remaining is not null then answers.payments_made + answers.payments_remaining end
        ) as plan_payments,
        ranked.transaction_type = 'charge' and coalesce(pricing_options.trial_days, 0) > 0 as has_trial,
        -- A coupon, a trial or a price of its own makes a first charge that says nothing of the next ones.
        ranked.amount > 0 and (
            ranked.transaction_type = 'rebill'
            or (
                ranked.coupon is null
                and coalesce(pricing_options.trial_days, 0) = 0
                and coalesce(pricing_options.price_amount = pricing_options.recurring_amount, false)
            )
        ) as is_first_payment_regular,
        case when ranked.amount > 0 then ranked.amount end as first_paid_amount,
        pricing_options.recurring_amount * ranked.quantity as catalogue_amount,
        answers.plan_amount as answered_amount,
        answers.payments_remaining as answered_payments_left,
        answers.seen_at as answered_at
    from ranked
    left join pricing_options
        on ranked.product_id = pricing_options.product_id
        and ranked.pricing_option_id = pricing_options.pricing_option_id
    left join answers on ranked.subscription_id = answers.subscription_id and answers.recency = 1
    where ranked.seniority = 1
),

final as (
    select * from resolved
)

select * from final
