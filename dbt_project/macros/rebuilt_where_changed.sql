{# A table of which a build makes only those keys anew whose inputs differ from those that their rows were made from, and
   leaves the rows of all others alone.
   `inputs` names a model that the query reads: its rows have the columns of `key` and inputs_fingerprint, a number of all
   that the query makes the rows of the key from. The query gives each of its rows the key and the number, so that a
   number vouches for rows that are there: what was killed half way is made by the next build.
   The query itself is one of the inputs, with its macros and variables: where it was changed, all is made anew. #}
{% materialization rebuilt_where_changed, default %}
    {%- set key = config.require('key') -%}
    {%- set inputs = ref(config.require('inputs')) -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- if (inputs | string) not in compiled_code -%}
        {%- do exceptions.raise_compiler_error(this.identifier ~ ' does not read its inputs, ' ~ inputs) -%}
    {%- endif -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- set asked = round_table('asked', inputs_of_query(inputs, local_md5(compiled_code))) -%}
    {%- set kept_keys = 0 -%}
    {%- if can_be_rebuilt_in_part(existing, key) -%}
        {%- set columns = key + ['inputs_fingerprint'] -%}
        {%- set known = round_table('known', 'select distinct ' ~ columns | join(', ') ~ ' from ' ~ existing) -%}
        {%- set stale = round_table('stale', rows_only_in_first(known, asked, columns)) -%}
        {%- set changed = round_table('changed', rows_only_in_first(asked, known, columns)) -%}
        {%- set kept_keys = rows_in(known) - rows_in(stale) -%}
    {%- endif -%}
    {%- if kept_keys > 0 -%}
        {%- set stale_keys, changed_keys = rows_in(stale), rows_in(changed) -%}
        {%- if stale_keys > 0 -%}
            {%- do run_query(
                'delete from ' ~ existing ~ ' as built where exists (select 1 from ' ~ stale ~ ' as stale where '
                ~ equal_columns('stale', 'built', columns) ~ ')'
            ) -%}
            {# A primary key takes a row for one that is still there until the deletion is committed. #}
            {%- do adapter.commit() -%}
        {%- endif -%}
        {%- set names = adapter.get_columns_in_relation(existing) | map(attribute='name') | join(', ') -%}
        {%- call statement('main') -%}
            insert into {{ existing }} ({{ names }})
            select {{ names }} from ({{ compiled_code | replace(inputs | string, changed) }}) as made_anew
        {%- endcall -%}
    {%- else -%}
        {%- set stale_keys, changed_keys = 0, rows_in(asked) -%}
        {%- do drop_relation_if_exists(existing) -%}
        {%- call statement('main') -%}
            {{ create_table_as(False, target, compiled_code | replace(inputs | string, asked)) }}
        {%- endcall -%}
    {%- endif -%}
    {%- for name in ['asked', 'known', 'stale', 'changed'] -%}
        {%- do drop_round_table(name) -%}
    {%- endfor -%}
    {%- do log(
        this.identifier ~ ': ' ~ kept_keys ~ ' keys kept, ' ~ stale_keys ~ ' taken out, ' ~ changed_keys ~ ' made',
        info=True
    ) -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do persist_docs(target, model) -%}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{# A table without the columns, such as one that another version has made, is made anew. #}
{% macro can_be_rebuilt_in_part(existing, key) -%}
    {%- if existing is none or not existing.is_table or should_full_refresh() -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set names = adapter.get_columns_in_relation(existing) | map(attribute='name') | list -%}
    {{ return((key + ['inputs_fingerprint']) | reject('in', names) | list | length == 0) }}
{%- endmacro %}

{% macro inputs_of_query(inputs, query) -%}
    select
        {% for name in adapter.get_columns_in_relation(inputs) | map(attribute='name') if name != 'inputs_fingerprint' -%}
        inputs.{{ name }},
        {% endfor -%}
        {{ fingerprint(['inputs.inputs_fingerprint', "'" ~ query ~ "'"]) }} as inputs_fingerprint
    from {{ inputs }} as inputs
{%- endmacro %}

{% macro rows_only_in_first(first, second, columns) -%}
    select here.*
    from {{ first }} as here
    left join {{ second }} as there on {{ equal_columns('here', 'there', columns) }}
    where there.inputs_fingerprint is null
{%- endmacro %}

{% macro equal_columns(first, second, columns) -%}
    {%- for column in columns -%}
        {{ first }}.{{ column }} = {{ second }}.{{ column }}{{ ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
