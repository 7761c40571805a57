-- Grain: one subscription and the terms it is billed on: what the youngest rebill charged, else what its pricing
-- option says, else its first charge. The billing interval is in the catalogue and in /customer answers only.
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

billing_frequencies as (
    select * from {{ ref('billing_frequencies') }}
),

ranked as (
    select
        transactions.*,
        row_number() over (
            partition by transactions.subscription_id
            order by transactions.occurred_at, transactions.transaction_id
        ) as seniority,
        row_number() over (
            partition by transactions.subscription_id, transactions.transaction_type
            order by transactions.occurred_at desc, transactions.transaction_id asc
        ) as recency_in_type
    from transactions
),

charged as (
    select
        ranked.subscription_id,
        max(case when ranked.transaction_type = 'rebill' and ranked.recency_in_type = 1 then ranked.amount end)
            as last_rebill_amount,
        max(case when ranked.transaction_type = 'charge' and ranked.recency_in_type = 1 then ranked.amount end)
            as last_charge_amount
    from ranked
    group by ranked.subscription_id
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
        coalesce(pricing_options.frequency, answers.frequency) as frequency,
        coalesce(
            pricing_options.plan_payments,
            case when answers.payments_remaining is not null then answers.payments_made + answers.payments_remaining end
        ) as plan_payments,
        coalesce(
            charged.last_rebill_amount, pricing_options.recurring_amount, answers.plan_amount,
            charged.last_charge_amount
        ) as recurring_amount,
        charged.last_rebill_amount is null and coalesce(pricing_options.trial_days, 0) > 0 as is_in_trial
    from ranked
    inner join charged on ranked.subscription_id = charged.subscription_id
    left join pricing_options
        on ranked.product_id = pricing_options.product_id
        and ranked.pricing_option_id = pricing_options.pricing_option_id
    left join answers on ranked.subscription_id = answers.subscription_id and answers.recency = 1
    where ranked.seniority = 1
),

final as (
    select
        resolved.*,
        billing_frequencies.{{ var('mrr_normalisation') }}_factor as recurring_factor
    from resolved
    left join billing_frequencies on resolved.frequency = billing_frequencies.frequency
)

select * from final
