-- Grain: one item of one money event that webhooks told of, however often and under however many names.
with told as (
    select * from {{ ref('base_thrivecart__webhook_items_matched') }}
),

-- All tellings of an event agree, but some say less than others.
summed as (
    select
        told.webhook_item_id,
        told.workspace_id,
        told.connection_id,
        told.mode,
        told.known_transaction_type as transaction_type,
        told.order_id,
        told.item_type,
        told.item_id,
        told.product_id,
        told.transaction_id,
        min(told.match_rule) as match_rule,
        max(told.item_name) as item_name,
        -- An order as a whole may be told with the number of its first event.
        max(case when told.match_rule = 'event_id' then told.event_id end) as matched_event_id,
        max(told.event_id) as told_event_id,
        max(told.told_subscription_number) as told_subscription_number,
        max(told.currency) as currency,
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
        count(*) as deliveries,
        min(told.seen_at) as seen_at
    from told
    group by
        told.webhook_item_id, told.workspace_id, told.connection_id, told.mode, told.known_transaction_type,
        told.order_id, told.item_type, told.item_id, told.product_id, told.transaction_id
),

final as (
    select
        summed.webhook_item_id,
        summed.workspace_id,
        summed.connection_id,
        summed.mode,
        summed.mode = 'test' as is_test,
        summed.transaction_type,
        summed.order_id,
        summed.item_type,
        summed.item_id,
        summed.product_id,
        summed.item_name,
        coalesce(summed.matched_event_id, summed.told_event_id) as event_id,
        summed.told_subscription_number,
        summed.currency,
        summed.amount,
        summed.tax_amount,
        summed.gross_amount,
        summed.invoice_id,
        summed.affiliate_id,
        summed.frequency,
        summed.remaining_rebills,
        summed.next_payment_at,
        summed.billing_period_end_at,
        summed.occurred_at,
        summed.transaction_id,
        summed.match_rule,
        summed.deliveries,
        summed.seen_at
    from summed
)

select * from final
