-- Guards: our side of the reconciliation is what the mart counts, day by day, product by product.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_thrivecart_reconciliation'}}}) }}

with measures as (
    select 'gross' as measure
    union all
    select 'refunds' as measure
    union all
    select 'net' as measure
    union all
    select 'contact_linked_net' as measure
),

transactions as (
    select
        fct_transactions.connection_id,
        fct_transactions.product_id,
        fct_transactions.currency,
        fct_transactions.occurred_date,
        measures.measure,
        sum(
            case measures.measure
                when 'gross' then case when fct_transactions.amount > 0 then fct_transactions.amount end
                when 'refunds' then case when fct_transactions.amount < 0 then -fct_transactions.amount end
                when 'net' then fct_transactions.amount
                when 'contact_linked_net' then case when fct_transactions.is_matched then fct_transactions.amount end
            end
        ) as amount
    from {{ ref('fct_transactions') }} as fct_transactions
    cross join measures
    group by
        fct_transactions.connection_id, fct_transactions.product_id, fct_transactions.currency,
        fct_transactions.occurred_date, measures.measure
),

reconciled as (
    select
        connection_id,
        product_id,
        currency,
        report_date,
        measure,
        sum(warehouse_amount) as amount
    from {{ ref('rpt_thrivecart_reconciliation') }}
    where subject = 'day_product'
    group by connection_id, product_id, currency, report_date, measure
)

select
    coalesce(transactions.connection_id, reconciled.connection_id) as connection_id,
    coalesce(transactions.product_id, reconciled.product_id) as product_id,
    coalesce(transactions.currency, reconciled.currency) as currency,
    coalesce(transactions.occurred_date, reconciled.report_date) as report_date,
    coalesce(transactions.measure, reconciled.measure) as measure,
    transactions.amount as transactions_amount,
    reconciled.amount as reconciled_amount
from transactions
full outer join reconciled
    on transactions.connection_id = reconciled.connection_id
    and transactions.product_id = reconciled.product_id
    and transactions.currency = reconciled.currency
    and transactions.occurred_date = reconciled.report_date
    and transactions.measure = reconciled.measure
where coalesce(transactions.amount, 0) <> coalesce(reconciled.amount, 0)
