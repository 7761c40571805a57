-- Grain: one campaign on one day of its account: the truth of what was spent.
with campaign_days as (
    select * from {{ source('google_ads', 'campaign_days') }}
),

connections as (
    select * from {{ ref('stg_reference__connections') }}
),

renamed as (
    select
        connections.workspace_id,
        campaign_days.connection_id,
        'google' as platform,
        campaign_days.customer_id as account_id,
        cast(campaign_days.segments_date as date) as spend_date,
        campaign_days.campaign_id,
        upper(campaign_days.customer_currency_code) as currency,
        campaign_days.customer_time_zone as account_time_zone,
        campaign_days.metrics_cost_micros as cost_micros,
        {{ micros_to_amount('campaign_days.metrics_cost_micros') }} as spend_amount,
        coalesce(campaign_days.metrics_impressions, 0) as impressions,
        coalesce(campaign_days.metrics_clicks, 0) as clicks,
        campaign_days.seen_at
    from campaign_days
    inner join connections on campaign_days.connection_id = connections.connection_id
),

final as (
    select * from renamed
)

select * from final
