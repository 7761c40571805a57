{# The one form of an address for all ways to write it, and what that form depends on. Only for tables: the function is
   there while dbt runs, and nobody could read a view that needs it. #}
{% macro canonical_email(email) -%}
    {{ return(adapter.dispatch('canonical_email')(email)) }}
{%- endmacro %}

{% macro default__canonical_email(email) -%}
    canonical_email({{ email }})
{%- endmacro %}

{% macro canonical_email_rules() -%}
    {{ return(adapter.dispatch('canonical_email_rules')()) }}
{%- endmacro %}

{% macro default__canonical_email_rules() -%}
    canonical_email_rules()
{%- endmacro %}
