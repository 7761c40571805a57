-- Grain: one address of one CRM contact, its own or an additional one.
with contacts as (
    select * from {{ ref('int_contacts_unioned') }}
),

file_emails as (
    select * from {{ ref('stg_files__contact_emails') }}
),

hubspot_emails as (
    select * from {{ ref('stg_hubspot__additional_emails') }}
),

gohighlevel_emails as (
    select * from {{ ref('stg_gohighlevel__additional_emails') }}
),

unioned as (
    select
        contacts.contact_id,
        contacts.email,
        1 as place
    from contacts
    where contacts.email is not null
    union all
    select
        file_emails.contact_id,
        file_emails.email,
        2 as place
    from file_emails
    union all
    select
        hubspot_emails.contact_id,
        hubspot_emails.email,
        2 as place
    from hubspot_emails
    union all
    select
        gohighlevel_emails.contact_id,
        gohighlevel_emails.email,
        2 as place
    from gohighlevel_emails
),

grouped as (
    select
        unioned.contact_id,
        unioned.email,
        min(unioned.place) = 2 as is_additional
    from unioned
    group by unioned.contact_id, unioned.email
),

final as (
    select
        contacts.workspace_id,
        contacts.connection_id,
        contacts.contact_id,
        contacts.crm_contact_id,
        grouped.email,
        grouped.is_additional,
        contacts.full_name,
        contacts.phone,
        contacts.postal_code,
        contacts.created_at
    from grouped
    inner join contacts on grouped.contact_id = contacts.contact_id
)

select * from final
