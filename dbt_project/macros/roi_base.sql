{# The columns of a report on return that the metrics are made of, with what its days are: one select. #}
{% macro roi_base(relation, date_base, day) -%}
    select
        '{{ date_base }}' as date_base,
        {{ relation }}.{{ day }} as roi_date,
        {{ relation }}.roi_id,
        {{ relation }}.workspace_id,
        {{ relation }}.model,
        {{ relation }}.platform,
        {{ relation }}.channel,
        {{ relation }}.campaign_id,
        {{ relation }}.ad_set_id,
        {{ relation }}.ad_id,
        {{ relation }}.reporting_currency,
        {{ relation }}.reporting_spend_amount,
        {{ relation }}.impressions,
        {{ relation }}.clicks,
        {{ relation }}.leads,
        {{ relation }}.customers,
        {{ relation }}.orders,
        {{ relation }}.new_orders,
        {{ relation }}.returning_orders,
        {{ relation }}.reporting_revenue_amount,
        {{ relation }}.reporting_refund_amount,
        {{ relation }}.reporting_net_amount,
        {{ relation }}.reporting_new_net_amount,
        {{ relation }}.reporting_returning_net_amount,
        {{ relation }}.reporting_lead_net_amount
    from {{ relation }}
{%- endmacro %}
