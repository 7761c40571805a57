-- Guards: the interval of MRR that is open is worth what dim_subscriptions says, whatever the policies are.
-- A status that nobody has explained is left to its own test.
{{ config(meta={'dagster': {'ref': {'name': 'int_subscription_mrr_periods'}}}) }}

with subscriptions as (
    select * from {{ ref('dim_subscriptions') }}
),

open_periods as (
    select * from {{ ref('int_subscription_mrr_periods') }}
    where valid_to is null
)

select
    subscriptions.subscription_id,
    subscriptions.mrr_amount as subscription_amount,
    open_periods.mrr_amount as period_amount
from subscriptions
left join open_periods on subscriptions.subscription_id = open_periods.subscription_id
where
    subscriptions.status is not null
    and (open_periods.subscription_id is null or subscriptions.mrr_amount is distinct from open_periods.mrr_amount)
