-- Guards: nothing is lost that was not there, and the months of the report lose what the movements do.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_churn_rates'}}}) }}

with rates as (
    select * from {{ ref('rpt_churn_rates') }}
),

movements as (
    select * from {{ ref('rpt_mrr_movements') }}
)

select
    rates.workspace_id,
    rates.window_kind,
    rates.window_end_date,
    rates.currency,
    rates.opening_customers,
    rates.churned_customers,
    rates.opening_amount,
    rates.churn_amount,
    rates.contraction_amount
from rates
left join movements
    on rates.workspace_id = movements.workspace_id
    and rates.currency = movements.currency
    and rates.window_start_date = movements.month
    and rates.window_kind = 'month'
where
    rates.churned_customers > rates.opening_customers
    or rates.churn_amount + rates.contraction_amount > rates.opening_amount
    or least(rates.opening_customers, rates.churned_customers) < 0
    or least(rates.opening_amount, rates.churn_amount, rates.contraction_amount) < 0
    or (
        rates.window_kind = 'month'
        and (
            rates.churned_customers is distinct from movements.churned_customers
            or rates.churn_amount is distinct from movements.churn_amount
        )
    )
