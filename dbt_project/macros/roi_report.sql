{# The steps that make a report on return from the steps `spend` and `results`, up to `final`: sums by `day`, ad entity (or
   channel, where no ad is known) and model, and the ratios of each row. Needs workspaces and models. #}
{% macro roi_report(day) -%}
    -- A day of spend stands under every model.
    measured as (
        select
            spend.workspace_id, spend.spend_date as {{ day }}, models.model, 'attributed' as status,
            cast(null as varchar) as channel, spend.platform, spend.campaign_id, spend.ad_set_id, spend.ad_id,
            false as is_lead, false as is_returning,
            spend.reporting_spend_amount, spend.impressions, spend.clicks,
            0 as leads, 0 as customers, 0 as orders, 0 as returning_orders, 0 as revenue_amount, 0 as refund_amount,
            case when spend.reporting_spend_amount is null then 1 else 0 end as spend_without_rate,
            0 as money_without_rate
        from spend
        cross join models
        union all
        select * from results
    ),

    labelled as (
        select
            measured.*,
            coalesce(
                measured.platform, case when measured.status = 'attributed' then 'no_ad' else measured.status end
            ) as platform_label,
            case when measured.platform is null then measured.channel end as channel_without_ad
        from measured
    ),

    summed as (
        select
            labelled.workspace_id,
            labelled.{{ day }},
            labelled.model,
            labelled.platform_label as platform,
            labelled.channel_without_ad as channel,
            labelled.campaign_id,
            labelled.ad_set_id,
            labelled.ad_id,
            case when sum(labelled.spend_without_rate) = 0 then sum(labelled.reporting_spend_amount) end
                as spend_amount,
            sum(labelled.impressions) as impressions,
            sum(labelled.clicks) as clicks,
            sum(labelled.leads) as leads,
            sum(labelled.customers) as customers,
            sum(labelled.orders) as orders,
            sum(labelled.returning_orders) as returning_orders,
            case when sum(labelled.money_without_rate) = 0 then sum(labelled.revenue_amount) end as revenue_amount,
            case when sum(labelled.money_without_rate) = 0 then sum(labelled.refund_amount) end as refund_amount,
            case
                when sum(labelled.money_without_rate) = 0 then sum(labelled.revenue_amount - labelled.refund_amount)
            end as net_amount,
            case
                when sum(labelled.money_without_rate) = 0
                    then
                        sum(
                            case
                                when labelled.is_returning then labelled.revenue_amount - labelled.refund_amount else 0
                            end
                        )
            end as returning_net_amount,
            case
                when sum(labelled.money_without_rate) = 0
                    then
                        sum(
                            case when labelled.is_lead then labelled.revenue_amount - labelled.refund_amount else 0 end
                        )
            end as lead_net_amount
        from labelled
        group by
            labelled.workspace_id, labelled.{{ day }}, labelled.model, labelled.platform_label,
            labelled.channel_without_ad, labelled.campaign_id, labelled.ad_set_id, labelled.ad_id
    ),

    final as (
        select
            {{ dbt.hash(
                "summed.workspace_id || '|' || cast(summed." ~ day ~ " as varchar) || '|' || summed.model || '|' || "
                ~ "summed.platform || '|' || coalesce(summed.channel, '') || '|' || "
                ~ "coalesce(summed.campaign_id, '') || '|' || coalesce(summed.ad_set_id, '') || '|' || "
                ~ "coalesce(summed.ad_id, '')"
            ) }} as roi_id,
            summed.workspace_id,
            summed.{{ day }},
            summed.model,
            models.is_overlapping,
            summed.platform,
            summed.channel,
            summed.campaign_id,
            summed.ad_set_id,
            summed.ad_id,
            workspaces.reporting_currency,
            cast(summed.spend_amount as decimal(18, 2)) as reporting_spend_amount,
            cast(summed.impressions as bigint) as impressions,
            cast(summed.clicks as bigint) as clicks,
            cast(summed.leads as decimal(18, 6)) as leads,
            cast(summed.customers as decimal(18, 6)) as customers,
            cast(summed.orders as decimal(18, 6)) as orders,
            cast(summed.orders - summed.returning_orders as decimal(18, 6)) as new_orders,
            cast(summed.returning_orders as decimal(18, 6)) as returning_orders,
            cast(summed.revenue_amount as decimal(18, 2)) as reporting_revenue_amount,
            cast(summed.refund_amount as decimal(18, 2)) as reporting_refund_amount,
            cast(summed.net_amount as decimal(18, 2)) as reporting_net_amount,
            cast(summed.net_amount - summed.returning_net_amount as decimal(18, 2)) as reporting_new_net_amount,
            cast(summed.returning_net_amount as decimal(18, 2)) as reporting_returning_net_amount,
            cast(summed.lead_net_amount as decimal(18, 2)) as reporting_lead_net_amount,
            {{ ratio('summed.net_amount', 'summed.spend_amount') }} as roas_ratio,
            {{ ratio('summed.net_amount - summed.spend_amount', 'summed.spend_amount') }} as roi_ratio,
            {{ ratio('summed.spend_amount', 'summed.leads') }} as reporting_cost_per_lead_ratio,
            {{ ratio('summed.spend_amount', 'summed.customers') }} as reporting_cost_per_customer_ratio,
            {{ ratio('summed.lead_net_amount', 'summed.leads') }} as reporting_value_per_lead_ratio
        from summed
        inner join workspaces on summed.workspace_id = workspaces.workspace_id
        inner join models on summed.model = models.model
    )
{%- endmacro %}
