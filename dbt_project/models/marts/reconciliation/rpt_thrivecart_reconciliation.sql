-- Grain: one subject, measure and reason: what ThriveCart shows of it and what is here. Where both agree there is no
-- reason; what differs for several reasons has a row for each. So the rows of a measure add up to either side's whole.
with money as (
    select * from {{ ref('int_money_reconciled') }}
),

lifetime_values as (
    select * from {{ ref('int_lifetime_values_reconciled') }}
),

subscriptions as (
    select * from {{ ref('int_subscriptions_reconciled') }}
),

customers as (
    select * from {{ ref('int_customers_reconciled') }}
),

reasons as (
    select * from {{ ref('reconciliation_reasons') }}
),

amounts as (
    select
        money.workspace_id, money.connection_id,
        'day_product' as subject,
        money.subject_id, money.measure, money.reason, money.report_date, money.product_id,
        cast(null as varchar) as person_id,
        money.currency, money.thrivecart_amount, money.warehouse_amount, money.has_webhooks
    from money
    union all
    select
        lifetime_values.workspace_id, lifetime_values.connection_id,
        'customer' as subject,
        lifetime_values.customer_id as subject_id,
        'lifetime_value' as measure,
        lifetime_values.reason,
        cast(null as date) as report_date,
        cast(null as varchar) as product_id,
        lifetime_values.person_id, lifetime_values.currency, lifetime_values.thrivecart_amount,
        lifetime_values.warehouse_amount,
        cast(null as boolean) as has_webhooks
    from lifetime_values
),

words as (
    select
        subscriptions.workspace_id, subscriptions.connection_id,
        'subscription' as subject,
        subscriptions.subscription_id as subject_id,
        'status' as measure,
        subscriptions.status_reason as reason,
        subscriptions.product_id, subscriptions.person_id,
        subscriptions.thrivecart_status as thrivecart_value,
        subscriptions.status as warehouse_value
    from subscriptions
    union all
    select
        subscriptions.workspace_id, subscriptions.connection_id,
        'subscription' as subject,
        subscriptions.subscription_id as subject_id,
        'is_active' as measure,
        subscriptions.is_active_reason as reason,
        subscriptions.product_id, subscriptions.person_id,
        cast(subscriptions.is_shown_active as varchar) as thrivecart_value,
        cast(subscriptions.is_active as varchar) as warehouse_value
    from subscriptions
    union all
    select
        subscriptions.workspace_id, subscriptions.connection_id,
        'subscription' as subject,
        subscriptions.subscription_id as subject_id,
        'is_lost' as measure,
        subscriptions.is_lost_reason as reason,
        subscriptions.product_id, subscriptions.person_id,
        cast(subscriptions.is_shown_lost as varchar) as thrivecart_value,
        cast(subscriptions.is_lost as varchar) as warehouse_value
    from subscriptions
    union all
    select
        customers.workspace_id, customers.connection_id,
        'customer' as subject,
        customers.customer_id as subject_id,
        'status' as measure,
        customers.reason,
        cast(null as varchar) as product_id,
        customers.person_id,
        customers.shown_status as thrivecart_value,
        customers.status as warehouse_value
    from customers
),

unioned as (
    select
        amounts.workspace_id, amounts.connection_id, amounts.subject, amounts.subject_id, amounts.measure,
        amounts.reason, amounts.report_date, amounts.product_id, amounts.person_id, amounts.currency,
        cast(amounts.thrivecart_amount as varchar) as thrivecart_value,
        cast(amounts.warehouse_amount as varchar) as warehouse_value,
        amounts.thrivecart_amount, amounts.warehouse_amount, amounts.has_webhooks
    from amounts
    union all
    select
        words.workspace_id, words.connection_id, words.subject, words.subject_id, words.measure,
        words.reason,
        cast(null as date) as report_date,
        words.product_id, words.person_id,
        cast(null as varchar) as currency,
        words.thrivecart_value, words.warehouse_value,
        cast(null as decimal(18, 2)) as thrivecart_amount,
        cast(null as decimal(18, 2)) as warehouse_amount,
        cast(null as boolean) as has_webhooks
    from words
),

final as (
    select
        unioned.subject,
        unioned.subject_id,
        unioned.measure,
        unioned.workspace_id,
        unioned.connection_id,
        unioned.report_date,
        unioned.product_id,
        unioned.person_id,
        unioned.thrivecart_value,
        unioned.warehouse_value,
        unioned.currency,
        unioned.thrivecart_amount,
        unioned.warehouse_amount,
        cast(unioned.thrivecart_amount - unioned.warehouse_amount as decimal(18, 2)) as difference_amount,
        unioned.reason,
        reasons.explanation,
        reasons.what_to_do,
        unioned.has_webhooks
    from unioned
    left join reasons on unioned.reason = reasons.reason
)

select * from final
