-- Grain: one value of a custom field of a contact.
with field_values as (
    select * from {{ source('activecampaign', 'field_values') }}
),

fields as (
    select * from {{ source('activecampaign', 'fields') }}
),

renamed as (
    select
        field_values.connection_id,
        field_values.id as field_value_id,
        field_values.connection_id || ':' || field_values.contact as contact_id,
        field_values.field as field_id,
        fields.title as field_name,
        {{ blank_to_null('field_values.value') }} as field_value,
        field_values.cdate as created_at,
        field_values.udate as modified_at,
        field_values.seen_at
    from field_values
    left join fields
        on field_values.connection_id = fields.connection_id and field_values.field = fields.id
),

final as (
    select * from renamed
)

select * from final
