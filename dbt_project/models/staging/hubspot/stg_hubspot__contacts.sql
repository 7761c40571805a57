-- Grain: one contact record, live or not: deleted and merged ones are marked, and stay. The utm values are those of the
-- first page that the contact saw; else those of properties that are named like them; else HubSpot's own words.
with contacts as (
    select * from {{ ref('base_hubspot__contacts') }}
),

contact_merges as (
    select * from {{ ref('stg_hubspot__contact_merges') }}
),

missing as (
    select * from {{ source('hubspot', 'missing_contacts') }}
),

connections as (
    select * from {{ ref('stg_reference__connections') }}
),

hubspot_sources as (
    select * from {{ ref('hubspot_sources') }}
),

addresses_read as (
    select
        contacts.contact_id,
        {{ url_parameter('contacts.first_url', 'utm_source') }} as utm_source,
        {{ url_parameter('contacts.first_url', 'utm_medium') }} as utm_medium,
        {{ url_parameter('contacts.first_url', 'utm_campaign') }} as utm_campaign,
        {{ url_parameter('contacts.first_url', 'utm_content') }} as utm_content,
        {{ url_parameter('contacts.first_url', 'utm_term') }} as utm_term
    from contacts
),

sources_read as (
    select
        contacts.contact_id,
        case
            when hubspot_sources.source_detail = 1 then lower(contacts.first_source_detail_1)
            when hubspot_sources.source_detail = 2 then lower(contacts.first_source_detail_2)
        end as utm_source,
        hubspot_sources.utm_medium,
        case
            when hubspot_sources.campaign_detail = 1 then contacts.first_source_detail_1
            when hubspot_sources.campaign_detail = 2 then contacts.first_source_detail_2
        end as utm_campaign
    from contacts
    inner join hubspot_sources on contacts.first_source = hubspot_sources.hubspot_source
),

-- Each of the three is taken as a whole: a campaign of one visit and a source of another are no campaign.
chosen as (
    select
        contacts.contact_id,
        case
            when coalesce(
                    addresses_read.utm_source, addresses_read.utm_medium, addresses_read.utm_campaign,
                    addresses_read.utm_content, addresses_read.utm_term
                ) is not null then 'first_url'
            when coalesce(
                    contacts.property_utm_source, contacts.property_utm_medium, contacts.property_utm_campaign,
                    contacts.property_utm_content, contacts.property_utm_term
                ) is not null then 'properties'
            when coalesce(sources_read.utm_source, sources_read.utm_medium, sources_read.utm_campaign) is not null
                then 'hubspot_source'
        end as utm_origin
    from contacts
    inner join addresses_read on contacts.contact_id = addresses_read.contact_id
    left join sources_read on contacts.contact_id = sources_read.contact_id
),

final as (
    select
        connections.workspace_id,
        contacts.connection_id,
        contacts.contact_id,
        contacts.hubspot_contact_id,
        contacts.email,
        contacts.first_name,
        contacts.last_name,
        contacts.phone,
        contacts.postal_code,
        contacts.lifecycle_stage,
        contacts.created_at,
        {{ reporting_date('contacts.created_at', 'connections.reporting_time_zone') }} as created_date,
        contacts.modified_at,
        contacts.first_source,
        contacts.first_source_detail_1,
        contacts.first_source_detail_2,
        contacts.first_source_at,
        {{ reporting_date('contacts.first_source_at', 'connections.reporting_time_zone') }} as first_source_date,
        contacts.first_url,
        contacts.first_referrer as referrer,
        chosen.utm_origin,
        case chosen.utm_origin
            when 'first_url' then addresses_read.utm_source
            when 'properties' then contacts.property_utm_source
            when 'hubspot_source' then sources_read.utm_source
        end as utm_source,
        case chosen.utm_origin
            when 'first_url' then addresses_read.utm_medium
            when 'properties' then contacts.property_utm_medium
            when 'hubspot_source' then sources_read.utm_medium
        end as utm_medium,
        case chosen.utm_origin
            when 'first_url' then addresses_read.utm_campaign
            when 'properties' then contacts.property_utm_campaign
            when 'hubspot_source' then sources_read.utm_campaign
        end as utm_campaign,
        case chosen.utm_origin
            when 'first_url' then addresses_read.utm_content
            when 'properties' then contacts.property_utm_content
        end as utm_content,
        case chosen.utm_origin
            when 'first_url' then addresses_read.utm_term
            when 'properties' then contacts.property_utm_term
        end as utm_term,
        contacts.latest_source,
        contacts.latest_source_detail_1,
        contacts.latest_source_detail_2,
        contacts.latest_source_at,
        contact_merges.merged_into_contact_id,
        case
            when contact_merges.contact_id is not null then 'merged'
            when contacts.is_archived then 'archived'
            when missing.contact_id is not null then 'deleted'
            else 'live'
        end as record_state,
        contact_merges.contact_id is null and (contacts.is_archived or missing.contact_id is not null) as is_deleted,
        case
            when contact_merges.contact_id is not null then null
            when contacts.is_archived then contacts.archived_at
            else missing.missed_at
        end as deleted_at,
        contacts.properties,
        contacts.seen_at
    from contacts
    inner join connections on contacts.connection_id = connections.connection_id
    inner join chosen on contacts.contact_id = chosen.contact_id
    inner join addresses_read on contacts.contact_id = addresses_read.contact_id
    left join sources_read on contacts.contact_id = sources_read.contact_id
    left join contact_merges on contacts.contact_id = contact_merges.contact_id
    -- One that was seen again after it was missed is not missing.
    left join missing
        on contacts.connection_id = missing.connection_id
        and contacts.hubspot_contact_id = missing.contact_id
        and contacts.seen_at < missing.missed_at
)

select * from final
