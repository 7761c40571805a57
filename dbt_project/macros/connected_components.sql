{# A table with the links of a query and the component that each is in: `key` and `link` are its columns, the nodes and what
   ties them; nodes that have a link in common are in one component, which is named by its least node.
   A later build asks for the links of those nodes of which it was told that something has changed, as rebuilt_for_changes
   does (`changes`, `follows`, `inputs`, changed_at, made_by): only components in which a link came or went are made anew. #}
{% materialization connected_components, default %}
    {%- set key = config.require('key') -%}
    {%- set link = config.require('link') -%}
    {%- set inputs = ref(config.require('inputs')) -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- set existing = load_cached_relation(this) -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- set version = version_of_rows() -%}
    {%- set names = columns_to_rebuild(existing, [key, link], version) -%}
    {%- if names -%}
        {%- set known = '(select ' ~ key ~ ' as node, ' ~ link ~ ' as link, component_id from ' ~ existing ~ ')' -%}
        {%- set changed = round_table('changed', keys_changed(key, existing)) -%}
        {#- No table: of the few rows that are asked for, the query reads few columns. -#}
        {%- set asked = '(' ~ rows_of_keys(inputs, key, changed) ~ ') as asked_rows' -%}
        {%- set links = round_table('links', links_of(compiled_code | replace(inputs | string, asked), key, link)) -%}
        {%- set known_of_changed = round_table('known', links_of(rows_of_keys(existing, key, changed), key, link)) -%}
        {%- set added = round_table('added', only_in_first(links, known_of_changed)) -%}
        {%- set removed = round_table('removed', only_in_first(known_of_changed, links)) -%}
        {%- set touched = round_table('touched', components_touched(known, added, removed)) -%}
        {%- set affected = round_table('affected', links_affected(known, added, removed, touched)) -%}
    {%- else -%}
        {%- set affected = round_table('links', links_of(compiled_code, key, link)) -%}
    {%- endif -%}

    {%- set components = component_rounds(affected) -%}
    {%- set labelled -%}
        select
            affected.node as {{ key }},
            affected.link as {{ link }},
            coalesce(components.parent, affected.node) as component_id
        from {{ affected }} as affected
        left join {{ components.table }} as components on affected.node = components.node
    {%- endset -%}
    {%- if names -%}
        {%- call statement('main') -%}
            {{ replace_rows(existing, 'component_id', touched, names, as_of_latest_change(labelled, version)) }}
        {%- endcall -%}
    {%- else -%}
        {%- do drop_relation_if_exists(existing) -%}
        {%- call statement('main') -%}
            {{ create_table_as(False, target, as_of_latest_change(labelled, version)) }}
        {%- endcall -%}
    {%- endif -%}
    {%- for name in ['changed', 'links', 'known', 'added', 'removed', 'touched', 'affected', 'parents_1'] -%}
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

{% macro links_of(query, key, link) -%}
    select distinct
        asked.{{ key }} as node,
        asked.{{ link }} as link
    from ({{ query }}) as asked
{%- endmacro %}

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
