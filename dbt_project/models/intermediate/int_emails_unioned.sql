-- Grain: one address in a workspace, with what is known of it from every connection, and a number of all its sightings.
-- Test mode says nothing of people.
with sightings as (
    select * from {{ ref('int_identity_sightings') }}
),

contacts as (
    select * from {{ ref('int_contacts_unioned') }}
),

seen as (
    select
        sightings.workspace_id,
        sightings.email,
        min(sightings.seen_at) as first_seen_at,
        max(case when sightings.sighting_kind = 'contact' then 1 else 0 end) = 1 as is_crm_contact,
        max(case when sightings.sighting_kind = 'payment' then 1 else 0 end) = 1 as is_paying,
        {{ fingerprint_of_rows([
            'sightings.connection_id', 'sightings.sighting_kind', 'sightings.source_key'
        ]) }} as sightings_fingerprint
    from sightings
    group by sightings.workspace_id, sightings.email
),

leads as (
    select
        contacts.workspace_id,
        contacts.email,
        min(contacts.created_at) as lead_created_at,
        min(contacts.created_date) as lead_created_date
    from contacts
    group by contacts.workspace_id, contacts.email
),

final as (
    select
        seen.workspace_id,
        seen.email,
        {{ address_id('seen.workspace_id', 'seen.email') }} as address_id,
        seen.first_seen_at,
        leads.lead_created_at,
        leads.lead_created_date,
        seen.is_crm_contact,
        seen.is_paying,
        seen.sightings_fingerprint
    from seen
    left join leads on seen.workspace_id = leads.workspace_id and seen.email = leads.email
)

select * from final
