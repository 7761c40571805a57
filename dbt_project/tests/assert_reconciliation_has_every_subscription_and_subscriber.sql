-- Guards: our side of the reconciliation is what the marts say of each subscription, and who is an active subscriber.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_thrivecart_reconciliation'}}}) }}

with expected as (
    select
        'subscription' as subject,
        subscription_id as subject_id,
        'status' as measure,
        status as told
    from {{ ref('dim_subscriptions') }}
    union all
    select
        'subscription' as subject,
        subscription_id as subject_id,
        'is_active' as measure,
        cast(is_active as varchar) as told
    from {{ ref('dim_subscriptions') }}
    union all
    select
        'person' as subject,
        person_id as subject_id,
        'is_active_subscriber' as measure,
        cast(active_subscription_count > 0 as varchar) as told
    from {{ ref('dim_people') }}
    where person_id in (select subscriptions.person_id from {{ ref('dim_subscriptions') }} as subscriptions)
),

reconciled as (
    select
        subject,
        subject_id,
        measure,
        warehouse_value as told
    from {{ ref('rpt_thrivecart_reconciliation') }}
    where subject = 'subscription' and measure in ('status', 'is_active')
    union all
    select
        'person' as subject,
        person_id as subject_id,
        'is_active_subscriber' as measure,
        cast(max(case when warehouse_value = 'active' then 1 else 0 end) = 1 as varchar) as told
    from {{ ref('rpt_thrivecart_reconciliation') }}
    where subject = 'customer' and measure = 'status' and person_id is not null
    group by person_id
)

select
    coalesce(expected.subject, reconciled.subject) as subject,
    coalesce(expected.subject_id, reconciled.subject_id) as subject_id,
    coalesce(expected.measure, reconciled.measure) as measure,
    expected.told as expected_value,
    reconciled.told as reconciled_value
from expected
full outer join reconciled
    on expected.subject = reconciled.subject
    and expected.subject_id = reconciled.subject_id
    and expected.measure = reconciled.measure
-- A status that nobody has explained is null there, and fails a check of its own.
where
    (expected.told is not null or expected.subject_id is null)
    and expected.told is distinct from reconciled.told
