-- Grain: one touchpoint that a CRM tells of: the source of a contact when it was made, the latest one where the CRM
-- keeps that beside it, and each stretch with a tag, on a list or in an automation.
with contacts as (
    select * from {{ ref('int_contacts_unioned') }}
),

hubspot_contacts as (
    select * from {{ ref('stg_hubspot__contacts') }}
),

latest_sources as (
    select * from {{ ref('stg_hubspot__latest_sources') }}
),

contact_tags as (
    select * from {{ ref('int_contact_tags_unioned') }}
),

connections as (
    select * from {{ ref('stg_reference__connections') }}
),

-- The first page's address is of the visit that the utm values are of, unless these come from properties.
landing_pages as (
    select
        hubspot_contacts.contact_id,
        hubspot_contacts.first_url as landing_page
    from hubspot_contacts
    where coalesce(hubspot_contacts.utm_origin, '') <> 'properties'
),

sourced as (
    select
        contacts.workspace_id,
        contacts.contact_id as touchpoint_id,
        contacts.connection_id,
        contacts.email,
        'contact_source' as evidence,
        contacts.touchpoint_kind,
        coalesce(contacts.source_at, contacts.created_at) as occurred_at,
        coalesce(contacts.source_date, contacts.created_date) as occurred_date,
        landing_pages.landing_page,
        contacts.referrer,
        contacts.utm_source,
        contacts.utm_medium,
        contacts.utm_campaign,
        contacts.utm_content,
        contacts.utm_term,
        cast(null as varchar) as tag_name
    from contacts
    left join landing_pages on contacts.contact_id = landing_pages.contact_id
    where
        coalesce(
            contacts.referrer, contacts.utm_source, contacts.utm_medium, contacts.utm_campaign, contacts.utm_content
        ) is not null
),

latest as (
    select
        latest_sources.workspace_id,
        latest_sources.contact_id || ':latest_source' as touchpoint_id,
        latest_sources.connection_id,
        latest_sources.email,
        'contact_latest_source' as evidence,
        'latest_source' as touchpoint_kind,
        latest_sources.latest_source_at as occurred_at,
        latest_sources.latest_source_date as occurred_date,
        null as landing_page,
        null as referrer,
        latest_sources.utm_source,
        latest_sources.utm_medium,
        latest_sources.utm_campaign,
        null as utm_content,
        null as utm_term,
        null as tag_name
    from latest_sources
),

tagged as (
    select
        contact_tags.workspace_id,
        {{ dbt.hash(
            "contact_tags.contact_id || '|' || contact_tags.tag_id || '|' || cast(contact_tags.tagged_at as varchar)"
        ) }} as touchpoint_id,
        contact_tags.connection_id,
        contacts.email,
        'contact_tag' as evidence,
        contact_tags.tag_kind as touchpoint_kind,
        contact_tags.tagged_at as occurred_at,
        {{ reporting_date('contact_tags.tagged_at', 'connections.reporting_time_zone') }} as occurred_date,
        null as landing_page,
        null as referrer,
        null as utm_source,
        null as utm_medium,
        null as utm_campaign,
        null as utm_content,
        null as utm_term,
        contact_tags.tag_name
    from contact_tags
    inner join contacts on contact_tags.contact_id = contacts.contact_id
    inner join connections on contact_tags.connection_id = connections.connection_id
),

unioned as (
    select * from sourced
    union all
    select * from latest
    union all
    select * from tagged
),

final as (
    select * from unioned
)

select * from final
