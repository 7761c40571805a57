{# Which one slip of the fingers makes a text of what was meant; empty for none or several. Only for tables: the function is
   there while dbt runs. #}
{% macro slip(text, meant) -%}
    {{ return(adapter.dispatch('slip')(text, meant)) }}
{%- endmacro %}

{% macro default__slip(text, meant) -%}
    slip({{ text }}, {{ meant }})
{%- endmacro %}
