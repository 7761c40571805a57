-- Grain: one customer with subscriptions: the status that ThriveCart's screens show, and ours: active while any
-- subscription of the person is, else the status of the one that changed last.
with subscriptions as (
    select * from {{ ref('int_subscriptions_reconciled') }}
),

-- A person may be several customers.
ranked as (
    select
        subscriptions.*,
        row_number() over (
            partition by subscriptions.customer_id
            order by subscriptions.status_since_at desc, subscriptions.subscription_id desc
        ) as recency,
        max(case when subscriptions.is_active then 1 else 0 end) over (
            partition by coalesce(subscriptions.person_id, subscriptions.customer_id)
        ) as person_active_subscriptions,
        count(*) over (partition by coalesce(subscriptions.person_id, subscriptions.customer_id))
            as person_subscription_count
    from subscriptions
),

summed as (
    select
        ranked.customer_id,
        ranked.workspace_id,
        ranked.connection_id,
        min(ranked.person_id) as person_id,
        max(ranked.person_subscription_count) as subscription_count,
        max(ranked.person_active_subscriptions) = 1 as is_active,
        max(case when ranked.is_active then 1 else 0 end) = 1 as is_active_as_customer,
        max(case when ranked.recency = 1 then ranked.status end) as last_status,
        max(case when ranked.shown_status = 'active' then 1 else 0 end) = 1 as is_any_shown_active,
        max(case when ranked.shown_status = 'paused' then 1 else 0 end) = 1 as is_any_shown_paused,
        max(case when ranked.is_customer_shown_cancelled then 1 else 0 end) = 1 as is_shown_cancelled,
        max(case when ranked.recency = 1 then ranked.shown_status end) as last_shown_status,
        max(case when ranked.status_reason = 'not_yet_loaded' then 1 else 0 end) = 1 as is_not_yet_loaded,
        max(case when ranked.status_reason = 'unexplained' then 1 else 0 end) = 1 as is_unexplained
    from ranked
    group by ranked.customer_id, ranked.workspace_id, ranked.connection_id
),

judged as (
    select
        summed.*,
        case
            when summed.is_shown_cancelled then 'cancelled'
            when summed.is_any_shown_active then 'active'
            when summed.is_any_shown_paused then 'paused'
            else summed.last_shown_status
        end as shown_status,
        case when summed.is_active then 'active' else summed.last_status end as status
    from summed
),

final as (
    select
        judged.customer_id,
        judged.workspace_id,
        judged.connection_id,
        judged.person_id,
        judged.shown_status,
        judged.status,
        case
            when judged.shown_status = judged.status then null
            when judged.is_unexplained then 'unexplained'
            when judged.is_not_yet_loaded then 'not_yet_loaded'
            when judged.shown_status = 'active' and judged.status = 'past_due' then 'finer_status_here'
            when judged.shown_status = 'paused' and judged.is_active_as_customer then 'paused_counts_as_active'
            when judged.subscription_count > 1 then 'several_subscriptions'
            when judged.shown_status = 'cancelled' and judged.status = 'completed' then 'completed'
            else 'unexplained'
        end as reason
    from judged
)

select * from final
