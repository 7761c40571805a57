-- Guards: no subscription with a live row, and none of its periods and changes, is lost on the way to the marts.
{{ config(meta={'dagster': {'ref': {'name': 'fct_subscription_periods'}}}) }}

with transactions as (
    select * from {{ ref('int_transactions_converted') }}
    where subscription_id is not null
),

periods as (
    select * from {{ ref('int_subscription_periods') }}
),

changes as (
    select * from {{ ref('int_subscription_changes') }}
),

mart_subscriptions as (
    select * from {{ ref('dim_subscriptions') }}
),

mart_periods as (
    select * from {{ ref('fct_subscription_periods') }}
),

mart_events as (
    select * from {{ ref('fct_subscription_events') }}
    where change <> 'plan_changed'
),

counts as (
    select
        'subscriptions' as what,
        (select count(distinct transactions.subscription_id) from transactions) as expected,
        (select count(*) from mart_subscriptions) as found
    union all
    select
        'periods' as what,
        (select count(*) from periods) as expected,
        (select count(*) from mart_periods) as found
    union all
    select
        'events' as what,
        (select count(*) from changes) as expected,
        (select count(*) from mart_events) as found
)

select * from counts
where expected <> found
