{# The day that a UTC moment falls on in a zone; the zone may be a column. #}
{% macro reporting_date(moment, time_zone) -%}
    {{ return(adapter.dispatch('reporting_date')(moment, time_zone)) }}
{%- endmacro %}

{% macro default__reporting_date(moment, time_zone) -%}
    cast({{ moment }} at time zone {{ time_zone }} as date)
{%- endmacro %}

{% macro spark__reporting_date(moment, time_zone) -%}
    cast(from_utc_timestamp({{ moment }}, {{ time_zone }}) as date)
{%- endmacro %}
