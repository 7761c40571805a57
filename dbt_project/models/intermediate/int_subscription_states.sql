-- Grain: one assertion on one subscription, with the status that holds at its moment, and the rule that overruled the
-- assertion, if one did.
with assertions as (
    select * from {{ ref('int_subscription_assertions') }}
),

flagged as (
    select
        assertions.*,
        case when assertions.asserted = 'completed' then assertions.position_in_order end as completed_position,
        case
            when assertions.is_word and assertions.asserted in ('active', 'paused') then assertions.position_in_order
        end as reopened_position
    from assertions
),

marked as (
    select
        flagged.*,
        max(flagged.completed_position) over (
            partition by flagged.subscription_id order by flagged.position_in_order
            rows between unbounded preceding and 1 preceding
        ) as last_completed_position,
        max(flagged.reopened_position) over (
            partition by flagged.subscription_id order by flagged.position_in_order
            rows between unbounded preceding and 1 preceding
        ) as last_reopened_position
    from flagged
),

-- Once completed, only ThriveCart's own later word that it is active or paused opens a subscription again.
heard as (
    select
        marked.*,
        coalesce(marked.last_completed_position, 0) > coalesce(marked.last_reopened_position, 0)
        and marked.completed_position is null
        and marked.reopened_position is null as is_after_completion
    from marked
),

-- All but two assertions set the status whatever it was: a failed payment needs a bill that was due, and the word
-- `active` only denies that a subscription is paused or has ended.
parted as (
    select
        heard.*,
        not heard.is_after_completion and heard.asserted not in ('active', 'payment_failed') as is_setting
    from heard
),

stretched as (
    select
        parted.*,
        sum(case when parted.is_setting then 1 else 0 end) over (
            partition by parted.subscription_id order by parted.position_in_order
        ) as stretch
    from parted
),

set_down as (
    select
        stretched.*,
        max(
            case
                when not stretched.is_setting then null
                when stretched.asserted in ('begun', 'paid', 'resumed') then stretched.alive_status
                else stretched.asserted
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
        set_down.denials > 0 and set_down.set_status in ('paused', 'cancelled', 'completed') as is_denied
    from set_down
),

based as (
    select
        denied.*,
        case when denied.is_denied then denied.alive_status else denied.set_status end as base_status
    from denied
),

billed as (
    select
        based.*,
        based.asserted = 'payment_failed'
        and not based.is_after_completion
        and coalesce(based.base_status, 'none') in ('trialing', 'active') as is_failing
    from based
),

dunned as (
    select
        billed.*,
        sum(case when billed.is_failing then 1 else 0 end) over (
            partition by billed.subscription_id, billed.stretch order by billed.position_in_order
        ) as failures
    from billed
),

held as (
    select
        dunned.*,
        case when dunned.failures > 0 then 'past_due' else dunned.base_status end as status_after
    from dunned
),

-- Of one moment only the last status is one: the others would have lasted no time.
standing as (
    select
        held.*,
        first_value(held.status_after) over (
            partition by held.subscription_id, held.occurred_at order by held.position_in_order desc
        ) as status
    from held
),

settled as (
    select
        standing.*,
        case
            when standing.is_after_completion then 'completed_stands'
            when standing.asserted = 'payment_failed' and not standing.is_failing then 'no_bill_was_due'
            when standing.asserted = 'active' and standing.status in ('paused', 'cancelled', 'completed')
                then 'strongest_of_the_moment'
            -- A payment that was made stays made, whatever else happened at its moment.
            when standing.asserted not in ('active', 'begun', 'paid') and standing.status_after <> standing.status
                then 'strongest_of_the_moment'
        end as settled_by
    from standing
),

final as (
    select
        settled.subscription_id,
        settled.position_in_order,
        settled.occurred_at,
        settled.asserted,
        settled.evidence,
        settled.evidence_id,
        settled.seen_at,
        settled.billing_period_end_at,
        settled.status,
        settled.settled_by,
        -- What shows the very status, and does not merely leave it as it is.
        case
            when settled.settled_by is not null then false
            when settled.asserted = 'active' then settled.status in ('trialing', 'active')
            else settled.status_after = settled.status
        end as is_confirming
    from settled
)

select * from final
