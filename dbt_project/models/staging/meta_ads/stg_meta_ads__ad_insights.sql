-- Grain: one ad on one day of its ad account. Meta sends every number as text.
with ad_insights as (
    select * from {{ source('meta_ads', 'ad_insights') }}
),

connections as (
    select * from {{ ref('stg_reference__connections') }}
),

accounts as (
    select * from {{ ref('stg_meta_ads__accounts') }}
),

renamed as (
    select
        connections.workspace_id,
        ad_insights.connection_id,
        'meta' as platform,
        ad_insights.account_id,
        cast(ad_insights.date_start as date) as spend_date,
        ad_insights.campaign_id,
        ad_insights.campaign_name,
        ad_insights.adset_id as ad_set_id,
        ad_insights.adset_name as ad_set_name,
        ad_insights.ad_id,
        ad_insights.ad_name,
        upper(ad_insights.account_currency) as currency,
        coalesce(accounts.account_time_zone, connections.time_zone) as account_time_zone,
        cast(ad_insights.spend as decimal(18, 2)) as spend_amount,
        coalesce(cast(ad_insights.impressions as bigint), 0) as impressions,
        coalesce(cast(ad_insights.clicks as bigint), 0) as clicks,
        ad_insights.seen_at
    from ad_insights
    inner join connections on ad_insights.connection_id = connections.connection_id
    left join accounts
        on ad_insights.connection_id = accounts.connection_id and ad_insights.account_id = accounts.account_id
),

final as (
    select * from renamed
)

select * from final
