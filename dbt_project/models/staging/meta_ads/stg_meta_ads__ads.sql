-- Grain: one ad of an ad account, deleted ones too.
with ads as (
    select * from {{ source('meta_ads', 'ads') }}
),

renamed as (
    select
        ads.connection_id,
        'meta' as platform,
        ads.campaign_id,
        ads.adset_id as ad_set_id,
        ads.id as ad_id,
        {{ blank_to_null('ads.name') }} as ad_name,
        upper(ads.status) as platform_status,
        ads.seen_at
    from ads
),

final as (
    select * from renamed
)

select * from final
