{# One row per element of a JSON array column: the columns to keep, and the element as JSON named `element`. #}
{% macro explode_json_array(relation, json, keep) -%}
    {{ return(adapter.dispatch('explode_json_array')(relation, json, keep)) }}
{%- endmacro %}

{% macro default__explode_json_array(relation, json, keep) -%}
    select
        {{ keep | join(', ') }},
        unnest(json_extract({{ json }}, '$[*]')) as element
    from {{ relation }}
{%- endmacro %}

{% macro postgres__explode_json_array(relation, json, keep) -%}
    select
        {{ keep | join(', ') }},
        exploded.element
    from {{ relation }}
    cross join lateral jsonb_array_elements(cast({{ json }} as jsonb)) as exploded (element)
{%- endmacro %}

{% macro spark__explode_json_array(relation, json, keep) -%}
    select
        {{ keep | join(', ') }},
        explode(from_json({{ json }}, 'array<string>')) as element
    from {{ relation }}
{%- endmacro %}
