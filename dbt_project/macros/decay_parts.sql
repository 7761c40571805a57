{# What a touch weighs against one `seconds` younger: 1 halved for each attribution_half_life_days, in whole 10^-12. #}
{# Whole numbers add up to the same sum in any order, which floats do not. #}
{% macro decay_parts(seconds) -%}
    {%- set days = var('attribution_half_life_days') -%}
    {%- if days is number and days > 0 -%}
        cast(round(1000000000000 * power(0.5, {{ ratio(seconds, days ~ ' * 86400') }})) as bigint)
    {%- else -%}
        {{ exceptions.raise_compiler_error(
            "attribution_half_life_days in dbt_project.yml is '" ~ days ~ "': write days above 0, such as 7"
        ) }}
    {%- endif -%}
{%- endmacro %}
