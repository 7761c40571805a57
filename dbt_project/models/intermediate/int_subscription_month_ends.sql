-- Grain: one subscription at the end of one month, in the workspace's zone, from the month of its first row on.
with month_ends as (
    select * from {{ ref('int_workspace_days') }}
    where is_month_end
),

mrr_periods as (
    select * from {{ ref('int_subscription_mrr_periods') }}
),

periods as (
    select * from {{ ref('int_subscription_periods') }}
),

active_periods as (
    select * from {{ ref('int_subscription_active_periods') }}
),

terms as (
    select * from {{ ref('int_subscription_terms_resolved') }}
),

connections as (
    select * from {{ ref('stg_reference__connections') }}
),

zones as (
    select
        terms.subscription_id,
        connections.reporting_time_zone
    from terms
    inner join connections on terms.connection_id = connections.connection_id
),

-- Where an end may be null, DuckDB holds every interval against every month.
status_days as (
    select
        periods.subscription_id,
        periods.status,
        {{ reporting_date('periods.valid_from', 'zones.reporting_time_zone') }} as valid_from_date,
        {{ reporting_date('coalesce(periods.valid_to, ' ~ end_of_time() ~ ')', 'zones.reporting_time_zone') }}
            as valid_to_date
    from periods
    inner join zones on periods.subscription_id = zones.subscription_id
),

active_days as (
    select
        active_periods.subscription_id,
        {{ reporting_date('active_periods.active_from', 'zones.reporting_time_zone') }} as active_from_date,
        {{ reporting_date('coalesce(active_periods.active_to, ' ~ end_of_time() ~ ')', 'zones.reporting_time_zone') }}
            as active_to_date
    from active_periods
    inner join zones on active_periods.subscription_id = zones.subscription_id
),

ends as (
    select
        mrr_periods.subscription_id,
        mrr_periods.workspace_id,
        mrr_periods.currency,
        month_ends.calendar_date,
        month_ends.month,
        month_ends.is_complete,
        min(month_ends.month) over (partition by mrr_periods.subscription_id) as start_month,
        mrr_periods.mrr_amount
    from mrr_periods
    inner join month_ends
        on mrr_periods.workspace_id = month_ends.workspace_id
        and mrr_periods.valid_from_date <= month_ends.calendar_date
        and (mrr_periods.valid_to_date is null or mrr_periods.valid_to_date > month_ends.calendar_date)
),

final as (
    select
        ends.subscription_id,
        ends.workspace_id,
        ends.currency,
        ends.month,
        ends.is_complete,
        ends.start_month,
        cast({{ dbt.datediff('ends.start_month', 'ends.month', 'month') }} as bigint) as age_months,
        status_days.status,
        active_days.subscription_id is not null as is_active,
        ends.mrr_amount
    from ends
    left join status_days
        on ends.subscription_id = status_days.subscription_id
        and ends.calendar_date >= status_days.valid_from_date
        and ends.calendar_date < status_days.valid_to_date
    left join active_days
        on ends.subscription_id = active_days.subscription_id
        and ends.calendar_date >= active_days.active_from_date
        and ends.calendar_date < active_days.active_to_date
)

select * from final
