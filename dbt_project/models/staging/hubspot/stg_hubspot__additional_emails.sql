-- Grain: one further address of a contact, besides its own.
with told as (
    {{ explode_text_list(
        ref('base_hubspot__contacts'), 'additional_emails', ';', ['connection_id', 'contact_id', 'email', 'seen_at']
    ) }}
),

normalised as (
    select
        told.connection_id,
        told.contact_id,
        told.email as own_email,
        {{ normalize_email('told.element') }} as email,
        told.seen_at
    from told
),

connections as (
    select * from {{ ref('stg_reference__connections') }}
),

final as (
    select distinct
        connections.workspace_id,
        normalised.connection_id,
        normalised.contact_id,
        normalised.email,
        normalised.seen_at
    from normalised
    inner join connections on normalised.connection_id = connections.connection_id
    where normalised.email is not null and (normalised.own_email is null or normalised.email <> normalised.own_email)
)

select * from final
