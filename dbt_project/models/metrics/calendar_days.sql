-- Grain: one day, from the first that any number is of to the day of the build: what MetricFlow fills gaps with.
with numbers as (
    -- 89 years of days.
    {{ dbt.generate_series(32768) }}
),

roi_bases as (
    select * from {{ ref('roi_bases') }}
),

subscription_days as (
    select * from {{ ref('int_workspace_days') }}
),

dated as (
    select min(roi_bases.roi_date) as calendar_date from roi_bases
    union all
    select min(subscription_days.calendar_date) as calendar_date from subscription_days
),

span as (
    select
        min(dated.calendar_date) as first_day,
        cast({{ build_moment() }} as date) as last_day
    from dated
),

final as (
    select
        cast({{ dbt.dateadd('day', 'cast(numbers.generated_number as integer) - 1', 'span.first_day') }} as date)
            as calendar_date
    from span
    inner join numbers on numbers.generated_number <= {{ dbt.datediff('span.first_day', 'span.last_day', 'day') }} + 1
)

select * from final
