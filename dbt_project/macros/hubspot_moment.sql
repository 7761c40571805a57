{# The moment (UTC) in a property of HubSpot's: milliseconds since 1970 or ISO 8601; null for any other text. #}
{% macro hubspot_moment(text) -%}
    {%- set milliseconds = "cast(" ~ whole_number(text) ~ " as decimal(21, 3))" -%}
    coalesce(
        {{ epoch_to_timestamp("cast(floor(" ~ milliseconds ~ " * cast(0.001 as decimal(4, 3))) as bigint)") }},
        case when {{ text }} like '____-__-__T__:__:__%Z' then {{ as_moment(text) }} end
    )
{%- endmacro %}
