-- Grain: one subscription as ThriveCart's screens show it and as it is here, with the reason of each difference.
with terms as (
    select * from {{ ref('int_subscription_terms_resolved') }}
),

transactions as (
    select * from {{ ref('int_transactions_converted') }}
),

orders as (
    select * from {{ ref('int_order_customers') }}
),

latest_statuses as (
    select * from {{ ref('int_subscription_statuses_latest') }}
),

statuses as (
    select * from {{ ref('subscription_statuses') }}
),

lost_statuses as (
    select distinct statuses.status
    from statuses
    where statuses.is_churn
),

current_periods as (
    select * from {{ ref('int_subscription_periods') }}
    where valid_to is null
),

active_periods as (
    select * from {{ ref('int_subscription_active_periods') }}
    where active_to is null or active_to > {{ build_moment() }}
),

judged as (
    select
        terms.subscription_id,
        terms.workspace_id,
        terms.connection_id,
        terms.product_id,
        terms.person_id,
        coalesce(orders.customer_id, terms.subscription_id) as customer_id,
        latest_statuses.thrivecart_status,
        coalesce(statuses.status, latest_statuses.thrivecart_status) as shown_status,
        current_periods.status,
        current_periods.valid_from as status_since_at,
        current_periods.evidence,
        active_periods.subscription_id is not null as is_active,
        lost_statuses.status is not null as is_lost
    from terms
    inner join transactions on terms.first_transaction_id = transactions.transaction_id
    inner join current_periods on terms.subscription_id = current_periods.subscription_id
    left join orders on transactions.order_id = orders.order_id
    left join latest_statuses on terms.subscription_id = latest_statuses.subscription_id
    left join statuses on latest_statuses.thrivecart_status = statuses.thrivecart_status
    left join lost_statuses on current_periods.status = lost_statuses.status
    left join active_periods
        on current_periods.subscription_id = active_periods.subscription_id
        and current_periods.valid_from = active_periods.active_from
),

-- A word that is older than what a webhook or an event row has told since is not ThriveCart's last one.
shown as (
    select
        judged.*,
        case
            when judged.shown_status = judged.status then null
            when judged.shown_status = 'active' and judged.status in ('trialing', 'past_due') then 'finer_status_here'
            when judged.shown_status = 'cancelled' and judged.status = 'completed' then 'completed'
            when judged.shown_status is null or judged.evidence in ('webhook', 'transaction') then 'not_yet_loaded'
            else 'unexplained'
        end as status_reason,
        {{ var('thrivecart_cancels_whole_customers') }}
        and max(case when judged.shown_status = 'cancelled' then 1 else 0 end) over (
            partition by judged.customer_id
        ) = 1 as is_customer_shown_cancelled
    from judged
),

-- ThriveCart's active subscribers are `active` and nothing else. Lost to it is whoever is not among them for good.
counted as (
    select
        shown.*,
        shown.shown_status = 'active' and not shown.is_customer_shown_cancelled as is_shown_active,
        shown.shown_status in ('cancelled', 'completed') or shown.is_customer_shown_cancelled as is_shown_lost,
        case when shown.status_reason in ('not_yet_loaded', 'unexplained') then shown.status_reason end as unsure_reason
    from shown
),

final as (
    select
        counted.subscription_id,
        counted.workspace_id,
        counted.connection_id,
        counted.product_id,
        counted.person_id,
        counted.customer_id,
        counted.thrivecart_status,
        counted.shown_status,
        counted.status,
        counted.status_since_at,
        counted.status_reason,
        counted.is_customer_shown_cancelled,
        counted.is_shown_active,
        counted.is_active,
        case
            when counted.is_shown_active = counted.is_active then null
            when counted.unsure_reason is not null then counted.unsure_reason
            when counted.is_active and counted.status = 'paused' then 'paused_counts_as_active'
            when counted.is_shown_active and counted.status = 'past_due' then 'finer_status_here'
            when counted.is_active and counted.is_customer_shown_cancelled then 'several_subscriptions'
            else 'unexplained'
        end as is_active_reason,
        counted.is_shown_lost,
        counted.is_lost,
        case
            when counted.is_shown_lost = counted.is_lost then null
            when counted.unsure_reason is not null then counted.unsure_reason
            when counted.is_shown_lost and counted.status = 'completed' then 'completed'
            when counted.is_shown_lost and counted.is_customer_shown_cancelled then 'several_subscriptions'
            else 'unexplained'
        end as is_lost_reason
    from counted
)

select * from final
