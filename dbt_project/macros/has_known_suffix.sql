{# Whether a domain ends as domains do. Only for tables: the function is there while dbt runs. #}
{% macro has_known_suffix(domain) -%}
    {{ return(adapter.dispatch('has_known_suffix')(domain)) }}
{%- endmacro %}

{% macro default__has_known_suffix(domain) -%}
    has_known_suffix({{ domain }})
{%- endmacro %}
