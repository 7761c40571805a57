-- Grain: one CRM contact as it was known for a while: known_from is the build that first had it so, known_to the build
-- that had it so no more.
with versions as (
    select * from {{ ref('snp_contacts') }}
),

people as (
    select * from {{ ref('int_people_resolved') }}
),

final as (
    select
        versions.contact_id,
        versions.workspace_id,
        versions.connection_id,
        people.person_id,
        versions.contact_state,
        versions.is_deleted,
        versions.created_at,
        versions.utm_source,
        versions.utm_medium,
        versions.utm_campaign,
        versions.utm_content,
        {{ as_moment('versions.known_from') }} as known_from,
        {{ as_moment('versions.known_to') }} as known_to
    from versions
    left join people on versions.workspace_id = people.workspace_id and versions.email = people.email
)

select * from final
