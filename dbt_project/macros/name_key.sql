{# One form of a full name: no accents, no case, no order; empty for fewer than two words. Only for tables: the function is there while dbt runs. #}
{% macro name_key(full_name) -%}
    {{ return(adapter.dispatch('name_key')(full_name)) }}
{%- endmacro %}

{% macro default__name_key(full_name) -%}
    name_key({{ full_name }})
{%- endmacro %}
