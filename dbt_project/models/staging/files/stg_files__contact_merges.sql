-- Grain: one contact that the CRM merged into another, of which a contacts file tells.
with exploded as (
    {{ explode_text_list(
        ref('stg_files__contacts'), 'merged_contact_ids', ';',
        ['workspace_id', 'connection_id', 'contact_id', 'source_file']
    ) }}
),

renamed as (
    select distinct
        exploded.workspace_id,
        exploded.connection_id,
        exploded.contact_id,
        exploded.connection_id || ':' || exploded.source_file || ':#' || {{ blank_to_null('exploded.element') }}
            as merged_crm_contact_id
    from exploded
),

final as (
    select * from renamed
    where merged_crm_contact_id is not null
)

select * from final
