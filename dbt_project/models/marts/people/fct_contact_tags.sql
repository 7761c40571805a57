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
        contact_tags.last_seen_at,
        contact_tags.untagged_at
    from contact_tags
)

select * from final
