-- Grain: one calendar month of a workspace in its reporting time zone, from its first lead, order or ad spend to the
-- running one.
with numbers as (
    -- 85 years of months.
    {{ dbt.generate_series(1024) }}
),

people as (
    select * from {{ ref('int_people_acquired') }}
),

spend as (
    select * from {{ ref('int_ad_spend_unioned') }}
),

workspaces as (
    select * from {{ ref('workspaces') }}
),

days as (
    select
        people.workspace_id,
        min(people.acquired_date) as first_date
    from people
    group by people.workspace_id
    union all
    select
        spend.workspace_id,
        min(spend.spend_date) as first_date
    from spend
    group by spend.workspace_id
),

firsts as (
    select
        days.workspace_id,
        min(days.first_date) as first_date
    from days
    group by days.workspace_id
),

spans as (
    select
        firsts.workspace_id,
        cast({{ dbt.date_trunc('month', 'firsts.first_date') }} as date) as first_month,
        cast(
            {{ dbt.date_trunc('month', reporting_date(build_moment(), 'workspaces.reporting_time_zone')) }} as date
        ) as running_month
    from firsts
    inner join workspaces on firsts.workspace_id = workspaces.workspace_id
),

months as (
    select
        spans.workspace_id,
        spans.running_month,
        cast(numbers.generated_number - 1 as bigint) as month_number,
        cast(
            {{ dbt.dateadd('month', 'cast(numbers.generated_number as integer) - 1', 'spans.first_month') }} as date
        ) as month
    from spans
    inner join numbers
        on numbers.generated_number <= {{ dbt.datediff('spans.first_month', 'spans.running_month', 'month') }} + 1
),

final as (
    select
        months.workspace_id,
        months.month_number,
        months.month,
        months.month < months.running_month as is_complete
    from months
)

select * from final
