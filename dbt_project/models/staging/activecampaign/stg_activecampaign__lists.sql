with lists as (
    select * from {{ source('activecampaign', 'lists') }}
),

renamed as (
    select
        lists.connection_id,
        lists.id as list_id,
        lists.name as list_name,
        lists.cdate as created_at,
        lists.seen_at
    from lists
),

final as (
    select * from renamed
)

select * from final
