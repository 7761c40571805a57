with downsells as (
    select * from {{ source('thrivecart', 'downsells') }}
),

renamed as (
    select
        downsells.connection_id,
        'downsell' as item_type,
        downsells.downsell_id as item_id,
        downsells.connection_id || ':downsell:' || downsells.downsell_id as product_id,
        downsells.name as product_name,
        {{ blank_to_null('downsells.label') }} as product_label,
        cast(null as varchar) as catalogue_status,
        downsells.type_string as delivery_type,
        cast(null as varchar) as currency,
        downsells.seen_at
    from downsells
),

final as (
    select * from renamed
)

select * from final
