with tags as (
    select * from {{ source('kit', 'tags') }}
),

renamed as (
    select
        tags.connection_id,
        tags.id as tag_id,
        tags.name as tag_name,
        tags.created_at,
        tags.seen_at
    from tags
),

final as (
    select * from renamed
)

select * from final
