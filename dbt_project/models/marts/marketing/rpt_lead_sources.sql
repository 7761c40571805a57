-- Grain: one source that leads first came from: channel, ad platform, and utm_source or else the site of the referrer.
-- Says what they have paid so far, each lead once.
with people as (
    select * from {{ ref('int_people_acquired') }}
    where is_lead
),

weights as (
    select * from {{ ref('int_attribution_weighed') }}
    where model = 'first_touch'
),

touchpoints as (
    select * from {{ ref('fct_touchpoints') }}
),

attribution as (
    select * from {{ ref('fct_lead_attribution') }}
    where model = 'first_touch' and is_lead
),

workspaces as (
    select * from {{ ref('workspaces') }}
),

money as (
    select
        attribution.person_id,
        case when count(*) = count(attribution.reporting_amount) then sum(attribution.reporting_amount) end
            as net_amount
    from attribution
    group by attribution.person_id
),

sourced as (
    select
        people.workspace_id,
        people.is_customer,
        weights.status,
        weights.channel,
        weights.platform,
        coalesce(
            lower({{ blank_to_null('touchpoints.utm_source') }}),
            lower({{ blank_to_null(
                dbt.split_part(dbt.split_part('touchpoints.referrer', "'//'", 2), "'/'", 1)
            ) }})
        ) as source,
        case when money.person_id is null then 0 else money.net_amount end as net_amount,
        {{ dbt.datediff('people.acquired_date', 'people.customer_since_date', 'day') }} as days_to_purchase
    from people
    inner join weights
        on people.conversion_type = weights.conversion_type and people.conversion_id = weights.conversion_id
    left join touchpoints on weights.touchpoint_id = touchpoints.touchpoint_id
    left join money on people.person_id = money.person_id
),

summed as (
    select
        sourced.workspace_id,
        sourced.status,
        sourced.channel,
        sourced.platform,
        sourced.source,
        count(*) as leads,
        sum(case when sourced.is_customer then 1 else 0 end) as customers,
        case when count(*) = count(sourced.net_amount) then sum(sourced.net_amount) end as net_amount,
        sum(sourced.days_to_purchase) as days_to_purchase,
        percentile_cont(0.5) within group (order by sourced.days_to_purchase) as median_days_to_purchase
    from sourced
    group by sourced.workspace_id, sourced.status, sourced.channel, sourced.platform, sourced.source
),

final as (
    select
        summed.workspace_id,
        summed.status,
        summed.channel,
        summed.platform,
        summed.source,
        cast(summed.leads as bigint) as leads,
        cast(summed.customers as bigint) as customers,
        {{ ratio('summed.customers', 'summed.leads') }} as conversion_ratio,
        workspaces.reporting_currency,
        cast(summed.net_amount as decimal(18, 2)) as reporting_net_amount,
        {{ ratio('summed.net_amount', 'summed.leads') }} as reporting_value_per_lead_ratio,
        {{ ratio('summed.net_amount', 'summed.customers') }} as reporting_value_per_customer_ratio,
        {{ ratio('summed.days_to_purchase', 'summed.customers') }} as average_days_to_purchase,
        cast(summed.median_days_to_purchase as double precision) as median_days_to_purchase
    from summed
    inner join workspaces on summed.workspace_id = workspaces.workspace_id
)

select * from final
