-- Guards: a connection taken out of connections.csv keeps its raw rows, but no mart counts them any more. That may be
-- what the user wants, so it warns; a renamed connection_id looks the same and is a loss.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'connections'}}}) }}

select
    transactions.connection_id,
    count(*) as row_count
from {{ source('thrivecart', 'transactions') }} as transactions
left join {{ ref('connections') }} as connections
    on transactions.connection_id = connections.connection_id
where connections.connection_id is null
group by transactions.connection_id
