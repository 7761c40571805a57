{# A table with the links of a query and the component that each is in: `node` and `link` are its columns; nodes that have
   a link in common are in one component, which is named by its least node.
   A later build compares the links with those that it knows: only components in which one came or went are made anew. #}
{% materialization connected_components, default %}
    {%- set node = config.require('node') -%}
    {%- set link = config.require('link') -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set is_known = existing is not none and existing.is_table and not should_full_refresh() -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- set asked -%}
        select distinct
            asked.{{ node }} as node,
            asked.{{ link }} as link
        from ({{ compiled_code }}) as asked
    {%- endset -%}
    {%- set links = round_table('links', asked) -%}
    {%- if is_known -%}
        {%- set known = '(select ' ~ node ~ ' as node, ' ~ link ~ ' as link, component_id from ' ~ existing ~ ')' -%}
        {%- set added = round_table('added', only_in_first(links, known)) -%}
        {%- set removed = round_table('removed', only_in_first(known, links)) -%}
        {%- set touched = round_table('touched', components_touched(known, added, removed)) -%}
        {%- set affected = round_table('affected', links_affected(known, added, removed, touched)) -%}
    {%- else -%}
        {%- set affected = links -%}
    {%- endif -%}

    {%- set components = component_rounds(affected) -%}
    {%- set labelled -%}
        select
            affected.node as {{ node }},
            affected.link as {{ link }},
            coalesce(components.parent, affected.node) as component_id
        from {{ affected }} as affected
        left join {{ components.table }} as components on affected.node = components.node
    {%- endset -%}
    {%- if is_known -%}
        {%- do run_query(
            'delete from ' ~ existing ~ ' where component_id in (select component_id from ' ~ touched ~ ')'
        ) -%}
        {%- call statement('main') -%}
            insert into {{ existing }} ({{ node }}, {{ link }}, component_id)
            {{ labelled }}
        {%- endcall -%}
    {%- else -%}
        {%- do drop_relation_if_exists(existing) -%}
        {%- call statement('main') -%}
            {{ create_table_as(False, target, labelled) }}
        {%- endcall -%}
    {%- endif -%}
    {%- for name in ['links', 'added', 'removed', 'touched', 'affected', 'parents_1'] -%}
        {%- do drop_round_table(name) -%}
    {%- endfor -%}
    {%- do log(
        this.identifier ~ ': ' ~ components.passes ~ ' passes in ' ~ components.rounds ~ ' rounds over '
        ~ components.nodes ~ ' nodes', info=True
    ) -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do persist_docs(target, model) -%}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{% macro only_in_first(first, second) -%}
    select
        here.node,
        here.link
    from {{ first }} as here
    left join {{ second }} as there on here.node = there.node and here.link = there.link
    where there.node is null
{%- endmacro %}

{% macro components_touched(known, added, removed) -%}
    select known.component_id
    from {{ known }} as known
    inner join {{ removed }} as removed on known.node = removed.node and known.link = removed.link
    union
    select known.component_id
    from {{ known }} as known
    inner join {{ added }} as added on known.node = added.node
    union
    select known.component_id
    from {{ known }} as known
    inner join {{ added }} as added on known.link = added.link
{%- endmacro %}

{% macro links_affected(known, added, removed, touched) -%}
    select
        added.node,
        added.link
    from {{ added }} as added
    union all
    select
        known.node,
        known.link
    from {{ known }} as known
    inner join {{ touched }} as touched on known.component_id = touched.component_id
    left join {{ removed }} as removed on known.node = removed.node and known.link = removed.link
    where removed.node is null
{%- endmacro %}
