{# The only conversion of money: multiplies, because a division leaves exact decimals on DuckDB. #}
{% macro cents_to_amount(cents) -%}
    cast({{ cents }} * cast(0.01 as decimal(3, 2)) as decimal(18, 2))
{%- endmacro %}
