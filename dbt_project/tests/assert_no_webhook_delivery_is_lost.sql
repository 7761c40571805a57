-- Guards: every delivery of a connection in connections.csv reaches staging, and none is there twice.
{{ config(meta={'dagster': {'ref': {'name': 'stg_thrivecart__webhook_events'}}}) }}

with deliveries as (
    select
        deliveries.connection_id,
        count(*) as row_count
    from {{ source('thrivecart', 'webhook_events') }} as deliveries
    inner join {{ ref('connections') }} as connections
        on deliveries.connection_id = connections.connection_id
    group by deliveries.connection_id
),

staging as (
    select
        connection_id,
        count(*) as row_count
    from {{ ref('stg_thrivecart__webhook_events') }}
    group by connection_id
)

select
    deliveries.connection_id,
    deliveries.row_count as raw_rows,
    staging.row_count as staging_rows
from deliveries
left join staging on deliveries.connection_id = staging.connection_id
where deliveries.row_count <> coalesce(staging.row_count, 0)
