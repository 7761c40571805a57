-- Grain: one ThriveCart subscription, judged on its own: what happens to another one of the same person changes
-- nothing.
with transactions as (
    select * from {{ ref('int_transactions_converted') }}
    where subscription_id is not null
),

latest_statuses as (
    select * from {{ ref('int_subscription_statuses_latest') }}
),

statuses as (
    select * from {{ ref('subscription_statuses') }}
),

terms as (
    select * from {{ ref('int_subscription_terms_resolved') }}
),

summed as (
    select
        transactions.subscription_id,
        min(case when transactions.transaction_type in ('charge', 'rebill') then transactions.occurred_at end)
            as started_at,
        max(case when transactions.transaction_type in ('charge', 'rebill') then transactions.occurred_at end)
            as last_paid_at,
        max(case when transactions.transaction_type = 'cancel' then transactions.occurred_at end) as last_cancelled_at,
        sum(
            case
                when transactions.transaction_type in ('charge', 'rebill') and transactions.amount > 0 then 1
                else 0
            end
        ) as payments_made,
        sum(case when transactions.amount > 0 then transactions.amount else 0 end) as paid_amount,
        sum(case when transactions.amount < 0 then -transactions.amount else 0 end) as refunded_amount
    from transactions
    group by transactions.subscription_id
),

first_rows as (
    select
        transactions.*,
        row_number() over (
            partition by transactions.subscription_id
            order by transactions.occurred_at, transactions.transaction_id
        ) as position_in_subscription
    from transactions
),

-- Rows from before ThriveCart sent a status are judged by their events alone.
judged as (
    select
        first_rows.*,
        summed.started_at,
        summed.last_paid_at,
        summed.last_cancelled_at,
        summed.payments_made,
        summed.paid_amount,
        summed.refunded_amount,
        latest_statuses.thrivecart_status,
        latest_statuses.first_seen_paused_at,
        terms.frequency,
        terms.plan_payments,
        terms.recurring_amount,
        terms.recurring_factor,
        terms.is_in_trial,
        case
            when latest_statuses.thrivecart_status is not null then statuses.status
            when summed.payments_made >= terms.plan_payments then 'completed'
            when summed.last_cancelled_at is not null then 'cancelled'
            else 'active'
        end as status
    from first_rows
    inner join summed on first_rows.subscription_id = summed.subscription_id
    inner join terms on first_rows.subscription_id = terms.subscription_id
    left join latest_statuses on first_rows.subscription_id = latest_statuses.subscription_id
    left join statuses on latest_statuses.thrivecart_status = statuses.thrivecart_status
    where first_rows.position_in_subscription = 1
),

activated as (
    select
        judged.*,
        judged.status = 'active'
        or (judged.status = 'paused' and {{ var('paused_counts_as_active') }}) as is_active
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
        activated.is_active,
        activated.plan_payments is not null as is_payment_plan,
        coalesce(activated.is_in_trial, false) as is_in_trial,
        activated.started_at,
        activated.last_paid_at,
        case when activated.status = 'paused' then activated.first_seen_paused_at end as paused_at,
        case when activated.status = 'cancelled' then activated.last_cancelled_at end as cancelled_at,
        case when activated.status = 'completed' then activated.last_paid_at end as completed_at,
        activated.frequency,
        cast(activated.plan_payments as bigint) as plan_payments,
        cast(activated.payments_made as bigint) as payments_made,
        activated.currency,
        activated.recurring_amount,
        cast(activated.paid_amount as decimal(18, 2)) as paid_amount,
        cast(activated.refunded_amount as decimal(18, 2)) as refunded_amount,
        case
            when not activated.is_active or activated.plan_payments is not null or activated.is_in_trial
                then cast(0 as decimal(18, 2))
            else {{ convert_amount('activated.recurring_amount', 'activated.recurring_factor') }}
        end as mrr_amount
    from activated
)

select * from final
