{# The text at a dotted path of a JSON column; null where the path leads nowhere. #}
{% macro json_text(json, path) -%}
    {{ return(adapter.dispatch('json_text')(json, path)) }}
{%- endmacro %}

{% macro default__json_text(json, path) -%}
    json_extract_string({{ json }}, '$.{{ path }}')
{%- endmacro %}

{% macro postgres__json_text(json, path) -%}
    (cast({{ json }} as jsonb) #>> '{{ '{' ~ path.replace('.', ',') ~ '}' }}')
{%- endmacro %}

{% macro spark__json_text(json, path) -%}
    get_json_object({{ json }}, '$.{{ path }}')
{%- endmacro %}
