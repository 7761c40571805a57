{# The text of a JSON value that is a text, a number or a flag itself; null for an object or a list. #}
{% macro json_scalar_text(json) -%}
    {{ return(adapter.dispatch('json_scalar_text')(json)) }}
{%- endmacro %}

{% macro default__json_scalar_text(json) -%}
    case when json_type({{ json }}) not in ('OBJECT', 'ARRAY') then json_extract_string({{ json }}, '$') end
{%- endmacro %}

{% macro postgres__json_scalar_text(json) -%}
    case when jsonb_typeof(cast({{ json }} as jsonb)) not in ('object', 'array')
        then cast({{ json }} as jsonb) #>> '{}' end
{%- endmacro %}

{% macro spark__json_scalar_text(json) -%}
    {#- What explode_json_array gives there is text already. -#}
    case when substr({{ json }}, 1, 1) not in ('{', '[') then {{ json }} end
{%- endmacro %}
