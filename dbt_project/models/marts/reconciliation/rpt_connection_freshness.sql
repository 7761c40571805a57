-- Grain: one connection of connections.csv, and how far its last load lies behind that of the others.
with connections as (
    select * from {{ ref('stg_reference__connections') }}
),

last_loads as (
    select * from {{ ref('stg_reference__last_loads') }}
),

newest as (
    select max(last_loads.last_loaded_at) as newest_loaded_at
    from last_loads
),

final as (
    select
        connections.workspace_id,
        connections.connection_id,
        connections.source,
        connections.in_use_until,
        last_loads.last_loaded_at,
        {{ dbt.datediff('last_loads.last_loaded_at', 'newest.newest_loaded_at', 'hour') }} as hours_behind
    from connections
    left join last_loads on connections.connection_id = last_loads.connection_id
    cross join newest
)

select * from final
