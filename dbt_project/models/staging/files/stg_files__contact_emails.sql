-- Grain: one additional address of a contact in a contacts file.
with exploded as (
    {{ explode_text_list(
        ref('stg_files__contacts'), 'additional_emails', ';', ['workspace_id', 'connection_id', 'contact_id']
    ) }}
),

renamed as (
    select distinct
        exploded.workspace_id,
        exploded.connection_id,
        exploded.contact_id,
        {{ normalize_email('exploded.element') }} as email
    from exploded
),

final as (
    select * from renamed
    where email is not null
)

select * from final
