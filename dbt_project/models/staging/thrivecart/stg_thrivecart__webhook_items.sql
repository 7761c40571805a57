-- Grain: one item of one money event that webhooks told of, however often and under however many names.
with told as (
    select
        told.*,
        row_number() over (
            partition by told.webhook_item_id
            order by
                case told.match_rule when 'event_id' then 0 else 1 end,
                case told.surface when 'account' then 0 else 1 end,
                told.seen_at,
                told.event_key
        ) as precedence
    from {{ ref('base_thrivecart__webhook_items_matched') }} as told
),

-- All tellings of an event agree, but some say less.
summed as (
    select
        told.webhook_item_id,
        max(told.event_id) as event_id,
        max(told.item_name) as item_name,
        max(told.told_subscription_number) as told_subscription_number,
        max(told.amount) as amount,
        max(told.tax_amount) as tax_amount,
        max(told.gross_amount) as gross_amount,
        max(told.invoice_id) as invoice_id,
        max(told.affiliate_id) as affiliate_id,
        max(told.frequency) as frequency,
        max(told.remaining_rebills) as remaining_rebills,
        max(told.next_payment_at) as next_payment_at,
        max(told.billing_period_end_at) as billing_period_end_at,
        min(told.occurred_at) as occurred_at,
        min(told.seen_at) as seen_at,
        count(*) as deliveries
    from told
    group by told.webhook_item_id
),

final as (
    select
        summed.webhook_item_id,
        told.workspace_id,
        told.connection_id,
        told.mode,
        told.mode = 'test' as is_test,
        told.transaction_type,
        told.order_id,
        told.item_type,
        told.item_id,
        told.product_id,
        coalesce(told.item_name, summed.item_name) as item_name,
        coalesce(told.event_id, summed.event_id) as event_id,
        coalesce(told.told_subscription_number, summed.told_subscription_number) as told_subscription_number,
        coalesce(told.currency) as currency,
        coalesce(told.amount, summed.amount) as amount,
        coalesce(told.tax_amount, summed.tax_amount) as tax_amount,
        coalesce(told.gross_amount, summed.gross_amount) as gross_amount,
        coalesce(told.invoice_id, summed.invoice_id) as invoice_id,
        coalesce(told.affiliate_id, summed.affiliate_id) as affiliate_id,
        coalesce(told.frequency, summed.frequency) as frequency,
        coalesce(told.remaining_rebills, summed.remaining_rebills) as remaining_rebills,
        coalesce(told.next_payment_at, summed.next_payment_at) as next_payment_at,
        coalesce(told.billing_period_end_at, summed.billing_period_end_at) as billing_period_end_at,
        summed.occurred_at,
        told.transaction_id,
        told.match_rule,
        summed.deliveries,
        summed.seen_at
    from told
    inner join summed on told.webhook_item_id = summed.webhook_item_id
    where told.precedence = 1
)

select * from final
