-- Grain: one ad entity of a connection on one day of its ad account. What is stated to be spent beyond the listed ads
-- (by the account at Meta, by a campaign at Google) is a row `unallocated`: entities add up to what is stated.
with meta_ads as (
    select * from {{ ref('stg_meta_ads__ad_insights') }}
),

meta_accounts as (
    select * from {{ ref('stg_meta_ads__account_insights') }}
),

google_ads as (
    select * from {{ ref('stg_google_ads__ad_days') }}
),

google_campaigns as (
    select * from {{ ref('stg_google_ads__campaign_days') }}
),

file_spend as (
    select * from {{ ref('stg_files__ad_spend') }}
),

entities as (
    select * from {{ ref('int_ad_entities_unioned') }}
),

ads as (
    select
        workspace_id, connection_id, platform, account_id, spend_date, campaign_id, campaign_name, ad_set_id,
        ad_set_name, ad_id, ad_name, currency, account_time_zone, spend_amount, impressions, clicks,
        'unallocated' as truth_id
    from meta_ads
    union all
    select
        workspace_id, connection_id, platform, account_id, spend_date, campaign_id, null as campaign_name, ad_set_id,
        null as ad_set_name, ad_id, null as ad_name, currency, account_time_zone, spend_amount, impressions, clicks,
        campaign_id as truth_id
    from google_ads
),

stated as (
    select
        workspace_id, connection_id, platform, account_id, spend_date, 'unallocated' as campaign_id, currency,
        account_time_zone, spend_amount, impressions, clicks
    from meta_accounts
    union all
    select
        workspace_id, connection_id, platform, account_id, spend_date, campaign_id, currency,
        account_time_zone, spend_amount, impressions, clicks
    from google_campaigns
),

allocated as (
    select
        ads.connection_id,
        ads.spend_date,
        ads.truth_id,
        sum(ads.spend_amount) as spend_amount,
        sum(ads.impressions) as impressions,
        sum(ads.clicks) as clicks
    from ads
    group by ads.connection_id, ads.spend_date, ads.truth_id
),

unallocated as (
    select
        stated.workspace_id,
        stated.connection_id,
        stated.platform,
        stated.account_id,
        stated.spend_date,
        stated.campaign_id,
        stated.currency,
        stated.account_time_zone,
        stated.spend_amount - coalesce(allocated.spend_amount, 0) as spend_amount,
        stated.impressions - coalesce(allocated.impressions, 0) as impressions,
        stated.clicks - coalesce(allocated.clicks, 0) as clicks
    from stated
    left join allocated
        on stated.connection_id = allocated.connection_id
        and stated.spend_date = allocated.spend_date
        and stated.campaign_id = allocated.truth_id
),

unioned as (
    select
        workspace_id, connection_id, platform, account_id, spend_date, campaign_id, campaign_name, ad_set_id,
        ad_set_name, ad_id, ad_name, cast(null as varchar) as utm_campaign, currency, account_time_zone, spend_amount,
        impressions, clicks
    from ads
    union all
    select
        workspace_id, connection_id, platform, account_id, spend_date, campaign_id,
        case when campaign_id = 'unallocated' then 'Unallocated' end as campaign_name, 'unallocated' as ad_set_id,
        'Unallocated' as ad_set_name, 'unallocated' as ad_id, 'Unallocated' as ad_name, null as utm_campaign, currency,
        account_time_zone, spend_amount, impressions, clicks
    from unallocated
    where spend_amount <> 0 or impressions <> 0 or clicks <> 0
    union all
    select
        workspace_id, connection_id, platform, account_id, spend_date, campaign_id, campaign_name, ad_set_id,
        ad_set_name, ad_id, ad_name, utm_campaign, currency, account_time_zone, spend_amount, impressions, clicks
    from file_spend
),

named as (
    select
        unioned.workspace_id,
        unioned.connection_id,
        unioned.platform,
        unioned.account_id,
        unioned.spend_date,
        unioned.campaign_id,
        coalesce(unioned.campaign_name, campaigns.entity_name) as campaign_name,
        unioned.ad_set_id,
        coalesce(unioned.ad_set_name, ad_sets.entity_name) as ad_set_name,
        unioned.ad_id,
        coalesce(unioned.ad_name, ads_of_lists.entity_name) as ad_name,
        unioned.utm_campaign,
        unioned.currency,
        unioned.account_time_zone,
        unioned.spend_amount,
        unioned.impressions,
        unioned.clicks
    from unioned
    left join entities as campaigns
        on campaigns.entity_level = 'campaign'
        and unioned.connection_id = campaigns.connection_id
        and unioned.campaign_id = campaigns.campaign_id
    left join entities as ad_sets
        on ad_sets.entity_level = 'ad_set'
        and unioned.connection_id = ad_sets.connection_id
        and unioned.ad_set_id = ad_sets.ad_set_id
    left join entities as ads_of_lists
        on ads_of_lists.entity_level = 'ad'
        and unioned.connection_id = ads_of_lists.connection_id
        and unioned.ad_set_id = ads_of_lists.ad_set_id
        and unioned.ad_id = ads_of_lists.ad_id
),

keyed as (
    select
        named.*,
        {{ ad_key('named') }} as ad_key
    from named
),

final as (
    select * from keyed
)

select * from final
