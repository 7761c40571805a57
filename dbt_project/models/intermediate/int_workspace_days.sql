-- Grain: one day of a workspace in its reporting time zone, from its first subscription to the day of the build.
with numbers as (
    -- 89 years of days.
    {{ dbt.generate_series(32768) }}
),

mrr_periods as (
    select * from {{ ref('int_subscription_mrr_periods') }}
),

workspaces as (
    select * from {{ ref('workspaces') }}
),

spans as (
    select
        mrr_periods.workspace_id,
        {{ reporting_date(build_moment(), 'workspaces.reporting_time_zone') }} as today,
        min(mrr_periods.valid_from_date) as first_date
    from mrr_periods
    inner join workspaces on mrr_periods.workspace_id = workspaces.workspace_id
    group by mrr_periods.workspace_id, workspaces.reporting_time_zone
),

days as (
    select
        spans.workspace_id,
        spans.today,
        cast({{ dbt.dateadd('day', 'cast(numbers.generated_number as integer) - 1', 'spans.first_date') }} as date)
            as calendar_date
    from spans
    inner join numbers on numbers.generated_number <= {{ dbt.datediff('spans.first_date', 'spans.today', 'day') }} + 1
),

final as (
    select
        days.workspace_id,
        days.calendar_date,
        cast({{ dbt.date_trunc('month', 'days.calendar_date') }} as date) as month,
        -- The running month ends today for now.
        days.calendar_date = days.today
        or days.calendar_date = cast({{ dbt.last_day('days.calendar_date', 'month') }} as date) as is_month_end,
        days.calendar_date < days.today as is_complete
    from days
)

select * from final
