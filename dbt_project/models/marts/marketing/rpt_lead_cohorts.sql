-- Grain: breakdown x model x cohort (people won in one month: all, by one platform or channel, by one campaign) x age in
-- months. What is not over yet, the running month and the future, is null. Choose one breakdown and one model.
with happened as (
    select * from {{ ref('fct_lead_cohort_months') }}
),

months as (
    select * from {{ ref('int_workspace_months') }}
),

breakdowns as (
    select 'all' as breakdown
    union all
    select 'channel' as breakdown
    union all
    select 'campaign' as breakdown
),

broken_down as (
    select
        happened.*,
        breakdowns.breakdown,
        case when breakdowns.breakdown <> 'all' then happened.platform end as cohort_platform,
        case when breakdowns.breakdown <> 'all' then happened.channel end as cohort_channel,
        case when breakdowns.breakdown = 'campaign' then happened.campaign_id end as cohort_campaign_id
    from happened
    cross join breakdowns
),

keyed as (
    select
        broken_down.*,
        {{ dbt.hash(
            "broken_down.workspace_id || '|' || broken_down.breakdown || '|' || broken_down.model || '|' || "
            ~ "cast(broken_down.lead_month as varchar) || '|' || coalesce(broken_down.cohort_platform, '') || '|' || "
            ~ "coalesce(broken_down.cohort_channel, '') || '|' || coalesce(broken_down.cohort_campaign_id, '')"
        ) }} as cohort_id
    from broken_down
),

-- A part without a rate makes the whole unknown, not smaller.
cohorts as (
    select
        keyed.cohort_id,
        keyed.workspace_id,
        keyed.breakdown,
        keyed.model,
        keyed.lead_month,
        keyed.cohort_platform as platform,
        keyed.cohort_channel as channel,
        keyed.cohort_campaign_id as campaign_id,
        keyed.reporting_currency,
        sum(keyed.leads) as leads,
        case when count(*) = count(keyed.reporting_spend_amount) then sum(keyed.reporting_spend_amount) end
            as spend_amount,
        {{ ratio('sum(keyed.purchase_days)', 'sum(keyed.customers)') }} as average_days_first_to_last_purchase
    from keyed
    group by
        keyed.cohort_id, keyed.workspace_id, keyed.breakdown, keyed.model, keyed.lead_month, keyed.cohort_platform,
        keyed.cohort_channel, keyed.cohort_campaign_id, keyed.reporting_currency
),

ages as (
    select
        keyed.cohort_id,
        keyed.age_months,
        sum(keyed.customers) as customers,
        sum(keyed.lead_customers) as lead_customers,
        sum(keyed.reporting_net_amount) as net_amount,
        sum(keyed.reporting_lead_net_amount) as lead_net_amount,
        count(*) - count(keyed.reporting_net_amount) as money_without_rate
    from keyed
    group by keyed.cohort_id, keyed.age_months
),

cells as (
    select
        cohorts.*,
        months.month_number as age_months,
        cast({{ dbt.dateadd('month', 'cast(months.month_number as integer)', 'cohorts.lead_month') }} as date) as month
    from cohorts
    inner join months on cohorts.workspace_id = months.workspace_id
),

filled as (
    select
        cells.*,
        coalesce(months.is_complete, false) as is_complete,
        coalesce(ages.customers, 0) as customers,
        coalesce(ages.lead_customers, 0) as lead_customers,
        coalesce(ages.net_amount, 0) as net_amount,
        coalesce(ages.lead_net_amount, 0) as lead_net_amount,
        coalesce(ages.money_without_rate, 0) as money_without_rate
    from cells
    left join months on cells.workspace_id = months.workspace_id and cells.month = months.month
    left join ages on cells.cohort_id = ages.cohort_id and cells.age_months = ages.age_months
),

so_far as (
    select
        filled.*,
        sum(filled.customers) over (partition by filled.cohort_id order by filled.age_months) as customers_so_far,
        sum(filled.lead_customers) over (partition by filled.cohort_id order by filled.age_months)
            as lead_customers_so_far,
        sum(filled.net_amount) over (partition by filled.cohort_id order by filled.age_months) as net_so_far,
        sum(filled.lead_net_amount) over (partition by filled.cohort_id order by filled.age_months)
            as lead_net_so_far,
        sum(filled.money_without_rate) over (partition by filled.cohort_id order by filled.age_months)
            as without_rate_so_far,
        case when filled.age_months = 0 and filled.is_complete then 1 else 0 end as is_lead_month_over
    from filled
),

known as (
    select
        so_far.*,
        max(so_far.is_lead_month_over) over (partition by so_far.cohort_id) = 1 as is_cohort_complete,
        case when so_far.is_complete and so_far.without_rate_so_far = 0 then so_far.net_so_far end
            as known_net_so_far,
        case when so_far.is_complete and so_far.without_rate_so_far = 0 then so_far.lead_net_so_far end
            as known_lead_net_so_far
    from so_far
),

paid_back as (
    select
        known.*,
        min(
            case when known.spend_amount > 0 and known.known_net_so_far >= known.spend_amount then known.age_months end
        ) over (partition by known.cohort_id) as payback_age_months
    from known
),

final as (
    select
        paid_back.cohort_id,
        paid_back.workspace_id,
        paid_back.breakdown,
        paid_back.model,
        paid_back.lead_month,
        paid_back.platform,
        paid_back.channel,
        paid_back.campaign_id,
        cast(paid_back.age_months as bigint) as age_months,
        paid_back.month,
        paid_back.is_complete,
        paid_back.reporting_currency,
        case when paid_back.is_cohort_complete then cast(paid_back.leads as decimal(18, 6)) end as leads,
        case when paid_back.is_cohort_complete then cast(paid_back.spend_amount as decimal(18, 2)) end
            as reporting_spend_amount,
        cast(paid_back.payback_age_months as bigint) as payback_age_months,
        cast(
            {{ dbt.dateadd('month', 'cast(paid_back.payback_age_months as integer)', 'paid_back.lead_month') }} as date
        ) as payback_month,
        case when paid_back.is_cohort_complete then paid_back.average_days_first_to_last_purchase end
            as average_days_first_to_last_purchase,
        case when paid_back.is_complete then cast(paid_back.customers_so_far as decimal(18, 6)) end as customers,
        case when paid_back.is_complete then cast(paid_back.lead_customers_so_far as decimal(18, 6)) end
            as lead_customers,
        case
            when paid_back.is_complete and paid_back.money_without_rate = 0
                then cast(paid_back.net_amount as decimal(18, 2))
        end as reporting_net_amount,
        cast(paid_back.known_net_so_far as decimal(18, 2)) as reporting_net_so_far_amount,
        cast(paid_back.known_lead_net_so_far as decimal(18, 2)) as reporting_lead_net_so_far_amount,
        {{ ratio('paid_back.known_lead_net_so_far', 'paid_back.leads') }} as reporting_value_per_lead_ratio,
        {{ ratio('paid_back.known_net_so_far', 'paid_back.spend_amount') }} as paid_back_ratio
    from paid_back
)

select * from final
