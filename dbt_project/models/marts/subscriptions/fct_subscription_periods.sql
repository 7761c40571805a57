-- Grain: one interval in which a subscription was in one status.
with periods as (
    select * from {{ ref('int_subscription_periods') }}
),

subscriptions as (
    select * from {{ ref('dim_subscriptions') }}
),

final as (
    select
        periods.subscription_id,
        subscriptions.workspace_id,
        subscriptions.connection_id,
        subscriptions.person_id,
        subscriptions.product_id,
        periods.status,
        periods.valid_from,
        periods.valid_to,
        periods.is_in_trial,
        periods.cancelled_at,
        periods.ends_at,
        periods.change,
        periods.evidence,
        periods.evidence_id
    from periods
    inner join subscriptions on periods.subscription_id = subscriptions.subscription_id
)

select * from final
