{# An amount in the reporting currency, rounded half away from zero to the cent; null without a rate. #}
{% macro convert_amount(amount, rate) -%}
    cast(round({{ amount }} * {{ rate }}, 2) as decimal(18, 2))
{%- endmacro %}
