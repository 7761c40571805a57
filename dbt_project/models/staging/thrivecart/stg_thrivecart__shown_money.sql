-- Grain: one amount that ThriveCart counts, on the day on which its dashboard counts it: a payment, a refund, the tax
-- in one of them, or a commission. By ThriveCart's rules alone and from its words alone, those of test mode among them.
with transactions as (
    select * from {{ ref('stg_thrivecart__transactions') }}
    where transaction_type <> 'cancel'
),

-- Money that the API has no row of.
webhook_items as (
    select * from {{ ref('stg_thrivecart__webhook_items') }}
    where transaction_id is null and transaction_type <> 'cancel' and not is_test
),

commissions as (
    select * from {{ ref('stg_thrivecart__affiliate_commissions') }}
    where change in ('earned', 'refunded')
),

webhook_events as (
    select * from {{ ref('stg_thrivecart__webhook_events') }}
),

connections as (
    select
        connections.connection_id,
        coalesce({{ blank_to_null('connections.time_zone') }}, '{{ var("thrivecart_time_zone") }}') as time_zone
    from {{ ref('stg_reference__connections') }} as connections
),

order_starts as (
    select
        transactions.order_id,
        transactions.is_test,
        min(transactions.occurred_at) as order_started_at
    from transactions
    group by transactions.order_id, transactions.is_test
),

loads as (
    select
        transactions.connection_id,
        max(transactions.seen_at) as loaded_at
    from transactions
    group by transactions.connection_id
),

first_webhooks as (
    select
        webhook_events.connection_id,
        min(webhook_events.occurred_at) as webhooks_since_at
    from webhook_events
    group by webhook_events.connection_id
),

payments as (
    select
        transactions.transaction_id as source_id,
        transactions.transaction_id,
        'row' as evidence,
        transactions.workspace_id,
        transactions.connection_id,
        transactions.product_id,
        transactions.order_id,
        transactions.currency,
        transactions.is_test,
        transactions.transaction_type = 'refund' as is_refund,
        transactions.occurred_at,
        transactions.stated_amount as amount,
        abs(transactions.tax_amount) as tax_amount,
        -- Whether the API's amounts are with tax is not documented. ThriveCart's gross is what the buyer paid.
        abs(transactions.gross_amount) = transactions.stated_amount + abs(transactions.tax_amount) as is_tax_on_top
    from transactions
    union all
    select
        webhook_items.webhook_item_id as source_id,
        cast(null as varchar) as transaction_id,
        'webhook' as evidence,
        webhook_items.workspace_id,
        webhook_items.connection_id,
        webhook_items.product_id,
        webhook_items.order_id,
        webhook_items.currency,
        webhook_items.is_test,
        webhook_items.transaction_type = 'refund' as is_refund,
        webhook_items.occurred_at,
        coalesce(webhook_items.gross_amount, webhook_items.amount + coalesce(webhook_items.tax_amount, 0)) as amount,
        webhook_items.tax_amount,
        false as is_tax_on_top
    from webhook_items
),

-- Amounts are positive, but for tax and commissions that are given back.
amounts as (
    select
        payments.source_id, payments.transaction_id, payments.evidence, payments.workspace_id, payments.connection_id,
        payments.product_id, payments.order_id, payments.currency, payments.is_test, payments.is_refund,
        case when payments.is_refund then 'refunds' else 'gross' end as component,
        payments.occurred_at,
        payments.amount
    from payments
    union all
    select
        payments.source_id, cast(null as varchar) as transaction_id, 'tax' as evidence, payments.workspace_id,
        payments.connection_id, payments.product_id, payments.order_id, payments.currency, payments.is_test,
        payments.is_refund,
        case when payments.is_refund then 'refunds' else 'gross' end as component,
        payments.occurred_at,
        payments.tax_amount as amount
    from payments
    where payments.is_tax_on_top
    union all
    select
        payments.source_id, cast(null as varchar) as transaction_id, 'tax' as evidence, payments.workspace_id,
        payments.connection_id, payments.product_id, payments.order_id, payments.currency, payments.is_test,
        payments.is_refund,
        'tax' as component,
        payments.occurred_at,
        case when payments.is_refund then -payments.tax_amount else payments.tax_amount end as amount
    from payments
    union all
    select
        commissions.event_key as source_id, cast(null as varchar) as transaction_id, 'commission' as evidence,
        commissions.workspace_id, commissions.connection_id, commissions.product_id, commissions.order_id,
        commissions.currency, false as is_test, false as is_refund,
        'commissions' as component,
        commissions.occurred_at,
        case commissions.change when 'refunded' then -commissions.amount else commissions.amount end as amount
    from commissions
),

dated as (
    select
        amounts.*,
        -- Named after the values of the variable thrivecart_refund_day.
        coalesce(order_starts.order_started_at, amounts.occurred_at) as order_day_at,
        amounts.occurred_at as refund_day_at
    from amounts
    left join order_starts on amounts.order_id = order_starts.order_id and amounts.is_test = order_starts.is_test
    where amounts.amount <> 0 and amounts.currency is not null
),

final as (
    select
        dated.source_id,
        dated.evidence,
        dated.component,
        dated.transaction_id,
        dated.workspace_id,
        dated.connection_id,
        dated.product_id,
        dated.order_id,
        dated.currency,
        cast(dated.amount as decimal(18, 2)) as amount,
        dated.is_test,
        dated.occurred_at,
        {{ reporting_date(
            "case when dated.is_refund then dated." ~ var('thrivecart_refund_day') ~ "_at else dated.occurred_at end",
            'connections.time_zone'
        ) }} as shown_date,
        -- Once a load has looked back over the event, its row is not late any more, but missing.
        coalesce(
            {{ dbt.dateadd('day', var('thrivecart_late_days'), 'dated.occurred_at') }} < loads.loaded_at, false
        ) as is_overdue,
        {{ reporting_date('first_webhooks.webhooks_since_at', 'connections.time_zone') }} as webhooks_since_date
    from dated
    inner join connections on dated.connection_id = connections.connection_id
    left join loads on dated.connection_id = loads.connection_id
    left join first_webhooks on dated.connection_id = first_webhooks.connection_id
)

select * from final
