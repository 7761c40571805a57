-- Grain: one row per item of a ThriveCart event, in live and in test mode. The API's rows, and no others: what webhooks
-- tell of the same event stands beside it.
with transactions as (
    select * from {{ ref('base_thrivecart__transactions') }}
),

webhook_items as (
    select * from {{ ref('stg_thrivecart__webhook_items') }}
    where transaction_id is not null
),

joined as (
    select
        transactions.*,
        webhook_items.transaction_id is not null as is_told_by_webhook,
        webhook_items.match_rule as webhook_match_rule,
        case transactions.transaction_type
            when 'refund' then -webhook_items.tax_amount
            when 'cancel' then cast(0 as decimal(18, 2))
            else webhook_items.tax_amount
        end as tax_amount,
        case transactions.transaction_type
            when 'refund' then -webhook_items.gross_amount
            when 'cancel' then cast(0 as decimal(18, 2))
            else webhook_items.gross_amount
        end as gross_amount,
        webhook_items.invoice_id as told_invoice_id,
        webhook_items.affiliate_id,
        webhook_items.frequency as told_frequency,
        webhook_items.remaining_rebills,
        webhook_items.next_payment_at,
        webhook_items.billing_period_end_at
    from transactions
    left join webhook_items on transactions.transaction_id = webhook_items.transaction_id
),

final as (
    select * from joined
)

select * from final
