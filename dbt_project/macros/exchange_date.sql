{# The day whose rate money is counted at: its own, or for refunds what refund_exchange_rate says. #}
{% macro exchange_date(transaction_type, occurred_date, last_payment_date) -%}
    {%- set policy = var('refund_exchange_rate') -%}
    {%- if policy == 'own_day' -%}
        {{ occurred_date }}
    {%- elif policy == 'payment_day' -%}
        case when {{ transaction_type }} = 'refund' then coalesce({{ last_payment_date }}, {{ occurred_date }})
            else {{ occurred_date }} end
    {%- else -%}
        {{ exceptions.raise_compiler_error(
            "refund_exchange_rate in dbt_project.yml is '" ~ policy ~ "': write own_day or payment_day"
        ) }}
    {%- endif -%}
{%- endmacro %}
