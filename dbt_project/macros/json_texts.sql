{# The columns to keep, and the texts at some dotted paths of a JSON column, named by their paths with __ for a dot. A value
   is read once for all of them, where json_text reads all of it for each. #}
{% macro json_texts(relation, json, paths, keep) -%}
    {{ return(adapter.dispatch('json_texts')(relation, json, paths, keep)) }}
{%- endmacro %}

{% macro default__json_texts(relation, json, paths, keep) -%}
    select
        {{ keep | join(', ') }},
        {% for path in paths -%}
        texts[{{ loop.index }}] as {{ path.replace('.', '__') }}{{ ',' if not loop.last }}
        {% endfor -%}
    from (
        select
            {{ keep | join(', ') }},
            json_extract_string({{ json }}, ['$.{{ paths | join("', '$.") }}']) as texts
        from {{ relation }}
    ) as extracted
{%- endmacro %}

{% macro postgres__json_texts(relation, json, paths, keep) -%}
    select
        {{ keep | join(', ') }},
        {% for path in paths -%}
        {{ json_text(json, path) }} as {{ path.replace('.', '__') }}{{ ',' if not loop.last }}
        {% endfor -%}
    from {{ relation }}
{%- endmacro %}

{% macro spark__json_texts(relation, json, paths, keep) -%}
    {{ postgres__json_texts(relation, json, paths, keep) }}
{%- endmacro %}
