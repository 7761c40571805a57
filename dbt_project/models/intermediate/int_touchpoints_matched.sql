-- Grain: one touchpoint, with the ad it came from: by the ad's id that is told with it or in utm_content, else by the
-- campaign's id that is told or its id or name in utm_campaign. A name that several campaigns of a workspace share
-- decides nothing.
with touchpoints as (
    select * from {{ ref('int_touchpoints_unioned') }}
),

spend as (
    select * from {{ ref('int_ad_spend_unioned') }}
),

channel_rules as (
    select * from {{ ref('channel_rules') }}
),

ads as (
    select
        spend.workspace_id,
        spend.ad_id,
        min(spend.platform) as platform,
        min(spend.campaign_id) as campaign_id,
        min(spend.ad_set_id) as ad_set_id
    from spend
    where spend.ad_id <> 'unallocated'
    group by spend.workspace_id, spend.ad_id
    having count(distinct spend.ad_key) = 1
),

campaign_labels as (
    select spend.workspace_id, spend.platform, spend.campaign_id, lower(spend.campaign_id) as label
    from spend
    where spend.campaign_id <> 'unallocated'
    union
    select spend.workspace_id, spend.platform, spend.campaign_id, lower(spend.campaign_name) as label
    from spend
    where spend.campaign_id <> 'unallocated'
    union
    select spend.workspace_id, spend.platform, spend.campaign_id, lower(spend.utm_campaign) as label
    from spend
    where spend.campaign_id <> 'unallocated'
),

campaigns as (
    select
        campaign_labels.workspace_id,
        campaign_labels.label,
        min(campaign_labels.platform) as platform,
        min(campaign_labels.campaign_id) as campaign_id
    from campaign_labels
    where campaign_labels.label is not null
    group by campaign_labels.workspace_id, campaign_labels.label
    having count(*) = 1
),

channelled as (
    select
        touchpoints.touchpoint_id,
        channel_rules.channel,
        row_number() over (partition by touchpoints.touchpoint_id order by channel_rules.rule_order) as precedence
    from touchpoints
    inner join channel_rules
        on lower(coalesce(touchpoints.utm_source, ''))
        like coalesce({{ blank_to_null('channel_rules.utm_source_like') }}, '%')
        and lower(coalesce(touchpoints.utm_medium, ''))
        like coalesce({{ blank_to_null('channel_rules.utm_medium_like') }}, '%')
        and lower(coalesce(touchpoints.referrer, ''))
        like coalesce({{ blank_to_null('channel_rules.referrer_like') }}, '%')
),

matched as (
    select
        touchpoints.*,
        coalesce(channelled.channel, 'other') as channel,
        coalesce(ads.platform, campaigns.platform) as platform,
        coalesce(ads.campaign_id, campaigns.campaign_id) as campaign_id,
        ads.ad_set_id,
        ads.ad_id,
        case
            when ads.ad_id is not null then 'ad_id'
            when campaigns.campaign_id is not null then 'campaign_name'
        end as match_rule
    from touchpoints
    left join ads
        on touchpoints.workspace_id = ads.workspace_id
        and coalesce(touchpoints.told_ad_id, touchpoints.utm_content) = ads.ad_id
    left join campaigns
        on touchpoints.workspace_id = campaigns.workspace_id
        and lower(coalesce(touchpoints.told_campaign_id, touchpoints.utm_campaign)) = campaigns.label
    left join channelled on touchpoints.touchpoint_id = channelled.touchpoint_id and channelled.precedence = 1
),

final as (
    select * from matched
)

select * from final
