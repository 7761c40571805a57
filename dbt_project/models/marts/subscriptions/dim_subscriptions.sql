-- Grain: one ThriveCart subscription, judged on its own: what happens to another one of the same person changes
-- nothing.
with transactions as (
    select * from {{ ref('int_transactions_converted') }}
    where subscription_id is not null
),

terms as (
    select * from {{ ref('int_subscription_terms_resolved') }}
),

latest_statuses as (
    select * from {{ ref('int_subscription_statuses_latest') }}
),

statuses as (
    select * from {{ ref('subscription_statuses') }}
),

current_periods as (
    select * from {{ ref('int_subscription_periods') }}
    where valid_to is null
),

current_plans as (
    select * from {{ ref('int_subscription_plan_periods') }}
    where valid_to is null
),

-- What the policy counts, and counts still.
active_periods as (
    select * from {{ ref('int_subscription_active_periods') }}
    where active_to is null or active_to > {{ build_moment() }}
),

open_mrr_periods as (
    select * from {{ ref('int_subscription_mrr_periods') }}
    where valid_to is null
),

changes as (
    select * from {{ ref('int_subscription_changes') }}
    where not is_contradicted
),

resumptions as (
    select
        changes.subscription_id,
        max(case when changes.change = 'resumed' then changes.occurred_at end) as resumed_at
    from changes
    group by changes.subscription_id
),

summed as (
    select
        transactions.subscription_id,
        min(case when transactions.transaction_type in ('charge', 'rebill') then transactions.occurred_at end)
            as started_at,
        min(
            case
                when
                    transactions.amount > 0
                    and (not terms.has_trial or transactions.occurred_at > terms.first_row_at)
                    then transactions.occurred_at
            end
        ) as first_paid_at,
        max(case when transactions.transaction_type in ('charge', 'rebill') then transactions.occurred_at end)
            as last_paid_at,
        sum(case when transactions.amount > 0 then 1 else 0 end) as payments_made,
        sum(case when transactions.amount > 0 and transactions.occurred_at > terms.answered_at then 1 else 0 end)
            as payments_since_answer,
        sum(case when transactions.amount > 0 then transactions.amount else 0 end) as paid_amount,
        sum(case when transactions.amount < 0 then -transactions.amount else 0 end) as refunded_amount
    from transactions
    inner join terms on transactions.subscription_id = terms.subscription_id
    group by transactions.subscription_id
),

judged as (
    select
        transactions.workspace_id,
        transactions.connection_id,
        transactions.subscription_number,
        transactions.person_id,
        transactions.product_id,
        transactions.order_id,
        summed.*,
        latest_statuses.thrivecart_status,
        -- A word that nobody has explained is not guessed at, whatever the evidence before it.
        case
            when latest_statuses.thrivecart_status is null or statuses.status is not null then current_periods.status
        end as status,
        active_periods.subscription_id is not null as is_counted,
        current_periods.is_in_trial,
        current_periods.valid_from as status_since_at,
        current_periods.ends_at,
        resumptions.resumed_at,
        current_plans.frequency,
        current_plans.plan_payments,
        current_plans.plan_amount,
        current_plans.currency,
        open_mrr_periods.mrr_amount as brought_mrr_amount,
        coalesce(
            terms.answered_payments_left - summed.payments_since_answer,
            current_plans.plan_payments - summed.payments_made
        ) as payments_left
    from terms
    inner join transactions on terms.first_transaction_id = transactions.transaction_id
    inner join summed on terms.subscription_id = summed.subscription_id
    inner join current_periods on terms.subscription_id = current_periods.subscription_id
    left join active_periods
        on current_periods.subscription_id = active_periods.subscription_id
        and current_periods.valid_from = active_periods.active_from
    inner join current_plans on terms.subscription_id = current_plans.subscription_id
    inner join open_mrr_periods on terms.subscription_id = open_mrr_periods.subscription_id
    inner join resumptions on terms.subscription_id = resumptions.subscription_id
    left join latest_statuses on terms.subscription_id = latest_statuses.subscription_id
    left join statuses on latest_statuses.thrivecart_status = statuses.thrivecart_status
),

activated as (
    select
        judged.*,
        case when judged.status is not null then judged.is_counted end as is_active
    from judged
),

final as (
    select
        activated.subscription_id,
        activated.workspace_id,
        activated.connection_id,
        activated.subscription_number,
        activated.person_id,
        activated.product_id,
        activated.order_id,
        activated.thrivecart_status,
        activated.status,
        activated.status_since_at,
        activated.is_active,
        activated.plan_payments is not null as is_payment_plan,
        activated.is_in_trial,
        activated.started_at,
        activated.first_paid_at,
        activated.last_paid_at,
        case when activated.status = 'past_due' then activated.status_since_at end as past_due_since_at,
        case when activated.status = 'paused' then activated.status_since_at end as paused_at,
        activated.resumed_at,
        case when activated.status = 'cancelled' then activated.status_since_at end as cancelled_at,
        case when activated.status = 'cancelled' then activated.ends_at end as ends_at,
        case when activated.status = 'completed' then activated.status_since_at end as completed_at,
        activated.frequency,
        cast(activated.plan_payments as bigint) as plan_payments,
        cast(activated.payments_made as bigint) as payments_made,
        case
            when activated.plan_payments is null or activated.status is null then null
            when activated.status in ('cancelled', 'completed') or activated.payments_left < 0 then cast(0 as bigint)
            else cast(activated.payments_left as bigint)
        end as payments_left,
        activated.currency,
        activated.plan_amount as recurring_amount,
        cast(activated.paid_amount as decimal(18, 2)) as paid_amount,
        cast(activated.refunded_amount as decimal(18, 2)) as refunded_amount,
        case when activated.status is not null then activated.brought_mrr_amount end as mrr_amount
    from activated
)

select * from final
