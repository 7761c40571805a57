{# Whether two names are the same, similar, different, or say too little (unknown). Only for tables: the function is there
   while dbt runs. #}
{% macro name_agreement(name, other_name) -%}
    {{ return(adapter.dispatch('name_agreement')(name, other_name)) }}
{%- endmacro %}

{% macro default__name_agreement(name, other_name) -%}
    name_agreement(coalesce({{ name }}, ''), coalesce({{ other_name }}, ''))
{%- endmacro %}
