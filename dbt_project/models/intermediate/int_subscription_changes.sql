-- Grain: one change of a subscription's status, with the evidence that dates it; and beside the changes, each kind of
-- evidence that was overruled while a status lasted.
with states as (
    select * from {{ ref('int_subscription_states') }}
),

compared as (
    select
        states.*,
        min(states.occurred_at) over (partition by states.subscription_id) as first_moment,
        lag(states.status) over (partition by states.subscription_id order by states.position_in_order)
            as status_before
    from states
),

-- The status on a row is overwritten by the next load, and its time with it. So it begins a status only where nothing
-- that stays shows the same status, or where the subscription itself begins.
numbered as (
    select
        compared.*,
        compared.is_confirming
        and (compared.evidence <> 'row_status' or compared.occurred_at = compared.first_moment)
            as is_confirming_for_good,
        sum(case when compared.status = compared.status_before then 0 else 1 end) over (
            partition by compared.subscription_id order by compared.position_in_order
        ) as status_number
    from compared
),

dated as (
    select
        numbered.subscription_id,
        numbered.status_number,
        min(case when numbered.is_confirming_for_good then numbered.occurred_at end) as confirmed_for_good_at,
        min(case when numbered.is_confirming then numbered.occurred_at end) as confirmed_at,
        max(case when numbered.is_confirming then numbered.billing_period_end_at end) as billing_period_end_at
    from numbered
    group by numbered.subscription_id, numbered.status_number
),

-- Of the moment that begins a status the strongest evidence is named.
ranked as (
    select
        numbered.*,
        dated.billing_period_end_at as told_end_at,
        row_number() over (
            partition by numbered.subscription_id, numbered.status_number
            order by numbered.position_in_order desc
        ) as weakness
    from numbered
    inner join dated
        on numbered.subscription_id = dated.subscription_id
        and numbered.status_number = dated.status_number
        and numbered.occurred_at = coalesce(dated.confirmed_for_good_at, dated.confirmed_at)
    where numbered.is_confirming_for_good or (numbered.is_confirming and dated.confirmed_for_good_at is null)
),

begun as (
    select
        ranked.*,
        lag(ranked.status) over (partition by ranked.subscription_id order by ranked.status_number) as left_status
    from ranked
    where ranked.weakness = 1
),

overruled as (
    select
        numbered.*,
        row_number() over (
            partition by
                numbered.subscription_id, numbered.status_number, numbered.asserted, numbered.evidence,
                numbered.settled_by
            order by numbered.position_in_order
        ) as repetition
    from numbered
    where numbered.settled_by is not null
),

named as (
    select
        begun.subscription_id,
        case
            when begun.status = 'past_due' then 'payment_failed'
            when begun.status in ('paused', 'cancelled', 'completed') then begun.status
            when begun.left_status is null and begun.status = 'trialing' then 'trial_started'
            when begun.left_status is null then 'started'
            when begun.left_status = 'paused' then 'resumed'
            when begun.left_status = 'past_due' then 'recovered'
            when begun.left_status = 'trialing' then 'converted'
            else 'reactivated'
        end as change,
        begun.left_status as status_before,
        begun.status as status_after,
        begun.occurred_at, begun.evidence, begun.evidence_id, begun.seen_at,
        case when begun.status = 'cancelled' and begun.told_end_at > begun.occurred_at then begun.told_end_at end
            as ends_at,
        begun.settled_by
    from begun
    union all
    select
        overruled.subscription_id,
        case
            when overruled.asserted = 'active' and overruled.status = 'paused' then 'resumed'
            when overruled.asserted = 'active' then 'reactivated'
            when overruled.asserted = 'begun' then 'started'
            else overruled.asserted
        end as change,
        overruled.status as status_before,
        overruled.status as status_after,
        overruled.occurred_at, overruled.evidence, overruled.evidence_id, overruled.seen_at,
        {{ as_moment("null") }} as ends_at,
        overruled.settled_by
    from overruled
    where overruled.repetition = 1
),

final as (
    select
        named.*,
        named.settled_by is not null as is_contradicted
    from named
)

select * from final
