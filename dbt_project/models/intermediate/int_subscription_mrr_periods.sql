-- Grain: one interval in which a subscription brought one MRR, 0 where it brought none, from its first row on without
-- gap or overlap. MRR follows states and prices, never the payments of a month.
with periods as (
    select * from {{ ref('int_subscription_periods') }}
),

active_periods as (
    select * from {{ ref('int_subscription_active_periods') }}
),

plan_periods as (
    select * from {{ ref('int_subscription_plan_periods') }}
),

terms as (
    select * from {{ ref('int_subscription_terms_resolved') }}
),

connections as (
    select * from {{ ref('stg_reference__connections') }}
),

-- An end that no evidence sets, that of a grace or of a paid time, is none before it has come.
cancellations as (
    select
        periods.subscription_id,
        periods.valid_from as cancelled_at,
        periods.valid_from as cancellation_ends_mrr_at,
        case
            when periods.ends_at > {{ build_moment() }} then coalesce(periods.valid_to, {{ end_of_time() }})
            else
                least(
                    coalesce(periods.ends_at, periods.valid_from), coalesce(periods.valid_to, {{ end_of_time() }})
                )
        end as period_end_ends_mrr_at
    from periods
    where periods.status = 'cancelled'
),

-- Of what was past due nothing is paid that could go on after the cancellation.
counting as (
    select
        active_periods.subscription_id,
        active_periods.active_from as counts_from,
        case
            when active_periods.status <> 'past_due' and cancellations.subscription_id is not null
                then cancellations.{{ var('mrr_ends_at') }}_ends_mrr_at
            when active_periods.active_to <= {{ build_moment() }} then active_periods.active_to
            else coalesce(periods.valid_to, {{ end_of_time() }})
        end as counts_to
    from active_periods
    inner join periods
        on active_periods.subscription_id = periods.subscription_id
        and active_periods.active_from = periods.valid_from
    left join cancellations
        on active_periods.subscription_id = cancellations.subscription_id
        and active_periods.active_to = cancellations.cancelled_at
    where not active_periods.is_in_trial
),

priced as (
    select
        counting.subscription_id,
        greatest(counting.counts_from, plan_periods.valid_from) as brings_from,
        least(counting.counts_to, coalesce(plan_periods.valid_to, {{ end_of_time() }})) as brings_to,
        {{ convert_amount('plan_periods.plan_amount', 'plan_periods.recurring_factor') }} as mrr_amount
    from counting
    inner join plan_periods
        on counting.subscription_id = plan_periods.subscription_id
        and counting.counts_to > plan_periods.valid_from
        and counting.counts_from < coalesce(plan_periods.valid_to, {{ end_of_time() }})
    where plan_periods.plan_payments is null or {{ var('payment_plans_count_as_mrr') }}
),

points as (
    select
        priced.subscription_id, priced.brings_from as valid_from, priced.mrr_amount, 1 as is_bringing
    from priced
    union all
    select
        priced.subscription_id, priced.brings_to as valid_from, cast(0 as decimal(18, 2)) as mrr_amount,
        0 as is_bringing
    from priced
    where priced.brings_to < {{ end_of_time() }}
    union all
    select
        terms.subscription_id, terms.first_row_at as valid_from, cast(0 as decimal(18, 2)) as mrr_amount,
        0 as is_bringing
    from terms
),

ranked as (
    select
        points.*,
        row_number() over (
            partition by points.subscription_id, points.valid_from order by points.is_bringing desc
        ) as strength
    from points
),

compared as (
    select
        ranked.*,
        row_number() over (partition by ranked.subscription_id order by ranked.valid_from) as position_in_order,
        lag(ranked.mrr_amount) over (partition by ranked.subscription_id order by ranked.valid_from)
            as mrr_amount_before
    from ranked
    where ranked.strength = 1
),

changed as (
    select
        compared.subscription_id,
        compared.mrr_amount,
        compared.valid_from,
        lead(compared.valid_from) over (partition by compared.subscription_id order by compared.valid_from) as valid_to
    from compared
    where compared.position_in_order = 1 or compared.mrr_amount is distinct from compared.mrr_amount_before
),

-- What a row with a clock ahead of ours says counts today.
capped as (
    select
        changed.*,
        case
            when changed.valid_from > {{ build_moment() }} then {{ build_moment() }} else changed.valid_from
        end as counted_from,
        case
            when changed.valid_to > {{ build_moment() }} then {{ build_moment() }} else changed.valid_to
        end as counted_to
    from changed
),

final as (
    select
        capped.subscription_id,
        terms.workspace_id,
        terms.person_id,
        current_plans.currency,
        capped.valid_from,
        capped.valid_to,
        {{ reporting_date('capped.counted_from', 'connections.reporting_time_zone') }} as valid_from_date,
        {{ reporting_date('capped.counted_to', 'connections.reporting_time_zone') }} as valid_to_date,
        capped.mrr_amount,
        periods.subscription_id is not null as is_completed
    from capped
    inner join terms on capped.subscription_id = terms.subscription_id
    inner join connections on terms.connection_id = connections.connection_id
    inner join plan_periods as current_plans
        on capped.subscription_id = current_plans.subscription_id and current_plans.valid_to is null
    left join periods
        on capped.subscription_id = periods.subscription_id
        and capped.valid_from = periods.valid_from
        and periods.status = 'completed'
)

select * from final
