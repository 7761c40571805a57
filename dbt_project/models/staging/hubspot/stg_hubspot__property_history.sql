-- Grain: one value that a property of a contact had for a while.
with property_history as (
    select * from {{ source('hubspot', 'property_history') }}
),

connections as (
    select * from {{ ref('stg_reference__connections') }}
),

renamed as (
    select
        connections.workspace_id,
        property_history.connection_id,
        property_history.connection_id || ':' || property_history.contact_id as contact_id,
        property_history.property as property_name,
        {{ blank_to_null('property_history.value') }} as property_value,
        property_history.timestamp as valid_from,
        lead(property_history.timestamp) over (
            partition by property_history.connection_id, property_history.contact_id, property_history.property
            order by property_history.timestamp
        ) as valid_to,
        property_history.source_type as changed_by,
        property_history.seen_at
    from property_history
    inner join connections on property_history.connection_id = connections.connection_id
),

final as (
    select * from renamed
)

select * from final
