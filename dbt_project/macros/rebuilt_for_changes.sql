{# A table of which a build makes only those keys anew of which it was told that something has changed since the build
   before: a day costs what its changes cost, and not a comparison of all there is.
   `changes` names the models that tell, with the column of `key` and changed_at: keys whose changed_at is later than any in
   the table are made anew. `follows` names tables made in this way that the query reads: keys that were made anew there are
   so here. `always` names a model whose keys are made anew by every build. `spread` names a model `over` which they spread
   `by` a column: to all keys that share a value with one of these, in that model or in the rows that are there.
   `inputs` names a model that the query reads, with a row for each key: of it the query sees only the keys that are made
   anew; those without a row in it lose theirs.
   Each row gets changed_at, the moment of the latest change that was known to its build, and made_by, a number of the query
   with its macros and variables, and of those that it follows: where one was changed, all is made anew, and so it is where
   most keys have changed. #}
{% materialization rebuilt_for_changes, default %}
    {%- set key = config.require('key') -%}
    {%- set spread = config.get('spread') -%}
    {%- set inputs = ref(config.require('inputs')) -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- if (inputs | string) not in compiled_code -%}
        {%- do exceptions.raise_compiler_error(this.identifier ~ ' does not read its inputs, ' ~ inputs) -%}
    {%- endif -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- set version = version_of_rows() -%}
    {%- set names = columns_to_rebuild(existing, [key], version) -%}
    {%- if names -%}
        {%- set changed = round_table('changed', keys_changed(key, existing)) -%}
        {%- set changed_keys, all_keys = rows_in(changed), rows_in(inputs) -%}
    {%- endif -%}
    {%- if names and changed_keys * 2 < all_keys -%}
        {%- set affected = changed -%}
        {%- if spread -%}
            {%- set touched = round_table('touched', values_touched(key, spread, changed, existing, names)) -%}
            {%- set affected = round_table('affected', keys_affected(key, spread, changed, touched)) -%}
        {%- endif -%}
        {%- set asked = round_table('asked', rows_of_keys(inputs, key, affected)) -%}
        {%- do log(
            this.identifier ~ ': ' ~ changed_keys ~ ' keys changed, ' ~ rows_in(affected) ~ ' made anew', info=True
        ) -%}
        {%- set query = as_of_latest_change(compiled_code | replace(inputs | string, asked), version) -%}
        {%- call statement('main') -%}
            {{ replace_rows(existing, key, affected, names, query) }}
        {%- endcall -%}
    {%- else -%}
        {%- do drop_relation_if_exists(existing) -%}
        {%- call statement('main') -%}
            {{ create_table_as(False, target, as_of_latest_change(compiled_code, version)) }}
        {%- endcall -%}
    {%- endif -%}
    {%- for name in ['changed', 'touched', 'affected', 'asked'] -%}
        {%- do drop_round_table(name) -%}
    {%- endfor -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do persist_docs(target, model) -%}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{# The columns of a table of which some rows may stay; none for one that is empty, lacks the columns that this needs, such
   as one that another version has made, was made by another query, or knows of a change that lies in the future: the clock
   was set back, and moments say nothing of what came later. #}
{% macro columns_to_rebuild(existing, needed, version) -%}
    {%- if existing is none or not existing.is_table or should_full_refresh() -%}
        {{ return([]) }}
    {%- endif -%}
    {%- set names = adapter.get_columns_in_relation(existing) | map(attribute='name') | list -%}
    {#- It has begun a transaction, and of tables that are made in one DuckDB plans without knowing their sizes. -#}
    {%- do adapter.commit() -%}
    {%- if (needed + ['changed_at', 'made_by']) | reject('in', names) | list -%}
        {{ return([]) }}
    {%- endif -%}
    {%- set made = run_query(
        'select min(made_by), max(made_by), max(changed_at) < ' ~ build_moment() ~ ' from ' ~ existing
    ).rows[0] -%}
    {{ return(names if made[0] == made[1] == version and made[2] else []) }}
{%- endmacro %}

{% macro version_of_rows() -%}
    {%- set versions = [compiled_code] -%}
    {%- for name in config.get('follows', []) -%}
        {%- do versions.append(run_query('select max(made_by) from ' ~ ref(name)).rows[0][0] or '') -%}
    {%- endfor -%}
    {{ return(local_md5(versions | join(' '))) }}
{%- endmacro %}

{% macro as_of_latest_change(query, version) -%}
    select
        made_anew.*,
        latest.changed_at,
        '{{ version }}' as made_by
    from ({{ query }}) as made_anew
    cross join (
        select max(changes.changed_at) as changed_at
        from (
            {%- for name in config.require('changes') %}
            select changed_at from {{ ref(name) }}
            {{ 'union all' if not loop.last }}
            {%- endfor %}
        ) as changes
    ) as latest
{%- endmacro %}

{# In one transaction: from rows that are half gone no build could tell what is still to be done. #}
{% macro replace_rows(existing, column, gone, names, query) -%}
    delete from {{ existing }} where {{ column }} in (select {{ column }} from {{ gone }});
    insert into {{ existing }} ({{ names | join(', ') }})
    select {{ names | join(', ') }} from ({{ query }}) as made_anew
{%- endmacro %}

{% macro keys_changed(key, existing) -%}
    {%- for name in config.require('changes') + config.get('follows', []) %}
    select changes.{{ key }}
    from {{ ref(name) }} as changes
    where changes.changed_at > (select max(changed_at) from {{ existing }})
    {{ 'union' if not loop.last }}
    {%- endfor %}
    {%- if config.get('always') %}
    union
    select always.{{ key }}
    from {{ ref(config.get('always')) }} as always
    {%- endif %}
{%- endmacro %}

{% macro rows_of_keys(relation, key, keys) -%}
    select all_rows.*
    from {{ relation }} as all_rows
    inner join {{ keys }} as asked_keys on all_rows.{{ key }} = asked_keys.{{ key }}
{%- endmacro %}

{% macro values_touched(key, spread, changed, existing, names) -%}
    {%- for relation in [ref(spread.over)] + ([existing] if spread.by in names else []) %}
    select spread_over.{{ spread.by }}
    from {{ relation }} as spread_over
    inner join {{ changed }} as changed on spread_over.{{ key }} = changed.{{ key }}
    {{ 'union' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro keys_affected(key, spread, changed, touched) -%}
    select changed.{{ key }}
    from {{ changed }} as changed
    union
    select spread_over.{{ key }}
    from {{ ref(spread.over) }} as spread_over
    inner join {{ touched }} as touched on spread_over.{{ spread.by }} = touched.{{ spread.by }}
{%- endmacro %}
