{# The links of a component made again without those that keep_apart forbids, as JSON. Only for tables: the function is
   there while dbt runs. #}
{% macro separate_kept_apart(links, kept_apart) -%}
    {{ return(adapter.dispatch('separate_kept_apart')(links, kept_apart)) }}
{%- endmacro %}

{% macro default__separate_kept_apart(links, kept_apart) -%}
    separate_kept_apart({{ links }}, {{ kept_apart }})
{%- endmacro %}
