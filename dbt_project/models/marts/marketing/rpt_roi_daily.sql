-- Grain: day x ad entity (or channel, where no ad is known) x model. Money on its own day; spend without result and
-- result without spend both stay. Models stand side by side: never sum over them, and never over rows of any_touch.
with spend as (
    select * from {{ ref('fct_ad_spend') }}
),

attribution as (
    select * from {{ ref('fct_attribution') }}
),

conversions as (
    select * from {{ ref('int_attribution_weighed') }}
),

orders as (
    select * from {{ ref('int_orders_placed') }}
),

workspaces as (
    select * from {{ ref('workspaces') }}
),

models as (
    select * from {{ ref('attribution_models') }}
),

results as (
    select
        conversions.workspace_id, conversions.converted_date as report_date, conversions.model, conversions.status,
        conversions.channel, conversions.platform, conversions.campaign_id, conversions.ad_set_id, conversions.ad_id,
        false as is_lead, false as is_returning,
        0 as reporting_spend_amount, 0 as impressions, 0 as clicks,
        case when conversions.conversion_type = 'lead' then conversions.weight else 0 end as leads,
        case when orders.makes_customer then conversions.weight else 0 end as customers,
        case when conversions.conversion_type = 'order' then conversions.weight else 0 end as orders,
        case when orders.is_returning then conversions.weight else 0 end as returning_orders,
        0 as revenue_amount, 0 as refund_amount,
        0 as spend_without_rate, 0 as money_without_rate
    from conversions
    left join orders on conversions.conversion_id = orders.order_id and conversions.conversion_type = 'order'
    union all
    select
        attribution.workspace_id, attribution.occurred_date as report_date, attribution.model, attribution.status,
        attribution.channel, attribution.platform, attribution.campaign_id, attribution.ad_set_id, attribution.ad_id,
        orders.is_of_lead as is_lead, orders.is_returning,
        0 as reporting_spend_amount, 0 as impressions, 0 as clicks,
        0 as leads, 0 as customers, 0 as orders, 0 as returning_orders,
        case when attribution.transaction_type <> 'refund' then attribution.reporting_amount else 0 end
            as revenue_amount,
        case when attribution.transaction_type = 'refund' then -attribution.reporting_amount else 0 end
            as refund_amount,
        0 as spend_without_rate,
        case when attribution.reporting_amount is null then 1 else 0 end as money_without_rate
    from attribution
    left join orders on attribution.order_id = orders.order_id
),

{{ roi_report('report_date') }}

select * from final
