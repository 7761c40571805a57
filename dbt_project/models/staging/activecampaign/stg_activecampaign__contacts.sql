-- Grain: one contact record, live or not: what ActiveCampaign does not have any more is marked, and stays.
with contacts as (
    select * from {{ source('activecampaign', 'contacts') }}
),

missing as (
    select * from {{ source('activecampaign', 'missing_contacts') }}
),

contact_sources as (
    select * from {{ ref('base_activecampaign__contact_sources') }}
),

connections as (
    select * from {{ ref('stg_reference__connections') }}
),

renamed as (
    select
        connections.workspace_id,
        contacts.connection_id,
        contacts.id as activecampaign_contact_id,
        contacts.connection_id || ':' || contacts.id as contact_id,
        {{ normalize_email('contacts.email') }} as email,
        {{ blank_to_null('contacts.first_name') }} as first_name,
        {{ blank_to_null('contacts.last_name') }} as last_name,
        {{ blank_to_null('contacts.phone') }} as phone,
        contacts.cdate as created_at,
        {{ reporting_date('contacts.cdate', 'connections.reporting_time_zone') }} as created_date,
        contacts.udate as modified_at,
        coalesce(contacts.bounced_hard, 0) > 0 as is_bounced,
        coalesce(contacts.anonymized, false) as is_anonymized,
        coalesce(contacts.deleted, false) or missing.contact_id is not null as is_deleted,
        case
            when contacts.deleted and contacts.deleted_at like '____-__-__T%'
                then {{ as_moment('contacts.deleted_at') }}
            when not coalesce(contacts.deleted, false) then missing.missed_at
        end as deleted_at,
        -- A value cannot have been told before its contact was there.
        case
            when contact_sources.told_at < contacts.cdate then contacts.cdate
            else contact_sources.told_at
        end as source_at,
        contact_sources.referrer,
        contact_sources.utm_source,
        contact_sources.utm_medium,
        contact_sources.utm_campaign,
        contact_sources.utm_content,
        contact_sources.utm_term,
        connections.reporting_time_zone,
        contacts.seen_at
    from contacts
    inner join connections on contacts.connection_id = connections.connection_id
    left join contact_sources
        on contacts.connection_id = contact_sources.connection_id
        and contacts.connection_id || ':' || contacts.id = contact_sources.contact_id
    -- One that was seen again after it was missed is not missing.
    left join missing
        on contacts.connection_id = missing.connection_id
        and contacts.id = missing.contact_id
        and contacts.seen_at < missing.missed_at
),

final as (
    select
        renamed.workspace_id,
        renamed.connection_id,
        renamed.contact_id,
        renamed.activecampaign_contact_id,
        renamed.email,
        renamed.first_name,
        renamed.last_name,
        renamed.phone,
        renamed.created_at,
        renamed.created_date,
        renamed.modified_at,
        renamed.is_bounced,
        renamed.is_anonymized,
        renamed.is_deleted,
        renamed.deleted_at,
        renamed.source_at,
        {{ reporting_date('renamed.source_at', 'renamed.reporting_time_zone') }} as source_date,
        renamed.referrer,
        renamed.utm_source,
        renamed.utm_medium,
        renamed.utm_campaign,
        renamed.utm_content,
        renamed.utm_term,
        renamed.seen_at
    from renamed
)

select * from final
