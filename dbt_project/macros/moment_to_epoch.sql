{# Whole seconds since 1970 (UTC). #}
{% macro moment_to_epoch(moment) -%}
    {{ dbt.datediff(as_moment("'1970-01-01 00:00:00+00'"), moment, 'second') }}
{%- endmacro %}
