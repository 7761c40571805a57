-- Grain: one row of a spend file or an ad export. Files may leave out ids: then the name stands for the id.
with ad_spend as (
    select * from {{ source('files', 'ad_spend') }}
),

connections as (
    select * from {{ ref('stg_reference__connections') }}
),

renamed as (
    select
        connections.workspace_id,
        ad_spend.connection_id,
        lower({{ blank_to_null('ad_spend.platform') }}) as platform,
        {{ blank_to_null('ad_spend.account_id') }} as account_id,
        ad_spend.date as spend_date,
        coalesce({{ blank_to_null('ad_spend.campaign_id') }}, {{ blank_to_null('ad_spend.campaign_name') }})
            as campaign_id,
        {{ blank_to_null('ad_spend.campaign_name') }} as campaign_name,
        coalesce({{ blank_to_null('ad_spend.adset_id') }}, {{ blank_to_null('ad_spend.adset_name') }}) as ad_set_id,
        {{ blank_to_null('ad_spend.adset_name') }} as ad_set_name,
        coalesce({{ blank_to_null('ad_spend.ad_id') }}, {{ blank_to_null('ad_spend.ad_name') }}) as ad_id,
        {{ blank_to_null('ad_spend.ad_name') }} as ad_name,
        {{ blank_to_null('ad_spend.utm_source') }} as utm_source,
        {{ blank_to_null('ad_spend.utm_medium') }} as utm_medium,
        {{ blank_to_null('ad_spend.utm_campaign') }} as utm_campaign,
        upper(ad_spend.currency) as currency,
        {{ blank_to_null('connections.time_zone') }} as account_time_zone,
        cast(ad_spend.spend as decimal(18, 2)) as spend_amount,
        coalesce(ad_spend.impressions, 0) as impressions,
        coalesce(ad_spend.clicks, 0) as clicks,
        ad_spend.source_file,
        ad_spend.row_number as source_row,
        ad_spend.seen_at
    from ad_spend
    inner join connections on ad_spend.connection_id = connections.connection_id
),

final as (
    select * from renamed
)

select * from final
