with tags as (
    select * from {{ source('activecampaign', 'tags') }}
),

renamed as (
    select
        tags.connection_id,
        tags.id as tag_id,
        tags.tag as tag_name,
        tags.cdate as created_at,
        tags.seen_at
    from tags
),

final as (
    select * from renamed
)

select * from final
