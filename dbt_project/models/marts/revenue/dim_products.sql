-- Grain: one item of a ThriveCart account: (item_type, item_id). Ids collide across types, so both make the key.
with products as (
    select * from {{ ref('stg_thrivecart__products') }}
),

bumps as (
    select * from {{ ref('stg_thrivecart__bumps') }}
),

upsells as (
    select * from {{ ref('stg_thrivecart__upsells') }}
),

downsells as (
    select * from {{ ref('stg_thrivecart__downsells') }}
),

transactions as (
    select * from {{ ref('int_transactions_converted') }}
),

webhook_events as (
    select * from {{ ref('stg_thrivecart__webhook_events') }}
    where not is_test
),

webhook_items as (
    select * from {{ ref('stg_thrivecart__webhook_items') }}
    where not is_test
),

connections as (
    select * from {{ ref('stg_reference__connections') }}
),

catalogue as (
    select * from products
    union all
    select * from bumps
    union all
    select * from upsells
    union all
    select * from downsells
),

-- Deleted products leave the catalogue but keep their sales: the name on the youngest sale stands in.
sold_ranked as (
    select
        transactions.product_id,
        transactions.connection_id,
        transactions.item_type,
        transactions.item_id,
        transactions.item_name,
        min(transactions.occurred_at) over (partition by transactions.product_id) as first_sold_at,
        max(transactions.occurred_at) over (partition by transactions.product_id) as last_sold_at,
        row_number() over (
            partition by transactions.product_id
            order by transactions.occurred_at desc, transactions.transaction_id asc
        ) as recency
    from transactions
),

sold as (
    select * from sold_ranked
    where recency = 1
),

-- A cart that was left, a pause or a failed payment may be all there is of an item.
told as (
    select
        webhook_items.product_id,
        webhook_items.connection_id,
        webhook_items.item_type,
        webhook_items.item_id,
        webhook_items.item_name,
        webhook_items.occurred_at
    from webhook_items
    union all
    select
        webhook_events.product_id,
        webhook_events.connection_id,
        webhook_events.item_type,
        webhook_events.item_id,
        webhook_events.item_name,
        webhook_events.occurred_at
    from webhook_events
    union all
    select
        webhook_events.funnel_product_id as product_id,
        webhook_events.connection_id,
        'product' as item_type,
        webhook_events.funnel_product_number as item_id,
        webhook_events.funnel_product_name as item_name,
        webhook_events.occurred_at
    from webhook_events
),

told_ranked as (
    select
        told.*,
        row_number() over (
            partition by told.product_id
            order by
                case when told.item_name is null then 1 else 0 end asc,
                told.occurred_at desc,
                told.item_name asc
        ) as recency
    from told
    where told.product_id is not null
),

known as (
    select catalogue.product_id from catalogue
    union
    select sold.product_id from sold
    union
    select told_ranked.product_id from told_ranked
),

combined as (
    select
        known.product_id,
        coalesce(catalogue.connection_id, sold.connection_id, told_ranked.connection_id) as connection_id,
        coalesce(catalogue.item_type, sold.item_type, told_ranked.item_type) as item_type,
        coalesce(catalogue.item_id, sold.item_id, told_ranked.item_id) as item_id,
        coalesce(catalogue.product_name, sold.item_name, told_ranked.item_name) as product_name,
        catalogue.product_label,
        catalogue.catalogue_status,
        catalogue.delivery_type,
        catalogue.product_id is not null as is_in_catalogue,
        sold.first_sold_at,
        sold.last_sold_at
    from known
    left join catalogue on known.product_id = catalogue.product_id
    left join sold on known.product_id = sold.product_id
    left join told_ranked on known.product_id = told_ranked.product_id and told_ranked.recency = 1
),

final as (
    select
        combined.product_id,
        connections.workspace_id,
        combined.connection_id,
        combined.item_type,
        combined.item_id,
        combined.product_name,
        combined.product_label,
        combined.catalogue_status,
        combined.delivery_type,
        combined.is_in_catalogue,
        combined.first_sold_at,
        combined.last_sold_at
    from combined
    inner join connections on combined.connection_id = connections.connection_id
)

select * from final
