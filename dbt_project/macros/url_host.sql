{# The host of an address, lower case, with or without a scheme before it; null where there is none. #}
{% macro url_host(url) -%}
    {%- set after_scheme = "case when " ~ url ~ " like '%://%' then " ~ dbt.split_part(url, "'://'", 2)
        ~ " else " ~ url ~ " end" -%}
    nullif(lower({{ dbt.split_part(dbt.split_part(after_scheme, "'/'", 1), "'?'", 1) }}), '')
{%- endmacro %}
