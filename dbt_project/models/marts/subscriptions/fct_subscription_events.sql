-- Grain: one change of a subscription, or one kind of evidence that was overruled within a status.
with changes as (
    select * from {{ ref('int_subscription_changes') }}
),

periods as (
    select * from {{ ref('int_subscription_periods') }}
),

plan_periods as (
    select * from {{ ref('int_subscription_plan_periods') }}
),

subscriptions as (
    select * from {{ ref('dim_subscriptions') }}
),

status_changes as (
    select
        changes.subscription_id, changes.change, changes.status_before, changes.status_after, changes.occurred_at,
        changes.evidence, changes.evidence_id,
        -- The load of a row is not its first: each later load brings it again.
        case when changes.evidence <> 'transaction' then changes.seen_at end as known_at,
        changes.is_contradicted, changes.settled_by,
        cast(null as decimal(18, 2)) as plan_amount_before, cast(null as decimal(18, 2)) as plan_amount_after
    from changes
),

plan_changes as (
    select
        plan_periods.subscription_id, 'plan_changed' as change,
        periods.status as status_before, periods.status as status_after, plan_periods.valid_from as occurred_at,
        'transaction' as evidence, plan_periods.transaction_id as evidence_id,
        {{ as_moment("null") }} as known_at, false as is_contradicted, cast(null as varchar) as settled_by,
        plan_periods.plan_amount_before, plan_periods.plan_amount as plan_amount_after
    from plan_periods
    inner join periods
        on plan_periods.subscription_id = periods.subscription_id
        and plan_periods.valid_from >= periods.valid_from
        and (periods.valid_to is null or plan_periods.valid_from < periods.valid_to)
    where plan_periods.is_change
),

unioned as (
    select * from status_changes
    union all
    select * from plan_changes
),

final as (
    select
        {{ dbt.hash(
            "unioned.subscription_id || '/' || unioned.change || '/' || unioned.evidence || '/' || unioned.evidence_id"
            ~ " || '/' || coalesce(unioned.settled_by, '')"
        ) }} as subscription_event_id,
        unioned.subscription_id,
        subscriptions.workspace_id,
        subscriptions.connection_id,
        subscriptions.person_id,
        subscriptions.product_id,
        unioned.change,
        unioned.status_before,
        unioned.status_after,
        unioned.occurred_at,
        unioned.evidence,
        unioned.evidence_id,
        unioned.known_at,
        unioned.is_contradicted,
        unioned.settled_by,
        subscriptions.currency,
        unioned.plan_amount_before,
        unioned.plan_amount_after
    from unioned
    inner join subscriptions on unioned.subscription_id = subscriptions.subscription_id
)

select * from final
