-- Grain: one stretch in which a contact had a tag, from the first reading that had it to the first one without it.
-- GoHighLevel tells neither when a tag is given nor that it is taken away.
with contact_tags as (
    select * from {{ source('gohighlevel', 'contact_tags') }}
),

contacts as (
    select * from {{ ref('stg_gohighlevel__contacts') }}
),

followed as (
    select
        contact_tags.connection_id,
        contact_tags.connection_id || ':' || contact_tags.contact_id as contact_id,
        contact_tags.tag as tag_name,
        contact_tags.is_given,
        contact_tags.read_at,
        lead(contact_tags.read_at) over (
            partition by contact_tags.connection_id, contact_tags.contact_id, contact_tags.tag
            order by contact_tags.read_at
        ) as next_read_at,
        contact_tags.seen_at
    from contact_tags
),

final as (
    select
        followed.connection_id,
        followed.contact_id,
        followed.tag_name,
        followed.read_at as tagged_at,
        case when followed.next_read_at is null then contacts.seen_at end as last_seen_at,
        -- Who is deleted has no tag any more.
        coalesce(followed.next_read_at, contacts.deleted_at) as untagged_at,
        followed.seen_at
    from followed
    inner join contacts on followed.contact_id = contacts.contact_id
    where followed.is_given
)

select * from final
