-- Grain: one stretch in which a contact had a tag of its CRM: a tag of Kit, a list of HubSpot. Kit does not tell of
-- tags that were taken away.
with subscriber_tags as (
    select * from {{ ref('stg_kit__subscriber_tags') }}
),

tags as (
    select * from {{ ref('stg_kit__tags') }}
),

subscribers as (
    select * from {{ ref('stg_kit__subscribers') }}
),

list_memberships as (
    select * from {{ ref('stg_hubspot__list_memberships') }}
),

lists as (
    select * from {{ ref('stg_hubspot__lists') }}
),

unioned as (
    select
        subscribers.workspace_id,
        subscriber_tags.connection_id,
        subscriber_tags.contact_id,
        subscriber_tags.connection_id || ':' || subscriber_tags.tag_id as tag_id,
        tags.tag_name,
        'tag' as tag_kind,
        subscriber_tags.tagged_at,
        {{ as_moment("null") }} as last_seen_at,
        {{ as_moment("null") }} as untagged_at
    from subscriber_tags
    inner join tags on subscriber_tags.connection_id = tags.connection_id and subscriber_tags.tag_id = tags.tag_id
    inner join subscribers on subscriber_tags.contact_id = subscribers.contact_id
    union all
    select
        list_memberships.workspace_id,
        list_memberships.connection_id,
        list_memberships.contact_id,
        list_memberships.connection_id || ':' || list_memberships.list_id as tag_id,
        lists.list_name as tag_name,
        'list' as tag_kind,
        list_memberships.added_at as tagged_at,
        list_memberships.last_seen_at,
        list_memberships.removed_at as untagged_at
    from list_memberships
    inner join lists
        on list_memberships.connection_id = lists.connection_id and list_memberships.list_id = lists.list_id
),

final as (
    select * from unioned
)

select * from final
