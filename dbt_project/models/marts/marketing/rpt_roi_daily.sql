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
    select * from {{ ref('fct_orders') }}
),

workspaces as (
    select * from {{ ref('workspaces') }}
),

models as (
    select * from {{ ref('attribution_models') }}
),

-- A person becomes a customer with the first order that paid something.
first_orders as (
    select
        orders.order_id,
        row_number() over (partition by orders.person_id order by orders.ordered_at, orders.order_id) as order_position
    from orders
    where orders.person_id is not null and orders.first_payment_amount + orders.rebill_amount > 0
),

measured as (
    select
        spend.workspace_id, spend.spend_date as report_date, models.model, 'attributed' as status,
        cast(null as varchar) as channel, spend.platform, spend.campaign_id, spend.ad_set_id, spend.ad_id,
        spend.reporting_spend_amount, spend.impressions, spend.clicks,
        0 as leads, 0 as orders, 0 as customers, 0 as reporting_revenue_amount, 0 as reporting_refund_amount,
        case when spend.reporting_spend_amount is null then 1 else 0 end as spend_without_rate,
        0 as money_without_rate
    from spend
    cross join models
    union all
    select
        conversions.workspace_id, conversions.converted_date as report_date, conversions.model, conversions.status,
        conversions.channel, conversions.platform, conversions.campaign_id, conversions.ad_set_id, conversions.ad_id,
        0 as reporting_spend_amount, 0 as impressions, 0 as clicks,
        case when conversions.conversion_type = 'lead' then conversions.weight else 0 end as leads,
        case when conversions.conversion_type = 'order' then conversions.weight else 0 end as orders,
        case when first_orders.order_position = 1 then conversions.weight else 0 end as customers,
        0 as reporting_revenue_amount, 0 as reporting_refund_amount,
        0 as spend_without_rate, 0 as money_without_rate
    from conversions
    left join first_orders
        on conversions.conversion_id = first_orders.order_id and conversions.conversion_type = 'order'
    union all
    select
        attribution.workspace_id, attribution.occurred_date as report_date, attribution.model, attribution.status,
        attribution.channel, attribution.platform, attribution.campaign_id, attribution.ad_set_id, attribution.ad_id,
        0 as reporting_spend_amount, 0 as impressions, 0 as clicks, 0 as leads, 0 as orders, 0 as customers,
        case when attribution.transaction_type <> 'refund' then attribution.reporting_amount else 0 end
            as reporting_revenue_amount,
        case when attribution.transaction_type = 'refund' then -attribution.reporting_amount else 0 end
            as reporting_refund_amount,
        0 as spend_without_rate,
        case when attribution.reporting_amount is null then 1 else 0 end as money_without_rate
    from attribution
),

labelled as (
    select
        measured.*,
        coalesce(measured.platform, case when measured.status = 'attributed' then 'no_ad' else measured.status end)
            as platform_label,
        case when measured.platform is null then measured.channel end as channel_without_ad
    from measured
),

summed as (
    select
        labelled.workspace_id,
        labelled.report_date,
        labelled.model,
        labelled.platform_label as platform,
        labelled.channel_without_ad as channel,
        labelled.campaign_id,
        labelled.ad_set_id,
        labelled.ad_id,
        case when sum(labelled.spend_without_rate) = 0 then sum(labelled.reporting_spend_amount) end
            as reporting_spend_amount,
        sum(labelled.impressions) as impressions,
        sum(labelled.clicks) as clicks,
        sum(labelled.leads) as leads,
        sum(labelled.customers) as customers,
        sum(labelled.orders) as orders,
        case when sum(labelled.money_without_rate) = 0 then sum(labelled.reporting_revenue_amount) end
            as reporting_revenue_amount,
        case when sum(labelled.money_without_rate) = 0 then sum(labelled.reporting_refund_amount) end
            as reporting_refund_amount
    from labelled
    group by
        labelled.workspace_id, labelled.report_date, labelled.model, labelled.platform_label,
        labelled.channel_without_ad, labelled.campaign_id, labelled.ad_set_id, labelled.ad_id
),

final as (
    select
        {{ dbt.hash(
            "summed.workspace_id || '|' || cast(summed.report_date as varchar) || '|' || summed.model || '|' || "
            ~ "summed.platform || '|' || coalesce(summed.channel, '') || '|' || "
            ~ "coalesce(summed.campaign_id, '') || '|' || coalesce(summed.ad_set_id, '') || '|' || "
            ~ "coalesce(summed.ad_id, '')"
        ) }} as roi_id,
        summed.workspace_id,
        summed.report_date,
        summed.model,
        models.is_overlapping,
        summed.platform,
        summed.channel,
        summed.campaign_id,
        summed.ad_set_id,
        summed.ad_id,
        workspaces.reporting_currency,
        cast(summed.reporting_spend_amount as decimal(18, 2)) as reporting_spend_amount,
        cast(summed.impressions as bigint) as impressions,
        cast(summed.clicks as bigint) as clicks,
        cast(summed.leads as decimal(18, 6)) as leads,
        cast(summed.customers as decimal(18, 6)) as customers,
        cast(summed.orders as decimal(18, 6)) as orders,
        cast(summed.reporting_revenue_amount as decimal(18, 2)) as reporting_revenue_amount,
        cast(summed.reporting_refund_amount as decimal(18, 2)) as reporting_refund_amount,
        cast(summed.reporting_revenue_amount - summed.reporting_refund_amount as decimal(18, 2))
            as reporting_net_amount,
        {{ ratio('summed.reporting_revenue_amount - summed.reporting_refund_amount', 'summed.reporting_spend_amount') }}
            as roas_ratio,
        {{ ratio('summed.reporting_spend_amount', 'summed.leads') }} as reporting_cost_per_lead_ratio,
        {{ ratio('summed.reporting_spend_amount', 'summed.customers') }} as reporting_cost_per_customer_ratio
    from summed
    inner join workspaces on summed.workspace_id = workspaces.workspace_id
    inner join models on summed.model = models.model
)

select * from final
