-- Guards: a subscription brings the MRR of its plan while the policies count it, and 0 otherwise; the intervals of MRR,
-- which the mart takes it from, say the same of now as the status. A status that nobody has explained is left to its
-- own test, and whose paid time may go on after the cancellation to the policy.
{{ config(meta={'dagster': {'ref': {'name': 'dim_subscriptions'}}}) }}

with subscriptions as (
    select * from {{ ref('dim_subscriptions') }}
),

current_plans as (
    select * from {{ ref('int_subscription_plan_periods') }}
    where valid_to is null
),

expected as (
    select
        subscriptions.subscription_id,
        subscriptions.mrr_amount,
        case
            when
                not subscriptions.is_active
                or subscriptions.is_in_trial
                or (subscriptions.is_payment_plan and not {{ var('payment_plans_count_as_mrr') }})
                then cast(0 as decimal(18, 2))
            else {{ convert_amount('current_plans.plan_amount', 'current_plans.recurring_factor') }}
        end as expected_amount
    from subscriptions
    inner join current_plans on subscriptions.subscription_id = current_plans.subscription_id
    where
        subscriptions.status is not null
        and (subscriptions.status <> 'cancelled' or '{{ var("mrr_ends_at") }}' = 'cancellation')
)

select *
from expected
where mrr_amount is distinct from expected_amount
