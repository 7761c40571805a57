-- Grain: one cohort of subscriptions at one age in months: those of one product and currency, plans apart, that started
-- in one month. What is not over yet, the running month and the future, is null.
with subscriptions as (
    select * from {{ ref('dim_subscriptions') }}
),

month_ends as (
    select * from {{ ref('int_subscription_month_ends') }}
),

ages as (
    select distinct
        month_ends.workspace_id,
        month_ends.age_months
    from month_ends
),

owned as (
    select
        month_ends.*,
        subscriptions.product_id,
        subscriptions.is_payment_plan
    from month_ends
    inner join subscriptions on month_ends.subscription_id = subscriptions.subscription_id
),

cohorts as (
    select
        owned.workspace_id,
        owned.start_month,
        owned.product_id,
        owned.currency,
        owned.is_payment_plan,
        count(*) as started_subscriptions
    from owned
    where owned.age_months = 0
    group by owned.workspace_id, owned.start_month, owned.product_id, owned.currency, owned.is_payment_plan
),

measured as (
    select
        owned.workspace_id,
        owned.start_month,
        owned.age_months,
        owned.product_id,
        owned.currency,
        owned.is_payment_plan,
        sum(case when owned.is_active then 1 else 0 end) as active_subscriptions,
        sum(case when not owned.is_active and owned.status = 'cancelled' then 1 else 0 end) as cancelled_subscriptions,
        sum(case when not owned.is_active and owned.status = 'completed' then 1 else 0 end) as completed_subscriptions,
        sum(case when not owned.is_active and owned.status not in ('cancelled', 'completed') then 1 else 0 end)
            as suspended_subscriptions,
        sum(owned.mrr_amount) as mrr_amount
    from owned
    where owned.is_complete
    group by
        owned.workspace_id, owned.start_month, owned.age_months, owned.product_id, owned.currency, owned.is_payment_plan
),

cells as (
    select
        cohorts.*,
        ages.age_months,
        cast({{ dbt.dateadd('month', 'cast(ages.age_months as integer)', 'cohorts.start_month') }} as date) as month
    from cohorts
    inner join ages on cohorts.workspace_id = ages.workspace_id
),

final as (
    select
        cells.workspace_id,
        cells.start_month,
        cells.age_months,
        cells.month,
        cells.product_id,
        cells.currency,
        cells.is_payment_plan,
        measured.start_month is not null as is_complete,
        cast(cells.started_subscriptions as bigint) as started_subscriptions,
        cast(measured.active_subscriptions as bigint) as active_subscriptions,
        cast(measured.cancelled_subscriptions as bigint) as cancelled_subscriptions,
        cast(measured.completed_subscriptions as bigint) as completed_subscriptions,
        cast(measured.suspended_subscriptions as bigint) as suspended_subscriptions,
        {{ ratio('measured.active_subscriptions', 'cells.started_subscriptions') }} as active_ratio,
        cast(measured.mrr_amount as decimal(18, 2)) as mrr_amount
    from cells
    left join measured
        on cells.workspace_id = measured.workspace_id
        and cells.start_month = measured.start_month
        and cells.age_months = measured.age_months
        and cells.product_id = measured.product_id
        and cells.currency = measured.currency
        and cells.is_payment_plan = measured.is_payment_plan
)

select * from final
