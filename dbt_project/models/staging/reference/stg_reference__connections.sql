with connections as (
    select * from {{ ref('connections') }}
),

workspaces as (
    select * from {{ ref('workspaces') }}
),

joined as (
    select
        connections.connection_id,
        connections.workspace_id,
        connections.source,
        connections.name as connection_name,
        connections.vendor_account_id,
        connections.time_zone,
        connections.currency,
        connections.in_use_from,
        connections.in_use_until,
        workspaces.reporting_time_zone,
        workspaces.reporting_currency
    from connections
    inner join workspaces on connections.workspace_id = workspaces.workspace_id
),

final as (
    select * from joined
)

select * from final
