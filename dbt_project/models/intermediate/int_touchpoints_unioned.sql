-- Grain: one touchpoint of a known person that says where it came from: the source that a CRM saw when it created a
-- contact, or what a file or an export of web analytics tells.
with contacts as (
    select * from {{ ref('int_contacts_unioned') }}
),

file_touchpoints as (
    select * from {{ ref('int_file_touchpoints_resolved') }}
),

people as (
    select * from {{ ref('int_people_resolved') }}
),

of_contacts as (
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
        contacts.utm_term,
        cast(null as varchar) as told_campaign_id,
        cast(null as varchar) as told_ad_id
    from contacts
    inner join people on contacts.workspace_id = people.workspace_id and contacts.email = people.email
    where
        coalesce(
            contacts.referrer, contacts.utm_source, contacts.utm_medium, contacts.utm_campaign, contacts.utm_content
        ) is not null
),

of_files as (
    select
        file_touchpoints.workspace_id,
        file_touchpoints.touchpoint_id,
        file_touchpoints.person_id,
        file_touchpoints.connection_id,
        file_touchpoints.kind as touchpoint_kind,
        file_touchpoints.occurred_at,
        file_touchpoints.occurred_date,
        file_touchpoints.referrer,
        file_touchpoints.utm_source,
        file_touchpoints.utm_medium,
        file_touchpoints.utm_campaign,
        file_touchpoints.utm_content,
        file_touchpoints.utm_term,
        file_touchpoints.told_campaign_id,
        file_touchpoints.told_ad_id
    from file_touchpoints
),

unioned as (
    select * from of_contacts
    union all
    select * from of_files
),

final as (
    select * from unioned
)

select * from final
