-- Grain: one campaign, ad set or ad of a connection, with its name and status, whether it ever cost anything or not.
with meta_campaigns as (
    select * from {{ ref('stg_meta_ads__campaigns') }}
),

meta_ad_sets as (
    select * from {{ ref('stg_meta_ads__ad_sets') }}
),

meta_ads as (
    select * from {{ ref('stg_meta_ads__ads') }}
),

google_campaigns as (
    select * from {{ ref('stg_google_ads__campaigns') }}
),

google_ad_groups as (
    select * from {{ ref('stg_google_ads__ad_groups') }}
),

google_ads as (
    select * from {{ ref('stg_google_ads__ads') }}
),

statuses as (
    select * from {{ ref('ad_statuses') }}
),

unioned as (
    select
        connection_id, platform, 'campaign' as entity_level, campaign_id, cast(null as varchar) as ad_set_id,
        cast(null as varchar) as ad_id, campaign_name as entity_name, platform_status
    from meta_campaigns
    union all
    select
        connection_id, platform, 'campaign' as entity_level, campaign_id, cast(null as varchar) as ad_set_id,
        cast(null as varchar) as ad_id, campaign_name as entity_name, platform_status
    from google_campaigns
    union all
    select
        connection_id, platform, 'ad_set' as entity_level, campaign_id, ad_set_id,
        null as ad_id, ad_set_name as entity_name, platform_status
    from meta_ad_sets
    union all
    select
        connection_id, platform, 'ad_set' as entity_level, campaign_id, ad_set_id,
        null as ad_id, ad_set_name as entity_name, platform_status
    from google_ad_groups
    union all
    select
        connection_id, platform, 'ad' as entity_level, campaign_id, ad_set_id,
        ad_id, ad_name as entity_name, platform_status
    from meta_ads
    union all
    select
        connection_id, platform, 'ad' as entity_level, campaign_id, ad_set_id,
        ad_id, ad_name as entity_name, platform_status
    from google_ads
),

final as (
    select
        unioned.*,
        statuses.status
    from unioned
    left join statuses on unioned.platform = statuses.platform and unioned.platform_status = statuses.platform_status
)

select * from final
