with products as (
    select * from {{ source('thrivecart', 'products') }}
),

renamed as (
    select
        products.connection_id,
        'product' as item_type,
        products.product_id as item_id,
        products.connection_id || ':product:' || products.product_id as product_id,
        products.name as product_name,
        {{ blank_to_null('products.label') }} as product_label,
        products.status_string as catalogue_status,
        products.type_string as delivery_type,
        upper(products.payment_currency) as currency,
        products.seen_at
    from products
),

final as (
    select * from renamed
)

select * from final
