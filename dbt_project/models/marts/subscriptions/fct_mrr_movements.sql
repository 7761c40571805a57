-- Grain: one person, currency and month at whose beginning or end the person brought MRR. What the person's
-- subscriptions did within the month is one movement: the end of the month against the end of the one before.
with mrr_periods as (
    select * from {{ ref('int_person_mrr_periods') }}
),

month_ends as (
    select * from {{ ref('int_workspace_days') }}
    where is_month_end
),

ends as (
    select
        mrr_periods.workspace_id,
        month_ends.month,
        month_ends.is_complete,
        mrr_periods.subscriber_id,
        mrr_periods.person_id,
        mrr_periods.currency,
        mrr_periods.mrr_amount as closing_amount,
        mrr_periods.is_completed
    from mrr_periods
    inner join month_ends
        on mrr_periods.workspace_id = month_ends.workspace_id
        and mrr_periods.valid_from_date <= month_ends.calendar_date
        and (mrr_periods.valid_to_date is null or mrr_periods.valid_to_date > month_ends.calendar_date)
),

compared as (
    select
        ends.*,
        coalesce(
            lag(ends.closing_amount) over (
                partition by ends.workspace_id, ends.subscriber_id, ends.currency order by ends.month
            ),
            0
        ) as opening_amount,
        coalesce(
            max(ends.closing_amount) over (
                partition by ends.workspace_id, ends.subscriber_id, ends.currency order by ends.month
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as highest_amount_before
    from ends
),

final as (
    select
        compared.workspace_id,
        compared.month,
        compared.currency,
        compared.subscriber_id,
        compared.person_id,
        compared.is_complete,
        case
            when compared.opening_amount = compared.closing_amount then 'none'
            when compared.opening_amount = 0 and compared.highest_amount_before = 0 then 'new'
            when compared.opening_amount = 0 then 'reactivation'
            when compared.closing_amount = 0 and compared.is_completed then 'completion'
            when compared.closing_amount = 0 then 'churn'
            when compared.closing_amount > compared.opening_amount then 'expansion'
            else 'contraction'
        end as movement,
        cast(compared.opening_amount as decimal(18, 2)) as opening_amount,
        cast(compared.closing_amount as decimal(18, 2)) as closing_amount,
        cast(compared.closing_amount - compared.opening_amount as decimal(18, 2)) as change_amount
    from compared
    where compared.opening_amount <> 0 or compared.closing_amount <> 0
)

select * from final
