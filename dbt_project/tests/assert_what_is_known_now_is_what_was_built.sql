-- Guards: the versions that are not superseded are exactly the periods of this build.
{{ config(meta={'dagster': {'ref': {'name': 'fct_subscription_period_versions'}}}) }}

with periods as (
    select * from {{ ref('fct_subscription_periods') }}
),

known as (
    select * from {{ ref('fct_subscription_period_versions') }}
    where known_to is null
)

select
    periods.subscription_id as built_subscription_id,
    periods.status as built_status,
    known.subscription_id as known_subscription_id,
    known.status as known_status
from periods
full outer join known
    on periods.subscription_id = known.subscription_id and periods.valid_from = known.valid_from
where
    periods.status is distinct from known.status
    or periods.valid_to is distinct from known.valid_to
    or periods.ends_at is distinct from known.ends_at
