-- Grain: one address in a workspace, with what is known of it from every connection. Test mode says nothing of people.
with contacts as (
    select * from {{ ref('int_contacts_unioned') }}
),

transactions as (
    select * from {{ ref('stg_thrivecart__transactions') }}
),

sightings as (
    select
        contacts.workspace_id,
        contacts.email,
        contacts.created_at as seen_first_at,
        contacts.created_at as contact_created_at,
        contacts.created_date as contact_created_date,
        contacts.contact_id,
        cast(null as varchar) as paying_email
    from contacts
    where contacts.email is not null
    union all
    select
        transactions.workspace_id,
        transactions.email,
        transactions.occurred_at as seen_first_at,
        null as contact_created_at,
        null as contact_created_date,
        null as contact_id,
        transactions.email as paying_email
    from transactions
    where transactions.email is not null and not transactions.is_test
),

grouped as (
    select
        sightings.workspace_id,
        sightings.email,
        min(sightings.seen_first_at) as first_seen_at,
        min(sightings.contact_created_at) as lead_created_at,
        min(sightings.contact_created_date) as lead_created_date,
        count(sightings.contact_id) > 0 as is_crm_contact,
        count(sightings.paying_email) > 0 as is_paying
    from sightings
    group by sightings.workspace_id, sightings.email
),

final as (
    select * from grouped
)

select * from final
