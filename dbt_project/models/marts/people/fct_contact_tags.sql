-- Grain: one stretch in which a CRM contact had a tag or was on a list.
with contact_tags as (
    select * from {{ ref('int_contact_tags_unioned') }}
),

final as (
    select
        contact_tags.contact_id,
        contact_tags.workspace_id,
        contact_tags.connection_id,
        contact_tags.tag_id,
        contact_tags.tag_name,
        contact_tags.tag_kind,
        contact_tags.tagged_at,
        -- While it lasts this would be the moment of the last load, and move with each.
        case when contact_tags.untagged_at is not null then contact_tags.last_seen_at end as last_seen_at,
        contact_tags.untagged_at
    from contact_tags
)

select * from final
