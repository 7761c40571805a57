-- Grain: one campaign of an ad account, deleted ones too.
with campaigns as (
    select * from {{ source('meta_ads', 'campaigns') }}
),

renamed as (
    select
        campaigns.connection_id,
        'meta' as platform,
        campaigns.id as campaign_id,
        {{ blank_to_null('campaigns.name') }} as campaign_name,
        upper(campaigns.status) as platform_status,
        campaigns.seen_at
    from campaigns
),

final as (
    select * from renamed
)

select * from final
