-- Grain: one order whose person held at least one CRM tag at the moment of purchase.
with conversions as (
    select * from {{ ref('int_conversions_unioned') }}
    where conversion_type = 'order'
),

people as (
    select * from {{ ref('int_people_resolved') }}
),

contacts as (
    select * from {{ ref('int_contacts_unioned') }}
),

contact_tags as (
    select * from {{ ref('int_contact_tags_unioned') }}
),

person_tags as (
    select
        people.person_id,
        contact_tags.tag_name,
        contact_tags.tagged_at,
        contact_tags.untagged_at
    from contact_tags
    inner join contacts on contact_tags.contact_id = contacts.contact_id
    inner join people on contacts.workspace_id = people.workspace_id and contacts.email = people.email
),

listed as (
    select
        conversions.conversion_id as order_id,
        {{ sorted_list('person_tags.tag_name') }} as tags_held
    from conversions
    inner join person_tags
        on conversions.person_id = person_tags.person_id
        and conversions.converted_at >= person_tags.tagged_at
        and (conversions.converted_at < person_tags.untagged_at or person_tags.untagged_at is null)
    group by conversions.conversion_id
),

final as (
    select * from listed
)

select * from final
