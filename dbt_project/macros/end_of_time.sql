{# In place of an end that is not there, where intervals are compared. #}
{% macro end_of_time() -%}
    {{ as_moment("'9999-12-31 00:00:00+00'") }}
{%- endmacro %}
