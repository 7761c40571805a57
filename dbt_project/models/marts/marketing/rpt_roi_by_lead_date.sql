-- Grain: day x ad entity (or channel, where no ad is known) x model. The people won on the day, with all that they ever
-- paid, against the spend of the day. Models stand side by side, as in rpt_roi_daily.
with spend as (
    select * from {{ ref('fct_ad_spend') }}
),

attribution as (
    select * from {{ ref('fct_lead_attribution') }}
),

people as (
    select * from {{ ref('int_people_acquired') }}
),

weights as (
    select * from {{ ref('int_attribution_weighed') }}
),

workspaces as (
    select * from {{ ref('workspaces') }}
),

models as (
    select * from {{ ref('attribution_models') }}
),

results as (
    select
        people.workspace_id, people.acquired_date as lead_date, weights.model, weights.status,
        weights.channel, weights.platform, weights.campaign_id, weights.ad_set_id, weights.ad_id,
        false as is_lead, false as is_returning,
        0 as reporting_spend_amount, 0 as impressions, 0 as clicks,
        case when people.is_lead then weights.weight else 0 end as leads,
        case when people.is_customer then weights.weight else 0 end as customers,
        people.orders * weights.weight as orders,
        people.returning_orders * weights.weight as returning_orders,
        0 as revenue_amount, 0 as refund_amount,
        0 as spend_without_rate, 0 as money_without_rate
    from people
    inner join weights
        on people.conversion_type = weights.conversion_type and people.conversion_id = weights.conversion_id
    union all
    select
        attribution.workspace_id, attribution.acquired_date as lead_date, attribution.model, attribution.status,
        attribution.channel, attribution.platform, attribution.campaign_id, attribution.ad_set_id, attribution.ad_id,
        attribution.is_lead, attribution.is_returning,
        0 as reporting_spend_amount, 0 as impressions, 0 as clicks,
        0 as leads, 0 as customers, 0 as orders, 0 as returning_orders,
        case when attribution.transaction_type <> 'refund' then attribution.reporting_amount else 0 end
            as revenue_amount,
        case when attribution.transaction_type = 'refund' then -attribution.reporting_amount else 0 end
            as refund_amount,
        0 as spend_without_rate,
        case when attribution.reporting_amount is null then 1 else 0 end as money_without_rate
    from attribution
),

{{ roi_report('lead_date') }}

select * from final
