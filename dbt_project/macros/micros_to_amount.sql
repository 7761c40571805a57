{# Millionths of a currency's unit as an amount, rounded half away from zero to the cent. Raw and staging keep the millionths. #}
{% macro micros_to_amount(micros) -%}
    cast(round({{ micros }} * cast(0.000001 as decimal(7, 6)), 2) as decimal(18, 2))
{%- endmacro %}
