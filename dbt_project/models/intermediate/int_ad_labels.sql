-- Grain: workspace x rule x label: what the ad entities of a workspace with spend are called by, and the one entity
-- that is meant, or that several are. Only an ad set or ad that is named within its campaign is not here.
with spend as (
    select * from {{ ref('int_ad_spend_unioned') }}
),

entities as (
    select distinct
        spend.workspace_id,
        spend.platform,
        spend.campaign_id,
        spend.campaign_name,
        spend.utm_campaign,
        case when spend.ad_set_id <> 'unallocated' then spend.ad_set_id end as ad_set_id,
        case when spend.ad_set_id <> 'unallocated' then spend.ad_set_name end as ad_set_name,
        case when spend.ad_id <> 'unallocated' then spend.ad_id end as ad_id
    from spend
    where spend.campaign_id <> 'unallocated'
),

labelled as (
    select workspace_id, platform, campaign_id, ad_set_id, ad_id, 'ad_id' as match_rule, ad_id as label
    from entities
    union
    select workspace_id, platform, campaign_id, ad_set_id, null as ad_id, 'ad_set_id' as match_rule, ad_set_id as label
    from entities
    union
    select
        workspace_id, platform, campaign_id, null as ad_set_id, null as ad_id, 'campaign_id' as match_rule,
        campaign_id as label
    from entities
    union
    select
        workspace_id, platform, campaign_id, null as ad_set_id, null as ad_id, 'utm_campaign' as match_rule,
        utm_campaign as label
    from entities
    union
    select
        workspace_id, platform, campaign_id, null as ad_set_id, null as ad_id, 'campaign_name' as match_rule,
        campaign_name as label
    from entities
    union
    select
        workspace_id, platform, campaign_id, ad_set_id, null as ad_id, 'ad_set_name' as match_rule,
        ad_set_name as label
    from entities
),

counted as (
    select
        labelled.workspace_id,
        labelled.match_rule,
        lower(labelled.label) as label,
        min(labelled.platform) as platform,
        min(labelled.campaign_id) as campaign_id,
        min(labelled.ad_set_id) as ad_set_id,
        min(labelled.ad_id) as ad_id,
        count(*) as entity_count
    from labelled
    where labelled.label is not null
    group by labelled.workspace_id, labelled.match_rule, lower(labelled.label)
),

final as (
    select * from counted
)

select * from final
