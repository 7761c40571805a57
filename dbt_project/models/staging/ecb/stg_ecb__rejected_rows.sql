with rejected_rows as (
    select * from {{ source('ecb', 'rejected_rows') }}
),

renamed as (
    select
        rejected_rows.connection_id,
        rejected_rows.resource as raw_table,
        rejected_rows.row_key,
        rejected_rows.field,
        rejected_rows.reason,
        rejected_rows.seen_at
    from rejected_rows
),

final as (
    select * from renamed
)

select * from final
