-- Grain: one order whose person held at least one CRM tag at the moment of purchase.
with conversions as (
    select * from {{ ref('int_conversions_unioned') }}
    where conversion_type = 'order'
),

people as (
    select * from {{ ref('int_people_resolved') }}
),

subscribers as (
    select * from {{ ref('stg_kit__subscribers') }}
),

subscriber_tags as (
    select * from {{ ref('stg_kit__subscriber_tags') }}
),

tags as (
    select * from {{ ref('stg_kit__tags') }}
),

person_tags as (
    select
        people.person_id,
        tags.tag_name,
        min(subscriber_tags.tagged_at) as tagged_at
    from subscriber_tags
    inner join tags on subscriber_tags.connection_id = tags.connection_id and subscriber_tags.tag_id = tags.tag_id
    inner join subscribers on subscriber_tags.contact_id = subscribers.contact_id
    inner join people on subscribers.workspace_id = people.workspace_id and subscribers.email = people.email
    group by people.person_id, tags.tag_name
),

listed as (
    select
        conversions.conversion_id as order_id,
        {{ sorted_list('person_tags.tag_name') }} as tags_held
    from conversions
    inner join person_tags
        on conversions.person_id = person_tags.person_id and conversions.converted_at >= person_tags.tagged_at
    group by conversions.conversion_id
),

final as (
    select * from listed
)

select * from final
