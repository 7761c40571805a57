-- Grain: one ad group of an account, removed ones too.
with ad_groups as (
    select * from {{ source('google_ads', 'ad_groups') }}
),

renamed as (
    select
        ad_groups.connection_id,
        'google' as platform,
        ad_groups.campaign_id,
        ad_groups.ad_group_id as ad_set_id,
        {{ blank_to_null('ad_groups.ad_group_name') }} as ad_set_name,
        upper(ad_groups.ad_group_status) as platform_status,
        ad_groups.seen_at
    from ad_groups
),

final as (
    select * from renamed
)

select * from final
