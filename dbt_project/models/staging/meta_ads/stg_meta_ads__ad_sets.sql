-- Grain: one ad set of an ad account, deleted ones too.
with ad_sets as (
    select * from {{ source('meta_ads', 'ad_sets') }}
),

renamed as (
    select
        ad_sets.connection_id,
        'meta' as platform,
        ad_sets.campaign_id,
        ad_sets.id as ad_set_id,
        {{ blank_to_null('ad_sets.name') }} as ad_set_name,
        upper(ad_sets.status) as platform_status,
        ad_sets.seen_at
    from ad_sets
),

final as (
    select * from renamed
)

select * from final
