-- Grain: one touchpoint. In this first form a contact gives one: the first source that its CRM saw.
with contacts as (
    select * from {{ ref('int_contacts_unioned') }}
),

people as (
    select * from {{ ref('int_people_resolved') }}
),

evidenced as (
    select
        contacts.workspace_id,
        contacts.contact_id as touchpoint_id,
        people.person_id,
        contacts.connection_id,
        contacts.touchpoint_kind,
        coalesce(contacts.source_at, contacts.created_at) as occurred_at,
        coalesce(contacts.source_date, contacts.created_date) as occurred_date,
        contacts.referrer,
        contacts.utm_source,
        contacts.utm_medium,
        contacts.utm_campaign,
        contacts.utm_content,
        contacts.utm_term
    from contacts
    inner join people on contacts.workspace_id = people.workspace_id and contacts.email = people.email
    where
        coalesce(
            contacts.referrer, contacts.utm_source, contacts.utm_medium, contacts.utm_campaign, contacts.utm_content
        ) is not null
),

final as (
    select * from evidenced
)

select * from final
