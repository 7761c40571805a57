with upsells as (
    select * from {{ source('thrivecart', 'upsells') }}
),

renamed as (
    select
        upsells.connection_id,
        'upsell' as item_type,
        upsells.upsell_id as item_id,
        upsells.connection_id || ':upsell:' || upsells.upsell_id as product_id,
        upsells.name as product_name,
        {{ blank_to_null('upsells.label') }} as product_label,
        cast(null as varchar) as catalogue_status,
        upsells.type_string as delivery_type,
        cast(null as varchar) as currency,
        upsells.seen_at
    from upsells
),

final as (
    select * from renamed
)

select * from final
