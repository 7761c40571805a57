-- Guards: a month closes at exactly what it opened with and its movements, in money and in customers.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_mrr_movements'}}}) }}

select
    workspace_id,
    month,
    currency,
    opening_amount + new_amount + expansion_amount + reactivation_amount - contraction_amount - churn_amount
        as expected_amount,
    closing_amount,
    opening_customers + new_customers + reactivated_customers - churned_customers - completed_customers
        as expected_customers,
    closing_customers
from {{ ref('rpt_mrr_movements') }}
where
    opening_amount + new_amount + expansion_amount + reactivation_amount - contraction_amount - churn_amount
    <> closing_amount
    or opening_customers + new_customers + reactivated_customers - churned_customers - completed_customers
    <> closing_customers
    or least(new_amount, expansion_amount, reactivation_amount, contraction_amount, churn_amount, completed_amount) < 0
    or completed_amount > contraction_amount
