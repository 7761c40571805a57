-- Grain: one CRM contact.
with subscribers as (
    select * from {{ ref('stg_kit__subscribers') }}
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
        subscribers.created_at,
        subscribers.created_date,
        subscribers.referrer,
        subscribers.utm_source,
        subscribers.utm_medium,
        subscribers.utm_campaign,
        subscribers.utm_content,
        subscribers.utm_term
    from subscribers
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
        file_contacts.created_at,
        file_contacts.created_date,
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
