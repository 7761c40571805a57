-- Grain: one link in a component that would bring kept-apart addresses together: the group that its address is in when
-- the links are made again, strongest first, without those that keep_apart forbids (is_refused).
with links as (
    select * from {{ ref('int_identity_links') }}
),

components as (
    select * from {{ ref('int_identity_components') }}
),

decisions as (
    select * from {{ ref('int_identity_decisions') }}
    where decision = 'keep_apart'
),

component_of_address as (
    select distinct
        components.address_id,
        components.component_id
    from components
    where components.address_id in (select decisions.address_id from decisions)
),

kept_apart as (
    select distinct
        component_of_address.component_id,
        decisions.address_id,
        other_sides.address_id as other_address_id
    from decisions
    inner join decisions as other_sides
        on decisions.workspace_id = other_sides.workspace_id
        and decisions.link_key = other_sides.link_key
        and decisions.side <> other_sides.side
        and decisions.address_id < other_sides.address_id
    inner join component_of_address on decisions.address_id = component_of_address.address_id
    inner join component_of_address as other_component
        on other_sides.address_id = other_component.address_id
        and component_of_address.component_id = other_component.component_id
),

conflicts as (
    select
        kept_apart.component_id,
        '[' || {{ dbt.listagg(
            "'[\"' || kept_apart.address_id || '\",\"' || kept_apart.other_address_id || '\"]'", "','"
        ) }} || ']' as kept_apart
    from kept_apart
    group by kept_apart.component_id
),

ranked as (
    select
        links.workspace_id,
        links.email,
        links.address_id,
        links.link_key,
        links.link_id,
        links.rule,
        links.evidence,
        components.component_id,
        row_number() over (
            partition by components.component_id
            order by links.strength, links.link_key, links.email
        ) as link_rank
    from links
    inner join components on links.address_id = components.address_id and links.link_id = components.link_id
    inner join conflicts on components.component_id = conflicts.component_id
),

listed as (
    select
        ranked.component_id,
        '[' || {{ dbt.listagg(
            "'[' || cast(ranked.link_rank as varchar)"
            ~ " || ',\"' || ranked.address_id || '\",\"' || ranked.link_id || '\"]'",
            "','"
        ) }} || ']' as links
    from ranked
    group by ranked.component_id
),

separated as (
    select
        listed.component_id,
        {{ separate_kept_apart('listed.links', 'conflicts.kept_apart') }} as links
    from listed
    inner join conflicts on listed.component_id = conflicts.component_id
),

exploded as (
    {{ explode_json_array('separated', 'links', ['component_id']) }}
),

final as (
    select
        ranked.workspace_id,
        ranked.email,
        ranked.address_id,
        ranked.link_key,
        ranked.link_id,
        ranked.rule,
        ranked.evidence,
        ranked.component_id,
        {{ json_text('exploded.element', 'group') }} as group_id,
        {{ json_text('exploded.element', 'group') }} is null as is_refused
    from exploded
    inner join ranked
        on exploded.component_id = ranked.component_id
        and cast({{ json_text('exploded.element', 'rank') }} as bigint) = ranked.link_rank
)

select * from final
