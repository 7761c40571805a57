-- Grain: one HubSpot contact record, merged ones included. A survivor has the first source of the primary of the merge:
-- so a merged record says it once more only if it says something else. Else one visit would count as two.
with contacts as (
    select * from {{ ref('stg_hubspot__contacts') }}
),

compared as (
    select
        contacts.*,
        coalesce(
            survivors.contact_id is not null
            and coalesce(contacts.first_source, '') = coalesce(survivors.first_source, '')
            and coalesce(contacts.utm_source, '') = coalesce(survivors.utm_source, '')
            and coalesce(contacts.utm_medium, '') = coalesce(survivors.utm_medium, '')
            and coalesce(contacts.utm_campaign, '') = coalesce(survivors.utm_campaign, '')
            and coalesce(contacts.utm_content, '') = coalesce(survivors.utm_content, '')
            and coalesce(contacts.first_source_at, contacts.created_at)
            = coalesce(survivors.first_source_at, survivors.created_at),
            false
        ) as is_repeated
    from contacts
    left join contacts as survivors on contacts.merged_into_contact_id = survivors.contact_id
),

final as (
    select
        compared.workspace_id,
        compared.connection_id,
        compared.contact_id,
        compared.email,
        compared.first_name,
        compared.last_name,
        compared.phone,
        compared.postal_code,
        compared.lifecycle_stage,
        compared.is_deleted,
        compared.created_at,
        compared.created_date,
        compared.first_source_at,
        compared.first_source_date,
        case when not compared.is_repeated then compared.referrer end as referrer,
        case when not compared.is_repeated then compared.utm_source end as utm_source,
        case when not compared.is_repeated then compared.utm_medium end as utm_medium,
        case when not compared.is_repeated then compared.utm_campaign end as utm_campaign,
        case when not compared.is_repeated then compared.utm_content end as utm_content,
        case when not compared.is_repeated then compared.utm_term end as utm_term
    from compared
)

select * from final
