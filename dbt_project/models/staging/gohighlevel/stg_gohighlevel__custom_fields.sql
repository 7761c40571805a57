with custom_fields as (
    select * from {{ source('gohighlevel', 'custom_fields') }}
),

renamed as (
    select
        custom_fields.connection_id,
        custom_fields.id as field_id,
        custom_fields.name as field_name,
        custom_fields.field_key,
        custom_fields.data_type,
        custom_fields.seen_at
    from custom_fields
),

final as (
    select * from renamed
)

select * from final
