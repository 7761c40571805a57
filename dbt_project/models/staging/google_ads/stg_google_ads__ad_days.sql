-- Grain: one ad on one day of its account. Some campaigns have no ads, and only their own row.
with ad_days as (
    select * from {{ source('google_ads', 'ad_days') }}
),

connections as (
    select * from {{ ref('stg_reference__connections') }}
),

renamed as (
    select
        connections.workspace_id,
        ad_days.connection_id,
        'google' as platform,
        ad_days.customer_id as account_id,
        cast(ad_days.segments_date as date) as spend_date,
        ad_days.campaign_id,
        ad_days.ad_group_id as ad_set_id,
        ad_days.ad_group_ad_ad_id as ad_id,
        upper(ad_days.customer_currency_code) as currency,
        ad_days.customer_time_zone as account_time_zone,
        ad_days.metrics_cost_micros as cost_micros,
        {{ micros_to_amount('ad_days.metrics_cost_micros') }} as spend_amount,
        coalesce(ad_days.metrics_impressions, 0) as impressions,
        coalesce(ad_days.metrics_clicks, 0) as clicks,
        ad_days.seen_at
    from ad_days
    inner join connections on ad_days.connection_id = connections.connection_id
),

final as (
    select * from renamed
)

select * from final
