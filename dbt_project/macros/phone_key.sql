{# The digits of a phone number; empty for too few. Only for tables: the function is there while dbt runs. #}
{% macro phone_key(phone) -%}
    {{ return(adapter.dispatch('phone_key')(phone)) }}
{%- endmacro %}

{% macro default__phone_key(phone) -%}
    phone_key({{ phone }})
{%- endmacro %}
