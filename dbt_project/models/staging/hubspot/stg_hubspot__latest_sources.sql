-- Grain: one contact whose latest source says where it came from, in the words of utm values, and is not the first
-- one told again. HubSpot overwrites it with each visit.
with contacts as (
    select * from {{ ref('stg_hubspot__contacts') }}
),

connections as (
    select * from {{ ref('stg_reference__connections') }}
),

hubspot_sources as (
    select * from {{ ref('hubspot_sources') }}
),

worded as (
    select
        contacts.workspace_id,
        contacts.connection_id,
        contacts.contact_id,
        contacts.email,
        contacts.latest_source_at,
        {{ reporting_date('contacts.latest_source_at', 'connections.reporting_time_zone') }} as latest_source_date,
        case
            when hubspot_sources.source_detail = 1 then lower(contacts.latest_source_detail_1)
            when hubspot_sources.source_detail = 2 then lower(contacts.latest_source_detail_2)
        end as utm_source,
        hubspot_sources.utm_medium,
        case
            when hubspot_sources.campaign_detail = 1 then contacts.latest_source_detail_1
            when hubspot_sources.campaign_detail = 2 then contacts.latest_source_detail_2
        end as utm_campaign
    from contacts
    inner join connections on contacts.connection_id = connections.connection_id
    inner join hubspot_sources on contacts.latest_source = hubspot_sources.hubspot_source
    where
        contacts.record_state <> 'merged'
        and contacts.latest_source_at > coalesce(contacts.first_source_at, contacts.created_at)
),

final as (
    select * from worded
    where coalesce(utm_source, utm_medium, utm_campaign) is not null
)

select * from final
