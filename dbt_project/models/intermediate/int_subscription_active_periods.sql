-- Grain: one interval in which a subscription counts as active, by the policy variables. Each lies in one interval of
-- one status.
with periods as (
    select * from {{ ref('int_subscription_periods') }}
),

counted as (
    select
        periods.*,
        case
            when periods.status = 'past_due'
                then {{ dbt.dateadd('day', var('past_due_grace_days'), 'periods.valid_from') }}
        end as grace_ends_at
    from periods
    where
        periods.status in ('trialing', 'active', 'past_due')
        or (periods.status = 'paused' and {{ var('paused_counts_as_active') }})
),

final as (
    select
        counted.subscription_id,
        counted.status,
        counted.is_in_trial,
        counted.valid_from as active_from,
        case
            when counted.grace_ends_at < coalesce(counted.valid_to, {{ end_of_time() }})
                then counted.grace_ends_at
            else counted.valid_to
        end as active_to
    from counted
    where counted.grace_ends_at is null or counted.grace_ends_at > counted.valid_from
)

select * from final
