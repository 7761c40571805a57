{# The names of those values that are not null, separated by blanks in the order given; null where all are. #}
{% macro names_of_values(values) -%}
    nullif(trim(
        {%- for name, value in values.items() %}
        case when {{ value }} is not null then ' {{ name }}' else '' end
        {%- if not loop.last %} ||{% endif %}
        {%- endfor %}
    ), '')
{%- endmacro %}
