-- Grain: one CRM contact.
with subscribers as (
    select * from {{ ref('stg_kit__subscribers') }}
),

hubspot_contacts as (
    select * from {{ ref('int_hubspot_contacts_told_once') }}
),

activecampaign_contacts as (
    select * from {{ ref('stg_activecampaign__contacts') }}
),

gohighlevel_contacts as (
    select * from {{ ref('stg_gohighlevel__contacts') }}
),

file_contacts as (
    select * from {{ ref('stg_files__contacts') }}
),

unioned as (
    select
        subscribers.workspace_id,
        subscribers.connection_id,
        subscribers.contact_id,
        subscribers.contact_id as crm_contact_id,
        'opt_in' as touchpoint_kind,
        subscribers.email,
        nullif(trim(coalesce(subscribers.first_name, '') || ' ' || coalesce(subscribers.last_name, '')), '')
            as full_name,
        cast(null as varchar) as phone,
        cast(null as varchar) as postal_code,
        subscribers.subscriber_state as contact_state,
        subscribers.is_deleted,
        subscribers.created_at,
        subscribers.created_date,
        {{ as_moment("null") }} as source_at,
        cast(null as date) as source_date,
        subscribers.referrer,
        subscribers.utm_source,
        subscribers.utm_medium,
        subscribers.utm_campaign,
        subscribers.utm_content,
        subscribers.utm_term
    from subscribers
    union all
    select
        hubspot_contacts.workspace_id,
        hubspot_contacts.connection_id,
        hubspot_contacts.contact_id,
        hubspot_contacts.contact_id as crm_contact_id,
        'first_source' as touchpoint_kind,
        hubspot_contacts.email,
        nullif(trim(coalesce(hubspot_contacts.first_name, '') || ' ' || coalesce(hubspot_contacts.last_name, '')), '')
            as full_name,
        hubspot_contacts.phone,
        hubspot_contacts.postal_code,
        hubspot_contacts.lifecycle_stage as contact_state,
        hubspot_contacts.is_deleted,
        hubspot_contacts.created_at,
        hubspot_contacts.created_date,
        hubspot_contacts.first_source_at as source_at,
        hubspot_contacts.first_source_date as source_date,
        hubspot_contacts.referrer,
        hubspot_contacts.utm_source,
        hubspot_contacts.utm_medium,
        hubspot_contacts.utm_campaign,
        hubspot_contacts.utm_content,
        hubspot_contacts.utm_term
    from hubspot_contacts
    union all
    select
        activecampaign_contacts.workspace_id,
        activecampaign_contacts.connection_id,
        activecampaign_contacts.contact_id,
        activecampaign_contacts.contact_id as crm_contact_id,
        'first_source' as touchpoint_kind,
        activecampaign_contacts.email,
        nullif(trim(
            coalesce(activecampaign_contacts.first_name, '') || ' ' || coalesce(activecampaign_contacts.last_name, '')
        ), '') as full_name,
        activecampaign_contacts.phone,
        cast(null as varchar) as postal_code,
        cast(null as varchar) as contact_state,
        activecampaign_contacts.is_deleted,
        activecampaign_contacts.created_at,
        activecampaign_contacts.created_date,
        activecampaign_contacts.source_at,
        activecampaign_contacts.source_date,
        activecampaign_contacts.referrer,
        activecampaign_contacts.utm_source,
        activecampaign_contacts.utm_medium,
        activecampaign_contacts.utm_campaign,
        activecampaign_contacts.utm_content,
        activecampaign_contacts.utm_term
    from activecampaign_contacts
    union all
    select
        gohighlevel_contacts.workspace_id,
        gohighlevel_contacts.connection_id,
        gohighlevel_contacts.contact_id,
        gohighlevel_contacts.contact_id as crm_contact_id,
        'first_source' as touchpoint_kind,
        gohighlevel_contacts.email,
        nullif(trim(
            coalesce(gohighlevel_contacts.first_name, '') || ' ' || coalesce(gohighlevel_contacts.last_name, '')
        ), '') as full_name,
        gohighlevel_contacts.phone,
        gohighlevel_contacts.postal_code,
        gohighlevel_contacts.contact_type as contact_state,
        gohighlevel_contacts.is_deleted,
        gohighlevel_contacts.created_at,
        gohighlevel_contacts.created_date,
        {{ as_moment("null") }} as source_at,
        cast(null as date) as source_date,
        gohighlevel_contacts.referrer,
        gohighlevel_contacts.utm_source,
        gohighlevel_contacts.utm_medium,
        gohighlevel_contacts.utm_campaign,
        gohighlevel_contacts.utm_content,
        gohighlevel_contacts.utm_term
    from gohighlevel_contacts
    union all
    select
        file_contacts.workspace_id,
        file_contacts.connection_id,
        file_contacts.contact_id,
        coalesce(file_contacts.crm_contact_id, file_contacts.contact_id) as crm_contact_id,
        'first_source' as touchpoint_kind,
        file_contacts.email,
        nullif(trim(coalesce(file_contacts.first_name, '') || ' ' || coalesce(file_contacts.last_name, '')), '')
            as full_name,
        file_contacts.phone,
        file_contacts.postal_code,
        cast(null as varchar) as contact_state,
        false as is_deleted,
        file_contacts.created_at,
        file_contacts.created_date,
        {{ as_moment("null") }} as source_at,
        cast(null as date) as source_date,
        file_contacts.referrer,
        file_contacts.utm_source,
        file_contacts.utm_medium,
        file_contacts.utm_campaign,
        file_contacts.utm_content,
        file_contacts.utm_term
    from file_contacts
),

final as (
    select * from unioned
)

select * from final
