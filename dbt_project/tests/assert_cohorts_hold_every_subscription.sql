-- Guards: the cohorts at age 0 are all subscriptions that started, and at each age every one of them is in one state.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_subscription_cohorts'}}}) }}

with cohorts as (
    select * from {{ ref('rpt_subscription_cohorts') }}
),

starts as (
    select
        workspace_id,
        product_id,
        currency,
        is_payment_plan,
        count(*) as started_subscriptions
    from {{ ref('dim_subscriptions') }}
    group by workspace_id, product_id, currency, is_payment_plan
),

newborn as (
    select
        workspace_id,
        product_id,
        currency,
        is_payment_plan,
        sum(started_subscriptions) as started_subscriptions
    from cohorts
    where age_months = 0
    group by workspace_id, product_id, currency, is_payment_plan
)

select
    starts.workspace_id,
    starts.product_id,
    starts.currency,
    cast(null as date) as start_month,
    starts.started_subscriptions as expected_subscriptions,
    newborn.started_subscriptions as cohort_subscriptions
from starts
full outer join newborn
    on starts.workspace_id = newborn.workspace_id
    and starts.product_id = newborn.product_id
    and starts.currency = newborn.currency
    and starts.is_payment_plan = newborn.is_payment_plan
where starts.started_subscriptions is distinct from newborn.started_subscriptions
union all
select
    workspace_id, product_id, currency, start_month, started_subscriptions as expected_subscriptions,
    active_subscriptions + cancelled_subscriptions + completed_subscriptions + suspended_subscriptions
        as cohort_subscriptions
from cohorts
where
    is_complete
    and started_subscriptions
    <> active_subscriptions + cancelled_subscriptions + completed_subscriptions + suspended_subscriptions
