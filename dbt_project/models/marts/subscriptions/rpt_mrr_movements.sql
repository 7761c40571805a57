-- Grain: one month and currency of a workspace, from the month of its first subscription to the running one.
with movements as (
    select * from {{ ref('fct_mrr_movements') }}
),

mrr_periods as (
    select * from {{ ref('int_person_mrr_periods') }}
),

month_ends as (
    select * from {{ ref('int_workspace_days') }}
    where is_month_end
),

subscriptions as (
    select * from {{ ref('int_subscription_month_ends') }}
),

currencies as (
    select
        mrr_periods.workspace_id,
        mrr_periods.currency,
        min(mrr_periods.valid_from_date) as first_date
    from mrr_periods
    group by mrr_periods.workspace_id, mrr_periods.currency
),

-- A month in which nothing was paid, or nothing changed, is a month.
months as (
    select
        currencies.workspace_id,
        month_ends.month,
        currencies.currency,
        month_ends.is_complete
    from currencies
    inner join month_ends
        on currencies.workspace_id = month_ends.workspace_id
        and currencies.first_date <= month_ends.calendar_date
),

summed as (
    select
        movements.workspace_id,
        movements.month,
        movements.currency,
        sum(movements.opening_amount) as opening_amount,
        sum(case when movements.movement = 'new' then movements.change_amount end) as new_amount,
        sum(case when movements.movement = 'expansion' then movements.change_amount end) as expansion_amount,
        sum(case when movements.movement in ('contraction', 'completion') then -movements.change_amount end)
            as contraction_amount,
        sum(case when movements.movement = 'churn' then -movements.change_amount end) as churn_amount,
        sum(case when movements.movement = 'reactivation' then movements.change_amount end) as reactivation_amount,
        sum(movements.closing_amount) as closing_amount,
        sum(case when movements.movement = 'completion' then -movements.change_amount end) as completed_amount,
        sum(case when movements.opening_amount > 0 then 1 else 0 end) as opening_customers,
        sum(case when movements.movement = 'new' then 1 else 0 end) as new_customers,
        sum(case when movements.movement = 'expansion' then 1 else 0 end) as expanded_customers,
        sum(case when movements.movement = 'contraction' then 1 else 0 end) as contracted_customers,
        sum(case when movements.movement = 'churn' then 1 else 0 end) as churned_customers,
        sum(case when movements.movement = 'completion' then 1 else 0 end) as completed_customers,
        sum(case when movements.movement = 'reactivation' then 1 else 0 end) as reactivated_customers,
        sum(case when movements.closing_amount > 0 then 1 else 0 end) as closing_customers
    from movements
    group by movements.workspace_id, movements.month, movements.currency
),

unknown as (
    select
        subscriptions.workspace_id,
        subscriptions.month,
        subscriptions.currency,
        count(*) as subscriptions_of_unknown_mrr
    from subscriptions
    where subscriptions.mrr_amount is null
    group by subscriptions.workspace_id, subscriptions.month, subscriptions.currency
),

final as (
    select
        months.workspace_id,
        months.month,
        months.currency,
        months.is_complete,
        cast(coalesce(summed.opening_amount, 0) as decimal(18, 2)) as opening_amount,
        cast(coalesce(summed.new_amount, 0) as decimal(18, 2)) as new_amount,
        cast(coalesce(summed.expansion_amount, 0) as decimal(18, 2)) as expansion_amount,
        cast(coalesce(summed.contraction_amount, 0) as decimal(18, 2)) as contraction_amount,
        cast(coalesce(summed.churn_amount, 0) as decimal(18, 2)) as churn_amount,
        cast(coalesce(summed.reactivation_amount, 0) as decimal(18, 2)) as reactivation_amount,
        cast(coalesce(summed.closing_amount, 0) as decimal(18, 2)) as closing_amount,
        cast(coalesce(summed.completed_amount, 0) as decimal(18, 2)) as completed_amount,
        cast(coalesce(summed.opening_customers, 0) as bigint) as opening_customers,
        cast(coalesce(summed.new_customers, 0) as bigint) as new_customers,
        cast(coalesce(summed.expanded_customers, 0) as bigint) as expanded_customers,
        cast(coalesce(summed.contracted_customers, 0) as bigint) as contracted_customers,
        cast(coalesce(summed.churned_customers, 0) as bigint) as churned_customers,
        cast(coalesce(summed.completed_customers, 0) as bigint) as completed_customers,
        cast(coalesce(summed.reactivated_customers, 0) as bigint) as reactivated_customers,
        cast(coalesce(summed.closing_customers, 0) as bigint) as closing_customers,
        cast(coalesce(unknown.subscriptions_of_unknown_mrr, 0) as bigint) as subscriptions_of_unknown_mrr
    from months
    left join summed
        on months.workspace_id = summed.workspace_id
        and months.month = summed.month
        and months.currency = summed.currency
    left join unknown
        on months.workspace_id = unknown.workspace_id
        and months.month = unknown.month
        and months.currency = unknown.currency
)

select * from final
