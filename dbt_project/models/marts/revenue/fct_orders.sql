-- Grain: one order. All rebills and refunds carry the order's id, whenever they happen.
with transactions as (
    select * from {{ ref('fct_transactions') }}
),

products as (
    select * from {{ ref('dim_products') }}
),

order_tags as (
    select * from {{ ref('int_order_tags_listed') }}
),

touches as (
    select * from {{ ref('int_order_touches_listed') }}
),

scopes as (
    select * from {{ ref('int_order_scopes') }}
),

summed as (
    select
        transactions.order_id,
        transactions.workspace_id,
        transactions.connection_id,
        transactions.reporting_currency,
        min(transactions.order_started_at) as ordered_at,
        min(transactions.order_date) as order_date,
        min(transactions.currency) as currency,
        min(transactions.coupon) as coupon,
        count(distinct transactions.product_id) as product_count,
        {{ sorted_list('transactions.product_id') }} as product_ids,
        {{ sorted_list('products.product_name') }} as product_names,
        max(case when transactions.transaction_type = 'refund' then 1 else 0 end) = 1 as is_refunded,
        sum(case when transactions.transaction_type = 'charge' then transactions.amount else 0 end)
            as first_payment_amount,
        sum(case when transactions.transaction_type = 'rebill' then transactions.amount else 0 end) as rebill_amount,
        sum(case when transactions.transaction_type = 'refund' then -transactions.amount else 0 end)
            as refunded_amount,
        -- An event of an unknown type has no amount, and an order of such events alone is worth nothing that is known.
        sum(coalesce(transactions.amount, 0)) as net_amount,
        -- One transaction without a rate makes the order's sum unknown, not smaller.
        case when count(*) = count(transactions.reporting_amount) then sum(transactions.reporting_amount) end
            as reporting_net_amount
    from transactions
    left join products on transactions.product_id = products.product_id
    group by
        transactions.order_id, transactions.workspace_id, transactions.connection_id, transactions.reporting_currency
),

-- The order belongs to who paid first; its main item is the first product row of the first event.
first_rows as (
    select
        transactions.order_id,
        transactions.person_id,
        transactions.is_matched,
        transactions.product_id,
        row_number() over (
            partition by transactions.order_id
            order by
                transactions.occurred_at,
                case transactions.item_type when 'product' then 0 else 1 end,
                transactions.transaction_id
        ) as position_in_order
    from transactions
),

final as (
    select
        summed.order_id,
        summed.workspace_id,
        summed.connection_id,
        first_rows.person_id,
        first_rows.is_matched,
        first_rows.product_id,
        summed.ordered_at,
        summed.order_date,
        cast(summed.product_count as bigint) as product_count,
        summed.product_ids,
        summed.product_names,
        summed.coupon,
        case
            when summed.first_payment_amount + summed.rebill_amount <= 0 then 'unpaid'
            when summed.refunded_amount <= 0 then 'paid'
            when summed.refunded_amount < summed.first_payment_amount + summed.rebill_amount then 'partially_refunded'
            else 'refunded'
        end as status,
        summed.is_refunded,
        scopes.is_acquisition,
        scopes.is_nurture,
        scopes.is_engagement,
        scopes.is_subscription,
        order_tags.tags_held,
        cast(coalesce(touches.touchpoint_count, 0) as bigint) as touchpoint_count,
        touches.first_touch_channel,
        touches.first_touch_platform,
        touches.first_touch_campaign_id,
        touches.last_touch_channel,
        touches.last_touch_platform,
        touches.last_touch_campaign_id,
        touches.touch_channels,
        touches.touch_platforms,
        touches.touch_campaign_ids,
        touches.touch_ad_set_ids,
        touches.touch_ad_ids,
        summed.currency,
        cast(summed.first_payment_amount as decimal(18, 2)) as first_payment_amount,
        cast(summed.rebill_amount as decimal(18, 2)) as rebill_amount,
        cast(summed.refunded_amount as decimal(18, 2)) as refunded_amount,
        cast(summed.net_amount as decimal(18, 2)) as net_amount,
        summed.reporting_currency,
        cast(summed.reporting_net_amount as decimal(18, 2)) as reporting_net_amount
    from summed
    inner join first_rows on summed.order_id = first_rows.order_id and first_rows.position_in_order = 1
    left join order_tags on summed.order_id = order_tags.order_id
    left join touches on summed.order_id = touches.order_id
    inner join scopes on summed.order_id = scopes.order_id
)

select * from final
