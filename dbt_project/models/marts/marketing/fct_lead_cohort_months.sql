-- Grain: cohort (people won in one month by one campaign, or channel where no ad is known, under one model) x age in
-- months in which anything happened. Everything in it adds up, over cohorts and months, but not over models.
with people as (
    select * from {{ ref('int_people_acquired') }}
),

weights as (
    select * from {{ ref('int_attribution_weighed') }}
    where not is_overlapping
),

attribution as (
    select * from {{ ref('fct_lead_attribution') }}
    where not is_overlapping
),

spend as (
    select * from {{ ref('fct_ad_spend') }}
),

models as (
    select * from {{ ref('attribution_models') }}
    where not is_overlapping
),

workspaces as (
    select * from {{ ref('workspaces') }}
),

measured as (
    select
        people.workspace_id, people.acquired_date as lead_date, people.acquired_date as happened_date, weights.model,
        weights.status, weights.platform, weights.channel, weights.campaign_id,
        case when people.is_lead then weights.weight else 0 end as leads,
        coalesce(people.days_first_to_last_purchase, 0) * weights.weight as purchase_days,
        0 as customers, 0 as lead_customers, 0 as spend_amount, 0 as net_amount, 0 as lead_net_amount,
        0 as spend_without_rate, 0 as money_without_rate
    from people
    inner join weights
        on people.conversion_type = weights.conversion_type and people.conversion_id = weights.conversion_id
    union all
    select
        people.workspace_id, people.acquired_date as lead_date, people.customer_since_date as happened_date,
        weights.model, weights.status, weights.platform, weights.channel, weights.campaign_id,
        0 as leads, 0 as purchase_days, weights.weight as customers,
        case when people.is_lead then weights.weight else 0 end as lead_customers,
        0 as spend_amount, 0 as net_amount, 0 as lead_net_amount, 0 as spend_without_rate, 0 as money_without_rate
    from people
    inner join weights
        on people.conversion_type = weights.conversion_type and people.conversion_id = weights.conversion_id
    where people.is_customer
    union all
    select
        spend.workspace_id, spend.spend_date as lead_date, spend.spend_date as happened_date, models.model,
        'attributed' as status, spend.platform, cast(null as varchar) as channel, spend.campaign_id,
        0 as leads, 0 as purchase_days, 0 as customers, 0 as lead_customers,
        spend.reporting_spend_amount as spend_amount, 0 as net_amount, 0 as lead_net_amount,
        case when spend.reporting_spend_amount is null then 1 else 0 end as spend_without_rate,
        0 as money_without_rate
    from spend
    cross join models
    union all
    select
        attribution.workspace_id, attribution.acquired_date as lead_date, attribution.occurred_date as happened_date,
        attribution.model, attribution.status, attribution.platform, attribution.channel, attribution.campaign_id,
        0 as leads, 0 as purchase_days, 0 as customers, 0 as lead_customers, 0 as spend_amount,
        attribution.reporting_amount as net_amount,
        case when attribution.is_lead then attribution.reporting_amount else 0 end as lead_net_amount,
        0 as spend_without_rate,
        case when attribution.reporting_amount is null then 1 else 0 end as money_without_rate
    from attribution
),

-- Who bought before they became a lead has bought at age 0.
aged as (
    select
        measured.*,
        cast({{ dbt.date_trunc('month', 'measured.lead_date') }} as date) as lead_month,
        greatest(cast({{ dbt.datediff('measured.lead_date', 'measured.happened_date', 'month') }} as bigint), 0)
            as age_months,
        coalesce(
            measured.platform, case when measured.status = 'attributed' then 'no_ad' else measured.status end
        ) as platform_label,
        case when measured.platform is null then measured.channel end as channel_without_ad
    from measured
),

summed as (
    select
        aged.workspace_id,
        aged.model,
        aged.lead_month,
        aged.platform_label as platform,
        aged.channel_without_ad as channel,
        aged.campaign_id,
        aged.age_months,
        sum(aged.leads) as leads,
        sum(aged.customers) as customers,
        sum(aged.lead_customers) as lead_customers,
        sum(aged.purchase_days) as purchase_days,
        case when sum(aged.spend_without_rate) = 0 then sum(aged.spend_amount) end as spend_amount,
        case when sum(aged.money_without_rate) = 0 then sum(aged.net_amount) end as net_amount,
        case when sum(aged.money_without_rate) = 0 then sum(aged.lead_net_amount) end as lead_net_amount
    from aged
    group by
        aged.workspace_id, aged.model, aged.lead_month, aged.platform_label, aged.channel_without_ad,
        aged.campaign_id, aged.age_months
),

final as (
    select
        summed.workspace_id,
        summed.model,
        summed.lead_month,
        summed.platform,
        summed.channel,
        summed.campaign_id,
        summed.age_months,
        cast({{ dbt.dateadd('month', 'cast(summed.age_months as integer)', 'summed.lead_month') }} as date) as month,
        workspaces.reporting_currency,
        cast(summed.leads as decimal(18, 6)) as leads,
        cast(summed.customers as decimal(18, 6)) as customers,
        cast(summed.lead_customers as decimal(18, 6)) as lead_customers,
        cast(summed.purchase_days as decimal(18, 6)) as purchase_days,
        cast(summed.spend_amount as decimal(18, 2)) as reporting_spend_amount,
        cast(summed.net_amount as decimal(18, 2)) as reporting_net_amount,
        cast(summed.lead_net_amount as decimal(18, 2)) as reporting_lead_net_amount
    from summed
    inner join workspaces on summed.workspace_id = workspaces.workspace_id
)

select * from final
