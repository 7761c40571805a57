with bumps as (
    select * from {{ source('thrivecart', 'bumps') }}
),

renamed as (
    select
        bumps.connection_id,
        'bump' as item_type,
        bumps.bump_id as item_id,
        bumps.connection_id || ':bump:' || bumps.bump_id as product_id,
        bumps.name as product_name,
        cast(null as varchar) as product_label,
        case bumps.status when '1' then 'test' when '2' then 'live' end as catalogue_status,
        cast(null as varchar) as delivery_type,
        upper(bumps.payment_currency) as currency,
        bumps.seen_at
    from bumps
),

final as (
    select * from renamed
)

select * from final
