-- Grain: one campaign of an account, removed ones too.
with campaigns as (
    select * from {{ source('google_ads', 'campaigns') }}
),

renamed as (
    select
        campaigns.connection_id,
        'google' as platform,
        campaigns.campaign_id,
        {{ blank_to_null('campaigns.campaign_name') }} as campaign_name,
        upper(campaigns.campaign_status) as platform_status,
        campaigns.campaign_advertising_channel_type as channel_type,
        campaigns.seen_at
    from campaigns
),

final as (
    select * from renamed
)

select * from final
