{# A moment in UTC, as the type that `_at` columns have. #}
{% macro as_moment(value) -%}
    {{ return(adapter.dispatch('as_moment')(value)) }}
{%- endmacro %}

{% macro default__as_moment(value) -%}
    cast({{ value }} as timestamp with time zone)
{%- endmacro %}

{% macro spark__as_moment(value) -%}
    cast({{ value }} as timestamp)
{%- endmacro %}
