{# True where a touch is more than attribution_look_back_days of 24 hours before a conversion; false where that is none. #}
{% macro is_outside_look_back(touched_at, converted_at) -%}
    {%- set days = var('attribution_look_back_days') | string -%}
    {%- if days == 'none' -%}
        false
    {%- elif days.isdigit() and days | int > 0 -%}
        {{ dbt.dateadd('second', days | int * 86400, touched_at) }} < {{ converted_at }}
    {%- else -%}
        {{ exceptions.raise_compiler_error(
            "attribution_look_back_days in dbt_project.yml is '" ~ days ~ "': write none or whole days, such as 90"
        ) }}
    {%- endif -%}
{%- endmacro %}
