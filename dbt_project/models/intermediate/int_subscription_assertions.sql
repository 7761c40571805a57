-- Grain: one piece of evidence that says something of a subscription's state, in the order in which it counts: by its
-- moment, and at one moment from the weakest to the strongest. What is older than the first row says nothing.
with evidence as (
    select * from {{ ref('int_subscription_evidence') }}
),

terms as (
    select * from {{ ref('int_subscription_terms_resolved') }}
),

-- A refund says only that there was something to pay back: it counts where nothing older is known.
speaking as (
    select
        evidence.*,
        terms.has_trial,
        terms.plan_payments,
        terms.first_row_at,
        evidence.asserted_status is not null as is_word,
        case
            when evidence.asserted_change = 'refunded' then 'begun'
            else coalesce(evidence.asserted_change, evidence.asserted_status)
        end as asserted
    from evidence
    inner join terms on evidence.subscription_id = terms.subscription_id
    where
        evidence.occurred_at >= terms.first_row_at
        and (coalesce(evidence.asserted_change, '') <> 'refunded' or evidence.evidence_id = terms.first_transaction_id)
),

flagged as (
    select
        speaking.*,
        speaking.asserted in ('active', 'paused', 'resumed', 'payment_failed') as is_sign_of_life,
        speaking.evidence = 'transaction' and speaking.asserted = 'paid' and speaking.amount > 0 as is_instalment
    from speaking
),

-- What was last paid, and what last showed the subscription alive, at each moment and at all.
measured as (
    select
        flagged.*,
        max(case when flagged.asserted = 'paid' then flagged.occurred_at end) over (
            partition by flagged.subscription_id order by flagged.occurred_at
        ) as last_paid_at,
        max(case when flagged.is_sign_of_life then flagged.occurred_at end) over (
            partition by flagged.subscription_id order by flagged.occurred_at
        ) as last_alive_at,
        max(
            case
                when flagged.is_sign_of_life or (flagged.is_word and flagged.asserted = 'cancelled')
                    then flagged.occurred_at
            end
        ) over (partition by flagged.subscription_id) as last_uncompleted_at,
        min(
            case
                when flagged.asserted = 'paid' and flagged.occurred_at > flagged.first_row_at then flagged.occurred_at
            end
        ) over (partition by flagged.subscription_id) as converted_at,
        sum(case when flagged.is_instalment then 1 else 0 end) over (
            partition by flagged.subscription_id order by flagged.occurred_at, flagged.evidence_id
        ) as payments_so_far
    from flagged
),

-- A plan that is seen completed was so from its last payment on, unless it was seen alive after that.
dated as (
    select
        measured.subscription_id, measured.evidence, measured.evidence_id, measured.asserted, measured.is_word,
        case
            when
                measured.is_word and measured.asserted = 'completed'
                and measured.last_paid_at >= coalesce(measured.last_alive_at, measured.last_paid_at)
                then measured.last_paid_at
            else measured.occurred_at
        end as occurred_at,
        measured.seen_at, measured.billing_period_end_at, measured.has_trial, measured.converted_at,
        case
            when measured.asserted = 'completed' then 8
            when measured.is_word then 1
            when measured.asserted = 'payment_failed' then 2
            when measured.asserted in ('begun', 'paid') then 3
            when measured.asserted = 'resumed' then 4
            when measured.asserted = 'cancelled' then 5
            when measured.asserted = 'paused' then 6
        end as strength
    from measured
),

-- Without ThriveCart's word a plan is completed by its last payment, as long as nothing later says otherwise.
counted as (
    select
        measured.subscription_id, measured.evidence, measured.evidence_id, 'completed' as asserted, false as is_word,
        measured.occurred_at, measured.seen_at, measured.billing_period_end_at, measured.has_trial,
        measured.converted_at, 7 as strength
    from measured
    where
        measured.is_instalment
        and measured.payments_so_far = measured.plan_payments
        and measured.occurred_at >= coalesce(measured.last_uncompleted_at, measured.occurred_at)
),

unioned as (
    select * from dated
    union all
    select * from counted
),

weighed as (
    select
        unioned.*,
        case unioned.evidence
            when 'row_status' then 1
            when 'customer_answer' then 2
            when 'transaction' then 3
            when 'webhook' then 4
        end as evidence_strength,
        case
            when unioned.has_trial and unioned.occurred_at < coalesce(unioned.converted_at, {{ end_of_time() }})
                then 'trialing'
            else 'active'
        end as alive_status
    from unioned
),

final as (
    select
        weighed.subscription_id,
        row_number() over (
            partition by weighed.subscription_id
            order by
                weighed.occurred_at, weighed.strength, weighed.evidence_strength, weighed.evidence_id, weighed.asserted
        ) as position_in_order,
        weighed.occurred_at,
        weighed.asserted,
        weighed.is_word,
        weighed.alive_status,
        weighed.converted_at,
        weighed.evidence,
        weighed.evidence_id,
        weighed.seen_at,
        weighed.billing_period_end_at
    from weighed
)

select * from final
