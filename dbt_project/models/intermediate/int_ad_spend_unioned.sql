-- Grain: one ad entity of a connection on one day of its ad account. What an account spent beyond its listed ads
-- (deleted ads are missing at ad level) is a row `unallocated`, so that entities always add up to the account.
with meta_ads as (
    select * from {{ ref('stg_meta_ads__ad_insights') }}
),

meta_accounts as (
    select * from {{ ref('stg_meta_ads__account_insights') }}
),

file_spend as (
    select * from {{ ref('stg_files__ad_spend') }}
),

allocated as (
    select
        meta_ads.connection_id,
        meta_ads.spend_date,
        sum(meta_ads.spend_amount) as spend_amount,
        sum(meta_ads.impressions) as impressions,
        sum(meta_ads.clicks) as clicks
    from meta_ads
    group by meta_ads.connection_id, meta_ads.spend_date
),

unallocated as (
    select
        meta_accounts.workspace_id,
        meta_accounts.connection_id,
        meta_accounts.platform,
        meta_accounts.account_id,
        meta_accounts.spend_date,
        meta_accounts.currency,
        meta_accounts.spend_amount - coalesce(allocated.spend_amount, 0) as spend_amount,
        meta_accounts.impressions - coalesce(allocated.impressions, 0) as impressions,
        meta_accounts.clicks - coalesce(allocated.clicks, 0) as clicks
    from meta_accounts
    left join allocated
        on meta_accounts.connection_id = allocated.connection_id and meta_accounts.spend_date = allocated.spend_date
),

unioned as (
    select
        meta_ads.workspace_id, meta_ads.connection_id, meta_ads.platform, meta_ads.account_id, meta_ads.spend_date,
        meta_ads.campaign_id, meta_ads.campaign_name, meta_ads.ad_set_id, meta_ads.ad_set_name,
        meta_ads.ad_id, meta_ads.ad_name, cast(null as varchar) as utm_campaign,
        meta_ads.currency, meta_ads.spend_amount, meta_ads.impressions, meta_ads.clicks
    from meta_ads
    union all
    select
        unallocated.workspace_id, unallocated.connection_id, unallocated.platform, unallocated.account_id,
        unallocated.spend_date, 'unallocated' as campaign_id, 'Unallocated' as campaign_name,
        'unallocated' as ad_set_id, 'Unallocated' as ad_set_name, 'unallocated' as ad_id, 'Unallocated' as ad_name,
        null as utm_campaign, unallocated.currency, unallocated.spend_amount, unallocated.impressions,
        unallocated.clicks
    from unallocated
    where unallocated.spend_amount <> 0 or unallocated.impressions <> 0 or unallocated.clicks <> 0
    union all
    select
        file_spend.workspace_id, file_spend.connection_id, file_spend.platform, file_spend.account_id,
        file_spend.spend_date, file_spend.campaign_id, file_spend.campaign_name, file_spend.ad_set_id,
        file_spend.ad_set_name, file_spend.ad_id, file_spend.ad_name, file_spend.utm_campaign,
        file_spend.currency, file_spend.spend_amount, file_spend.impressions, file_spend.clicks
    from file_spend
),

keyed as (
    select
        unioned.*,
        {{ dbt.hash(
            "unioned.connection_id || '|' || unioned.platform || '|' || coalesce(unioned.account_id, '') || '|' || "
            ~ "coalesce(unioned.campaign_id, '') || '|' || coalesce(unioned.ad_set_id, '') || '|' || "
            ~ "coalesce(unioned.ad_id, '')"
        ) }} as ad_key
    from unioned
),

final as (
    select * from keyed
)

select * from final
