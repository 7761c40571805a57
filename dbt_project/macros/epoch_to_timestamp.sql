{# Seconds since 1970 (UTC) as a timestamp with time zone. #}
{% macro epoch_to_timestamp(seconds) -%}
    {{ return(adapter.dispatch('epoch_to_timestamp')(seconds)) }}
{%- endmacro %}

{% macro default__epoch_to_timestamp(seconds) -%}
    to_timestamp({{ seconds }})
{%- endmacro %}

{% macro spark__epoch_to_timestamp(seconds) -%}
    timestamp_seconds({{ seconds }})
{%- endmacro %}
