with subscriber_tags as (
    select * from {{ source('kit', 'subscriber_tags') }}
),

renamed as (
    select
        subscriber_tags.connection_id,
        subscriber_tags.tag_id,
        subscriber_tags.subscriber_id,
        subscriber_tags.connection_id || ':' || subscriber_tags.subscriber_id as contact_id,
        subscriber_tags.tagged_at,
        subscriber_tags.seen_at
    from subscriber_tags
),

final as (
    select * from renamed
)

select * from final
