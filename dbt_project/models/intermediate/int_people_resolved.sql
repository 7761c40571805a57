-- Grain: one address in a workspace and the person it belongs to: who is named after the address of theirs that a build
-- saw first. Says by the strongest link that was made why the address is there. Made anew for addresses of which
-- something has changed, and for all that they are in one component with.
-- depends_on: {{ ref('int_identity_changes') }}, {{ ref('int_identity_decision_changes') }}
{{ config(
    materialized='rebuilt_for_changes', key='address_id', inputs='int_emails_unioned',
    changes=['int_identity_changes', 'int_identity_decision_changes'],
    follows=['int_emails_unioned', 'int_identity_links', 'int_identity_components'], always='int_identity_separations',
    spread={'over': 'int_identity_components', 'by': 'component_id'}
) }}

with emails as (
    select * from {{ ref('int_emails_unioned') }}
),

registry as (
    select * from {{ ref('int_identity_registry') }}
),

components as (
    select * from {{ ref('int_identity_components') }}
),

separations as (
    select * from {{ ref('int_identity_separations') }}
),

links as (
    select * from {{ ref('int_identity_links') }}
),

-- An address whose links were all refused is alone.
separated as (
    select
        separations.address_id,
        coalesce(max(separations.group_id), separations.address_id) as group_id
    from separations
    group by separations.address_id
),

own_components as (
    select distinct components.component_id
    from components
    inner join emails on components.address_id = emails.address_id
),

linked as (
    select distinct
        components.address_id,
        components.component_id as group_id
    from components
    inner join own_components on components.component_id = own_components.component_id
),

grouped as (
    select
        emails.*,
        registry.registered_at,
        registry.first_seen_at as registered_first_seen_at,
        coalesce(separated.group_id, linked.group_id, emails.address_id) as group_id
    from emails
    inner join registry on emails.address_id = registry.address_id
    left join linked on emails.address_id = linked.address_id
    left join separated on emails.address_id = separated.address_id
),

named as (
    select
        grouped.*,
        first_value(grouped.address_id) over (
            partition by grouped.group_id
            order by grouped.registered_at, grouped.registered_first_seen_at, grouped.email
        ) as person_id
    from grouped
),

-- Who a person is named after needs no reason to be that person.
explained as (
    select
        named.*,
        case when named.address_id <> named.person_id then named.address_id end as explained_address_id
    from named
),

made_links as (
    select
        links.*,
        count(*) over (partition by links.link_id) as address_count
    from links
    inner join linked on links.address_id = linked.address_id
    left join separations
        on links.address_id = separations.address_id and links.link_id = separations.link_id and separations.is_refused
    where links.left_out_because is null and separations.link_id is null
),

-- A link that no other address has left ties nothing.
reasons as (
    select
        made_links.address_id,
        made_links.rule,
        made_links.evidence,
        made_links.confidence,
        made_links.decided_by,
        row_number() over (
            partition by made_links.address_id
            order by made_links.strength, made_links.link_key
        ) as precedence
    from made_links
    where made_links.address_count > 1
),

final as (
    select
        explained.workspace_id,
        explained.email,
        explained.address_id,
        explained.person_id,
        explained.first_seen_at,
        explained.lead_created_at,
        explained.lead_created_date,
        explained.is_crm_contact,
        explained.is_paying,
        coalesce(reasons.rule, 'same_address') as rule,
        coalesce(reasons.evidence, 'the person is named after this address') as evidence,
        coalesce(reasons.confidence, cast(1 as decimal(5, 4))) as confidence,
        coalesce(reasons.decided_by, 'rule') as decided_by
    from explained
    left join reasons on explained.explained_address_id = reasons.address_id and reasons.precedence = 1
)

select * from final
