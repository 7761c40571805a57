-- Grain: one further address of a contact, besides its own. The search sends text, a contact by its id an object.
with contacts as (
    select * from {{ source('gohighlevel', 'contacts') }}
),

told as (
    {{ explode_json_array('contacts', 'additional_emails', ['connection_id', 'id', 'email', 'seen_at']) }}
),

renamed as (
    select
        told.connection_id,
        told.connection_id || ':' || told.id as contact_id,
        {{ normalize_email('told.email') }} as own_email,
        {{ normalize_email(
            'coalesce(' ~ json_text('told.element', 'email') ~ ', ' ~ json_scalar_text('told.element') ~ ')'
        ) }} as email,
        told.seen_at
    from told
),

final as (
    select distinct
        renamed.connection_id,
        renamed.contact_id,
        renamed.email,
        renamed.seen_at
    from renamed
    where renamed.email is not null and (renamed.own_email is null or renamed.email <> renamed.own_email)
)

select * from final
