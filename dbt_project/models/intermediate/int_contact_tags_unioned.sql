-- Grain: one stretch in which a contact had a tag of its CRM: a tag, a list, an automation.
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

activecampaign_contacts as (
    select * from {{ ref('stg_activecampaign__contacts') }}
),

contact_tags as (
    select * from {{ ref('stg_activecampaign__contact_tags') }}
),

activecampaign_tags as (
    select * from {{ ref('stg_activecampaign__tags') }}
),

contact_lists as (
    select * from {{ ref('stg_activecampaign__contact_lists') }}
),

activecampaign_lists as (
    select * from {{ ref('stg_activecampaign__lists') }}
),

contact_automations as (
    select * from {{ ref('stg_activecampaign__contact_automations') }}
),

automations as (
    select * from {{ ref('stg_activecampaign__automations') }}
),

gohighlevel_contacts as (
    select * from {{ ref('stg_gohighlevel__contacts') }}
),

gohighlevel_tags as (
    select * from {{ ref('stg_gohighlevel__contact_tags') }}
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
        subscriber_tags.last_seen_at,
        subscriber_tags.untagged_at
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
    union all
    select
        activecampaign_contacts.workspace_id,
        contact_tags.connection_id,
        contact_tags.contact_id,
        contact_tags.connection_id || ':' || contact_tags.tag_id as tag_id,
        activecampaign_tags.tag_name,
        'tag' as tag_kind,
        contact_tags.tagged_at,
        contact_tags.last_seen_at,
        contact_tags.untagged_at
    from contact_tags
    inner join activecampaign_tags
        on contact_tags.connection_id = activecampaign_tags.connection_id
        and contact_tags.tag_id = activecampaign_tags.tag_id
    inner join activecampaign_contacts on contact_tags.contact_id = activecampaign_contacts.contact_id
    union all
    select
        activecampaign_contacts.workspace_id,
        contact_lists.connection_id,
        contact_lists.contact_id,
        contact_lists.connection_id || ':list:' || contact_lists.list_id as tag_id,
        activecampaign_lists.list_name as tag_name,
        'list' as tag_kind,
        contact_lists.added_at as tagged_at,
        contact_lists.last_seen_at,
        contact_lists.removed_at as untagged_at
    from contact_lists
    inner join activecampaign_lists
        on contact_lists.connection_id = activecampaign_lists.connection_id
        and contact_lists.list_id = activecampaign_lists.list_id
    inner join activecampaign_contacts on contact_lists.contact_id = activecampaign_contacts.contact_id
    where contact_lists.was_on_list and contact_lists.added_at is not null
    union all
    select
        activecampaign_contacts.workspace_id,
        contact_automations.connection_id,
        contact_automations.contact_id,
        contact_automations.connection_id || ':automation:' || contact_automations.automation_id as tag_id,
        automations.automation_name as tag_name,
        'automation' as tag_kind,
        contact_automations.entered_at as tagged_at,
        contact_automations.last_seen_at,
        contact_automations.left_at as untagged_at
    from contact_automations
    inner join automations
        on contact_automations.connection_id = automations.connection_id
        and contact_automations.automation_id = automations.automation_id
    inner join activecampaign_contacts on contact_automations.contact_id = activecampaign_contacts.contact_id
    union all
    select
        gohighlevel_contacts.workspace_id,
        gohighlevel_tags.connection_id,
        gohighlevel_tags.contact_id,
        gohighlevel_tags.connection_id || ':' || gohighlevel_tags.tag_name as tag_id,
        gohighlevel_tags.tag_name,
        'tag' as tag_kind,
        gohighlevel_tags.tagged_at,
        gohighlevel_tags.last_seen_at,
        gohighlevel_tags.untagged_at
    from gohighlevel_tags
    inner join gohighlevel_contacts on gohighlevel_tags.contact_id = gohighlevel_contacts.contact_id
),

final as (
    select * from unioned
)

select * from final
