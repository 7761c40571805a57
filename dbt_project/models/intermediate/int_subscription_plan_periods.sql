-- Grain: one interval in which a subscription had one price, from its first row on without gap or overlap. What was
-- paid tells the price, from the payment on.
with transactions as (
    select * from {{ ref('int_transactions_converted') }}
    where subscription_id is not null
),

terms as (
    select * from {{ ref('int_subscription_terms_resolved') }}
),

pricing_options as (
    select * from {{ ref('stg_thrivecart__pricing_options') }}
),

billing_frequencies as (
    select * from {{ ref('int_billing_frequencies_normalised') }}
),

-- A month for nothing changes no price.
payments as (
    select
        transactions.*,
        terms.first_row_at,
        row_number() over (
            partition by transactions.subscription_id, transactions.occurred_at
            order by transactions.transaction_id desc
        ) as recency_in_moment
    from transactions
    inner join terms on transactions.subscription_id = terms.subscription_id
    where
        transactions.transaction_type in ('charge', 'rebill')
        and transactions.amount > 0
        and transactions.occurred_at > terms.first_row_at
),

later_payments as (
    select
        payments.*,
        row_number() over (partition by payments.subscription_id order by payments.occurred_at) as payment_number
    from payments
    where payments.recency_in_moment = 1
),

first_prices as (
    select
        terms.subscription_id,
        terms.first_row_at as valid_from,
        terms.first_transaction_id as transaction_id,
        case
            when terms.is_first_payment_regular then terms.first_paid_amount
            else
                coalesce(
                    later_payments.amount, terms.answered_amount, terms.catalogue_amount, terms.first_paid_amount
                )
        end as plan_amount,
        terms.frequency,
        terms.plan_payments
    from terms
    left join later_payments
        on terms.subscription_id = later_payments.subscription_id and later_payments.payment_number = 1
),

later_prices as (
    select
        later_payments.subscription_id,
        later_payments.occurred_at as valid_from,
        later_payments.transaction_id,
        later_payments.amount as plan_amount,
        coalesce(pricing_options.frequency, terms.frequency) as frequency,
        coalesce(pricing_options.plan_payments, terms.plan_payments) as plan_payments
    from later_payments
    inner join terms on later_payments.subscription_id = terms.subscription_id
    left join pricing_options
        on later_payments.product_id = pricing_options.product_id
        and later_payments.pricing_option_id = pricing_options.pricing_option_id
),

prices as (
    select * from first_prices
    union all
    select * from later_prices
),

compared as (
    select
        prices.*,
        row_number() over (partition by prices.subscription_id order by prices.valid_from) as price_number,
        lag(prices.plan_amount) over (partition by prices.subscription_id order by prices.valid_from)
            as plan_amount_before,
        lag(prices.frequency) over (partition by prices.subscription_id order by prices.valid_from)
            as frequency_before,
        lag(prices.plan_payments) over (partition by prices.subscription_id order by prices.valid_from)
            as plan_payments_before
    from prices
),

changed as (
    select compared.*
    from compared
    where
        compared.price_number = 1
        or compared.plan_amount is distinct from compared.plan_amount_before
        or compared.frequency is distinct from compared.frequency_before
        or compared.plan_payments is distinct from compared.plan_payments_before
),

currencies as (
    select
        transactions.subscription_id,
        min(transactions.currency) as currency
    from transactions
    group by transactions.subscription_id
),

final as (
    select
        changed.subscription_id,
        changed.valid_from,
        lead(changed.valid_from) over (partition by changed.subscription_id order by changed.valid_from) as valid_to,
        cast(changed.plan_amount as decimal(18, 2)) as plan_amount,
        currencies.currency,
        changed.frequency,
        changed.plan_payments,
        billing_frequencies.thirty_day_factor,
        billing_frequencies.calendar_month_factor,
        billing_frequencies.recurring_factor,
        changed.transaction_id,
        changed.price_number > 1 as is_change,
        cast(changed.plan_amount_before as decimal(18, 2)) as plan_amount_before
    from changed
    inner join currencies on changed.subscription_id = currencies.subscription_id
    left join billing_frequencies on changed.frequency = billing_frequencies.frequency
)

select * from final
