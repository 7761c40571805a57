-- Grain: one address in a workspace, with what is known of it from every connection. Test mode says nothing of people.
{{ config(
    materialized='rebuilt_for_changes', key='address_id', inputs='int_identity_changes', changes=['int_identity_changes']
) }}

with changes as (
    select * from {{ ref('int_identity_changes') }}
),

sightings as (
    select * from {{ ref('int_identity_sightings') }}
),

contacts as (
    select * from {{ ref('int_contacts_unioned') }}
),

seen as (
    select
        changes.address_id,
        min(sightings.seen_at) as first_seen_at,
        max(case when sightings.sighting_kind = 'contact' then 1 else 0 end) = 1 as is_crm_contact,
        max(case when sightings.sighting_kind = 'payment' then 1 else 0 end) = 1 as is_paying
    from sightings
    inner join changes on sightings.workspace_id = changes.workspace_id and sightings.email = changes.email
    group by changes.address_id
),

leads as (
    select
        changes.address_id,
        min(contacts.created_at) as lead_created_at,
        min(contacts.created_date) as lead_created_date
    from contacts
    inner join changes on contacts.workspace_id = changes.workspace_id and contacts.email = changes.email
    group by changes.address_id
),

final as (
    select
        changes.workspace_id,
        changes.email,
        changes.address_id,
        seen.first_seen_at,
        leads.lead_created_at,
        leads.lead_created_date,
        seen.is_crm_contact,
        seen.is_paying
    from changes
    inner join seen on changes.address_id = seen.address_id
    left join leads on changes.address_id = leads.address_id
)

select * from final
