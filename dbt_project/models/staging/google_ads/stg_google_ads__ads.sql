-- Grain: one ad in its ad group, removed ones too.
with ads as (
    select * from {{ source('google_ads', 'ads') }}
),

renamed as (
    select
        ads.connection_id,
        'google' as platform,
        ads.campaign_id,
        ads.ad_group_id as ad_set_id,
        ads.ad_group_ad_ad_id as ad_id,
        {{ blank_to_null('ads.ad_group_ad_ad_name') }} as ad_name,
        upper(ads.ad_group_ad_status) as platform_status,
        ads.seen_at
    from ads
),

final as (
    select * from renamed
)

select * from final
