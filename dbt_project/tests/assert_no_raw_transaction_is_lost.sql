-- Guards: every raw transaction of a connection in connections.csv reaches staging; a connection whose workspace is
-- missing from workspaces.csv would drop out of the join there, and its money with it.
{{ config(meta={'dagster': {'ref': {'name': 'stg_thrivecart__transactions'}}}) }}

with raw_transactions as (
    select
        transactions.connection_id,
        count(*) as row_count
    from {{ source('thrivecart', 'transactions') }} as transactions
    inner join {{ ref('connections') }} as connections
        on transactions.connection_id = connections.connection_id
    group by transactions.connection_id
),

staging as (
    select
        connection_id,
        count(*) as row_count
    from {{ ref('stg_thrivecart__transactions') }}
    group by connection_id
)

select
    raw_transactions.connection_id,
    raw_transactions.row_count as raw_rows,
    staging.row_count as staging_rows
from raw_transactions
left join staging on raw_transactions.connection_id = staging.connection_id
where raw_transactions.row_count <> coalesce(staging.row_count, 0)
