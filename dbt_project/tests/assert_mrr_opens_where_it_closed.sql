-- Guards: a month opens with what the one before closed at, in money and in customers, the first one with nothing, and
-- no month is left out.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_mrr_movements'}}}) }}

with months as (
    select
        movements.*,
        lag(movements.month) over (partition by movements.workspace_id, movements.currency order by movements.month)
            as month_before,
        lag(movements.closing_amount) over (
            partition by movements.workspace_id, movements.currency order by movements.month
        ) as closing_amount_before,
        lag(movements.closing_customers) over (
            partition by movements.workspace_id, movements.currency order by movements.month
        ) as closing_customers_before
    from {{ ref('rpt_mrr_movements') }} as movements
)

select
    months.workspace_id,
    months.month,
    months.currency,
    months.closing_amount_before,
    months.opening_amount,
    months.closing_customers_before,
    months.opening_customers
from months
where
    months.opening_amount <> coalesce(months.closing_amount_before, 0)
    or months.opening_customers <> coalesce(months.closing_customers_before, 0)
    or {{ dbt.datediff('months.month_before', 'months.month', 'month') }} <> 1
