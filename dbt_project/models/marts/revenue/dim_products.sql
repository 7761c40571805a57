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

combined as (
    select
        coalesce(catalogue.product_id, sold.product_id) as product_id,
        coalesce(catalogue.connection_id, sold.connection_id) as connection_id,
        coalesce(catalogue.item_type, sold.item_type) as item_type,
        coalesce(catalogue.item_id, sold.item_id) as item_id,
        coalesce(catalogue.product_name, sold.item_name) as product_name,
        catalogue.product_label,
        catalogue.catalogue_status,
        catalogue.delivery_type,
        catalogue.product_id is not null as is_in_catalogue,
        sold.first_sold_at,
        sold.last_sold_at
    from catalogue
    full outer join sold on catalogue.product_id = sold.product_id
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
