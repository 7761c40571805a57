-- Grain: one assertion on one subscription, with the status that holds after it, and whether it was overruled.
with assertions as (
    select * from {{ ref('int_subscription_assertions') }}
),

-- Once completed, only ThriveCart's own later word that it is active or paused opens a subscription again.
marked as (
    select
        assertions.*,
        max(case when assertions.asserted = 'completed' then assertions.position_in_order end) over (
            partition by assertions.subscription_id order by assertions.position_in_order
            rows between unbounded preceding and 1 preceding
        ) as last_completed_position,
        max(case when assertions.is_word and assertions.asserted in ('active', 'paused') then assertions.position_in_order end) over (
            partition by assertions.subscription_id order by assertions.position_in_order
            rows between unbounded preceding and 1 preceding
        ) as last_reopened_position
    from assertions
),

heard as (
    select
        marked.*,
        marked.last_completed_position is not null
        and marked.last_completed_position > coalesce(marked.last_reopened_position, 0)
        and marked.asserted <> 'completed'
        and not (marked.is_word and marked.asserted in ('active', 'paused')) as is_after_completion
    from marked
),

-- All but two assertions set the state whatever it was: a failed payment needs a bill that was due, and the word
-- `active` only denies that a subscription is paused or has ended.
sorted as (
    select
        heard.*,
        not heard.is_after_completion and heard.asserted not in ('active', 'payment_failed') as is_setting
    from heard
),

stretched as (
    select
        sorted.*,
        sum(case when sorted.is_setting then 1 else 0 end) over (
            partition by sorted.subscription_id order by sorted.position_in_order
        ) as stretch
    from sorted
),

set_down as (
    select
        stretched.*,
        max(
            case
                when stretched.is_setting and stretched.asserted in ('begun', 'paid', 'resumed')
                    then stretched.alive_status
                when stretched.is_setting then stretched.asserted
            end
        ) over (partition by stretched.subscription_id, stretched.stretch) as set_status,
        sum(case when stretched.asserted = 'active' then 1 else 0 end) over (
            partition by stretched.subscription_id, stretched.stretch order by stretched.position_in_order
        ) as denials
    from stretched
),

denied as (
    select
        set_down.*,
        set_down.set_status in ('paused', 'cancelled', 'completed') and set_down.denials > 0 as is_denied
    from set_down
),

based as (
    select
        denied.*,
        case when denied.is_denied then denied.alive_status else denied.set_status end as base_status
    from denied
),

dunned as (
    select
        based.*,
        based.asserted = 'payment_failed' and not based.is_after_completion
        and based.base_status in ('trialing', 'active') as is_failing,
        sum(
            case
                when
                    based.asserted = 'payment_failed' and not based.is_after_completion
                    and based.base_status in ('trialing', 'active')
                    then 1
                else 0
            end
        ) over (
            partition by based.subscription_id, based.stretch, based.is_denied order by based.position_in_order
        ) as failures
    from based
),

held as (
    select
        dunned.*,
        case when dunned.failures > 0 then 'past_due' else dunned.base_status end as status
    from dunned
),

-- Of one moment only the last state is one: the others would have lasted no time.
standing as (
    select
        held.*,
        first_value(held.status) over (
            partition by held.subscription_id, held.occurred_at order by held.position_in_order desc
        ) as status_of_moment
    from held
),

final as (
    select
        standing.subscription_id,
        standing.position_in_order,
        standing.occurred_at,
        standing.asserted,
        standing.evidence,
        standing.evidence_id,
        standing.seen_at,
        standing.billing_period_end_at,
        standing.status_of_moment as status,
        case
            when standing.is_after_completion then 'completed_stands'
            when standing.asserted = 'payment_failed' and not standing.is_failing then 'no_bill_was_due'
            when
                standing.status <> standing.status_of_moment
                and not (standing.asserted in ('begun', 'paid') and standing.status_of_moment = 'completed')
                then 'strongest_of_the_moment'
        end as settled_by,
        -- What shows the very status, and does not merely leave it as it is.
        standing.status = standing.status_of_moment
        and (
            standing.is_setting or standing.is_failing
            or (standing.asserted = 'active' and standing.status in ('trialing', 'active'))
        ) as is_confirming
    from standing
)

select * from final
