-- Grain: one row per item of a ThriveCart event as the API tells it, in live and in test mode.
with transactions as (
    select * from {{ source('thrivecart', 'transactions') }}
),

connections as (
    select * from {{ ref('stg_reference__connections') }}
),

renamed as (
    select
        connections.workspace_id,
        transactions.connection_id,
        transactions.mode,
        transactions.event_id,
        transactions.transaction_type,
        transactions.item_type,
        transactions.item_id,
        transactions.connection_id || ':' || transactions.mode || ':' || transactions.event_id
        || ':' || transactions.item_type || ':' || transactions.item_id as transaction_id,
        transactions.connection_id || ':' || transactions.order_id as order_id,
        transactions.order_id as order_number,
        transactions.connection_id || ':' || transactions.item_type || ':' || transactions.item_id as product_id,
        transactions.base_product as funnel_product_number,
        coalesce(
            {{ blank_to_null('transactions.internal_subscription_id') }},
            {{ blank_to_null('transactions.subscription_id') }}
        ) as subscription_number,
        {{ blank_to_null('transactions.subscription_id') }} as processor_subscription_id,
        {{ blank_to_null('transactions.item_name') }} as item_name,
        {{ blank_to_null('transactions.item_pricing_option_id') }} as pricing_option_id,
        {{ blank_to_null('transactions.item_pricing_option_name') }} as pricing_option_name,
        {{ blank_to_null('transactions.coupon') }} as coupon,
        {{ blank_to_null('transactions.processor') }} as processor,
        {{ blank_to_null('transactions.invoice_id') }} as invoice_id,
        {{ blank_to_null('transactions.subscription_current_status') }} as subscription_current_status,
        {{ json_text('transactions.customer', 'id') }} as customer_number,
        {{ normalize_email(json_text('transactions.customer', 'email')) }} as email,
        {{ blank_to_null(json_text('transactions.customer', 'name')) }} as customer_name,
        upper(transactions.currency) as currency,
        coalesce(transactions.quantity, 1) as quantity,
        transactions.amount as sent_amount_cents,
        transactions.mode = 'test' as is_test,
        {{ epoch_to_timestamp('transactions.timestamp') }} as occurred_at,
        connections.reporting_time_zone,
        connections.reporting_currency,
        transactions.seen_at
    from transactions
    inner join connections on transactions.connection_id = connections.connection_id
),

-- The type decides the sign, never the sign sent; a cancel row carries the plan's amount although no cash moved.
signed as (
    select
        renamed.*,
        renamed.connection_id || ':' || renamed.subscription_number as subscription_id,
        {{ reporting_date('renamed.occurred_at', 'renamed.reporting_time_zone') }} as occurred_date,
        {{ cents_to_amount('abs(renamed.sent_amount_cents)') }} as stated_amount,
        case
            when renamed.transaction_type in ('charge', 'rebill')
                then {{ cents_to_amount('abs(renamed.sent_amount_cents)') }}
            when renamed.transaction_type = 'refund' then {{ cents_to_amount('-abs(renamed.sent_amount_cents)') }}
            when renamed.transaction_type = 'cancel' then cast(0 as decimal(18, 2))
        end as amount
    from renamed
),

final as (
    select * from signed
)

select * from final
