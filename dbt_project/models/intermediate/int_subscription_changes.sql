-- Grain: one change of a subscription's status, with the evidence that dates it; and beside the changes, each kind of
-- evidence that was overruled within a status.
with states as (
    select * from {{ ref('int_subscription_states') }}
),

compared as (
    select
        states.*,
        lag(states.status) over (partition by states.subscription_id order by states.position_in_order)
            as status_before
    from states
),

numbered as (
    select
        compared.*,
        sum(case when compared.status_before is null or compared.status <> compared.status_before then 1 else 0 end) over (
            partition by compared.subscription_id order by compared.position_in_order
        ) as status_number
    from compared
),

-- The status on a row is overwritten by the next load, and its time with it. So it begins a status only where nothing
-- that stays shows the same status.
dated as (
    select
        numbered.subscription_id,
        numbered.status_number,
        coalesce(
            min(case when numbered.is_confirming and numbered.evidence <> 'row_status' then numbered.position_in_order end),
            min(case when numbered.is_confirming then numbered.position_in_order end)
        ) as position_in_order,
        max(case when numbered.is_confirming then numbered.billing_period_end_at end) as billing_period_end_at
    from numbered
    group by numbered.subscription_id, numbered.status_number
),

begun as (
    select
        numbered.subscription_id,
        numbered.status_number,
        lag(numbered.status) over (partition by numbered.subscription_id order by numbered.status_number) as status_before,
        numbered.status as status_after,
        numbered.occurred_at,
        numbered.evidence,
        numbered.evidence_id,
        numbered.seen_at,
        case when numbered.status = 'cancelled' and dated.billing_period_end_at > numbered.occurred_at then dated.billing_period_end_at end
            as ends_at
    from numbered
    inner join dated
        on numbered.subscription_id = dated.subscription_id
        and numbered.position_in_order = dated.position_in_order
),

overruled as (
    select
        numbered.*,
        row_number() over (
            partition by numbered.subscription_id, numbered.status_number, numbered.asserted, numbered.evidence
            order by numbered.position_in_order
        ) as repetition
    from numbered
    where numbered.settled_by is not null
),

named as (
    select
        begun.subscription_id,
        case
            when begun.status_after = 'past_due' then 'payment_failed'
            when begun.status_after in ('paused', 'cancelled', 'completed') then begun.status_after
            when begun.status_before is null and begun.status_after = 'trialing' then 'trial_started'
            when begun.status_before is null then 'started'
            when begun.status_before = 'paused' then 'resumed'
            when begun.status_before = 'past_due' then 'recovered'
            when begun.status_before = 'trialing' then 'converted'
            else 'reactivated'
        end as change,
        begun.status_before,
        begun.status_after,
        begun.occurred_at,
        begun.evidence,
        begun.evidence_id,
        begun.seen_at,
        begun.ends_at,
        cast(null as varchar) as settled_by
    from begun
    union all
    select
        overruled.subscription_id,
        case overruled.asserted
            when 'active' then 'resumed'
            when 'begun' then 'started'
            else overruled.asserted
        end as change,
        overruled.status as status_before,
        overruled.status as status_after,
        overruled.occurred_at,
        overruled.evidence,
        overruled.evidence_id,
        overruled.seen_at,
        {{ as_moment('null') }} as ends_at,
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
