with automations as (
    select * from {{ source('activecampaign', 'automations') }}
),

renamed as (
    select
        automations.connection_id,
        automations.id as automation_id,
        automations.name as automation_name,
        automations.cdate as created_at,
        automations.seen_at
    from automations
),

final as (
    select * from renamed
)

select * from final
