-- Guards: no join on the way from staging to the mart loses or doubles a live transaction.
{{ config(meta={'dagster': {'ref': {'name': 'fct_transactions'}}}) }}

with staging as (
    select
        connection_id,
        currency,
        count(*) as row_count,
        sum(amount) as amount
    from {{ ref('stg_thrivecart__transactions') }}
    where not is_test
    group by connection_id, currency
),

mart as (
    select
        connection_id,
        currency,
        count(*) as row_count,
        sum(amount) as amount
    from {{ ref('fct_transactions') }}
    group by connection_id, currency
)

select
    staging.connection_id,
    staging.currency,
    staging.row_count as staging_rows,
    mart.row_count as mart_rows,
    staging.amount as staging_amount,
    mart.amount as mart_amount
from staging
left join mart on staging.connection_id = mart.connection_id and staging.currency = mart.currency
where staging.row_count <> coalesce(mart.row_count, 0) or staging.amount <> coalesce(mart.amount, 0)
