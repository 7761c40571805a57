-- Grain: one day and currency of a workspace, with what was there before the churn_window_days that end with the day,
-- and what of it was lost by the end of the day.
with mrr_periods as (
    select * from {{ ref('int_person_mrr_periods') }}
),

days as (
    select * from {{ ref('int_workspace_days') }}
),

shifted as (
    select
        mrr_periods.*,
        cast({{ dbt.dateadd('day', var('churn_window_days'), 'mrr_periods.valid_from_date') }} as date)
            as opens_from_date,
        cast({{ dbt.dateadd('day', var('churn_window_days'), 'mrr_periods.valid_to_date') }} as date) as opens_to_date
    from mrr_periods
),

-- What a person brought before and at the end of the windows that end from first_date on and before end_date.
pairs as (
    select
        opened.workspace_id,
        opened.currency,
        opened.mrr_amount as opening_amount,
        closed.mrr_amount as closing_amount,
        closed.mrr_amount = 0 and not closed.is_completed as is_churned,
        greatest(opened.opens_from_date, closed.valid_from_date) as first_date,
        least(
            coalesce(opened.opens_to_date, closed.valid_to_date), coalesce(closed.valid_to_date, opened.opens_to_date)
        ) as end_date
    from shifted as opened
    inner join shifted as closed
        on opened.workspace_id = closed.workspace_id
        and opened.subscriber_id = closed.subscriber_id
        and opened.currency = closed.currency
        and (opened.opens_to_date is null or opened.opens_to_date > closed.valid_from_date)
        and (closed.valid_to_date is null or opened.opens_from_date < closed.valid_to_date)
    where opened.mrr_amount > 0
),

measured as (
    select
        pairs.*,
        case when pairs.is_churned then 1 else 0 end as churned_customers,
        case when pairs.is_churned then pairs.opening_amount else 0 end as churn_amount,
        case
            when pairs.closing_amount > 0 and pairs.closing_amount < pairs.opening_amount
                then pairs.opening_amount - pairs.closing_amount
            else 0
        end as contraction_amount
    from pairs
),

-- Each pair adds to the days from its first to its end: sums so far need no row per person and day.
steps as (
    select
        measured.workspace_id, measured.currency, measured.first_date as step_date, 1 as opening_customers,
        measured.opening_amount, measured.churned_customers, measured.churn_amount, measured.contraction_amount
    from measured
    union all
    select
        measured.workspace_id, measured.currency, measured.end_date as step_date, -1 as opening_customers,
        -measured.opening_amount as opening_amount, -measured.churned_customers as churned_customers,
        -measured.churn_amount as churn_amount, -measured.contraction_amount as contraction_amount
    from measured
    where measured.end_date is not null
),

stepped as (
    select
        steps.workspace_id,
        steps.currency,
        steps.step_date,
        sum(steps.opening_customers) as opening_customers,
        sum(steps.opening_amount) as opening_amount,
        sum(steps.churned_customers) as churned_customers,
        sum(steps.churn_amount) as churn_amount,
        sum(steps.contraction_amount) as contraction_amount
    from steps
    group by steps.workspace_id, steps.currency, steps.step_date
),

currencies as (
    select
        mrr_periods.workspace_id,
        mrr_periods.currency,
        min(mrr_periods.valid_from_date) as first_date
    from mrr_periods
    group by mrr_periods.workspace_id, mrr_periods.currency
),

stretched as (
    select
        currencies.workspace_id,
        currencies.currency,
        days.calendar_date,
        days.is_complete,
        coalesce(stepped.opening_customers, 0) as opening_customers,
        coalesce(stepped.opening_amount, 0) as opening_amount,
        coalesce(stepped.churned_customers, 0) as churned_customers,
        coalesce(stepped.churn_amount, 0) as churn_amount,
        coalesce(stepped.contraction_amount, 0) as contraction_amount
    from currencies
    inner join days on currencies.workspace_id = days.workspace_id and currencies.first_date <= days.calendar_date
    left join stepped
        on currencies.workspace_id = stepped.workspace_id
        and currencies.currency = stepped.currency
        and days.calendar_date = stepped.step_date
),

summed as (
    select
        stretched.workspace_id,
        stretched.currency,
        stretched.calendar_date,
        stretched.is_complete,
        sum(stretched.opening_customers) over (
            partition by stretched.workspace_id, stretched.currency order by stretched.calendar_date
        ) as opening_customers,
        sum(stretched.opening_amount) over (
            partition by stretched.workspace_id, stretched.currency order by stretched.calendar_date
        ) as opening_amount,
        sum(stretched.churned_customers) over (
            partition by stretched.workspace_id, stretched.currency order by stretched.calendar_date
        ) as churned_customers,
        sum(stretched.churn_amount) over (
            partition by stretched.workspace_id, stretched.currency order by stretched.calendar_date
        ) as churn_amount,
        sum(stretched.contraction_amount) over (
            partition by stretched.workspace_id, stretched.currency order by stretched.calendar_date
        ) as contraction_amount
    from stretched
),

final as (
    select
        summed.workspace_id,
        summed.currency,
        cast({{ dbt.dateadd('day', '1 - ' ~ var('churn_window_days'), 'summed.calendar_date') }} as date)
            as window_start_date,
        summed.calendar_date as window_end_date,
        summed.is_complete,
        cast(summed.opening_customers as bigint) as opening_customers,
        cast(summed.churned_customers as bigint) as churned_customers,
        cast(summed.opening_amount as decimal(18, 2)) as opening_amount,
        cast(summed.churn_amount as decimal(18, 2)) as churn_amount,
        cast(summed.contraction_amount as decimal(18, 2)) as contraction_amount
    from summed
)

select * from final
