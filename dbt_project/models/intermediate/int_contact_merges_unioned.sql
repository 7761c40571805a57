-- Grain: one CRM contact that was merged into another. Of the sources with contacts only files tell of that.
with file_merges as (
    select * from {{ ref('stg_files__contact_merges') }}
),

final as (
    select
        file_merges.workspace_id,
        file_merges.connection_id,
        file_merges.contact_id,
        file_merges.merged_crm_contact_id
    from file_merges
)

select * from final
