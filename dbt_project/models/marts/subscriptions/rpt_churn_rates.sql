-- Grain: one window of time and currency of a workspace: each calendar month, and the churn_window_days that end with
-- each day. A rate is what was lost by the end of the window, of what was there at its beginning.
with movements as (
    select * from {{ ref('rpt_mrr_movements') }}
),

churn_windows as (
    select * from {{ ref('int_churn_windows') }}
),

months as (
    select
        movements.workspace_id,
        'month' as window_kind,
        movements.month as window_start_date,
        cast({{ dbt.last_day('movements.month', 'month') }} as date) as window_end_date,
        movements.currency,
        movements.is_complete,
        movements.opening_customers,
        movements.churned_customers,
        movements.opening_amount,
        movements.churn_amount,
        -- Who has paid all instalments is no loss.
        movements.contraction_amount - movements.completed_amount as contraction_amount
    from movements
),

unioned as (
    select * from months
    union all
    select
        churn_windows.workspace_id, 'rolling' as window_kind, churn_windows.window_start_date,
        churn_windows.window_end_date, churn_windows.currency, churn_windows.is_complete,
        churn_windows.opening_customers, churn_windows.churned_customers, churn_windows.opening_amount,
        churn_windows.churn_amount, churn_windows.contraction_amount
    from churn_windows
),

final as (
    select
        unioned.workspace_id,
        unioned.window_kind,
        unioned.window_start_date,
        unioned.window_end_date,
        unioned.currency,
        unioned.is_complete,
        unioned.opening_customers,
        unioned.churned_customers,
        {{ ratio('unioned.churned_customers', 'unioned.opening_customers') }} as customer_churn_rate,
        unioned.opening_amount,
        unioned.churn_amount,
        cast(unioned.contraction_amount as decimal(18, 2)) as contraction_amount,
        {{ ratio('unioned.churn_amount', 'unioned.opening_amount') }} as mrr_churn_rate,
        {{ ratio('unioned.churn_amount + unioned.contraction_amount', 'unioned.opening_amount') }}
            as gross_mrr_churn_rate
    from unioned
)

select * from final
