-- Grain: one CRM contact that was merged into another.
with file_merges as (
    select * from {{ ref('stg_files__contact_merges') }}
),

hubspot_merges as (
    select * from {{ ref('stg_hubspot__contact_merges') }}
),

unioned as (
    select
        file_merges.workspace_id,
        file_merges.connection_id,
        file_merges.contact_id,
        file_merges.merged_crm_contact_id
    from file_merges
    union all
    select
        hubspot_merges.workspace_id,
        hubspot_merges.connection_id,
        hubspot_merges.merged_into_contact_id as contact_id,
        hubspot_merges.contact_id as merged_crm_contact_id
    from hubspot_merges
),

final as (
    select * from unioned
)

select * from final
