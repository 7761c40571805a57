with properties as (
    select * from {{ source('hubspot', 'properties') }}
),

renamed as (
    select
        properties.connection_id,
        properties.name as property_name,
        properties.label as property_label,
        properties.type as property_type,
        not coalesce(properties.hubspot_defined, false) as is_custom,
        properties.seen_at
    from properties
),

final as (
    select * from renamed
)

select * from final
