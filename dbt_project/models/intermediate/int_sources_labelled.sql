-- Grain: one source of touchpoints that names an ad, an ad set or a campaign with spend, by the strongest label it
-- tells. A campaign's name that several have decides nothing, and nothing weaker is asked after it.
with sources as (
    select * from {{ ref('int_sources_channelled') }}
),

labels as (
    select * from {{ ref('int_ad_labels') }}
),

told as (
    select source_key, workspace_id, 11 as strength, 'ad_id' as match_rule, told_ad_id as label from sources
    union all
    select source_key, workspace_id, 12 as strength, 'ad_id' as match_rule, utm_content as label from sources
    union all
    select source_key, workspace_id, 13 as strength, 'ad_id' as match_rule, utm_term as label from sources
    union all
    select source_key, workspace_id, 14 as strength, 'ad_id' as match_rule, utm_id as label from sources
    union all
    select source_key, workspace_id, 21 as strength, 'ad_set_id' as match_rule, told_ad_set_id as label from sources
    union all
    select source_key, workspace_id, 22 as strength, 'ad_set_id' as match_rule, utm_term as label from sources
    union all
    select source_key, workspace_id, 23 as strength, 'ad_set_id' as match_rule, utm_content as label from sources
    union all
    select source_key, workspace_id, 31 as strength, 'campaign_id' as match_rule, told_campaign_id as label from sources
    union all
    select source_key, workspace_id, 32 as strength, 'campaign_id' as match_rule, utm_id as label from sources
    union all
    select source_key, workspace_id, 33 as strength, 'campaign_id' as match_rule, utm_campaign as label from sources
    union all
    select source_key, workspace_id, 41 as strength, 'utm_campaign' as match_rule, utm_campaign as label from sources
    union all
    select source_key, workspace_id, 51 as strength, 'campaign_name' as match_rule, told_campaign_id as label
    from sources
    union all
    select source_key, workspace_id, 52 as strength, 'campaign_name' as match_rule, utm_campaign as label from sources
    union all
    select source_key, workspace_id, 61 as strength, 'ad_set_name' as match_rule, utm_campaign as label from sources
),

ranked as (
    select
        told.source_key,
        labels.match_rule,
        labels.entity_count,
        labels.platform,
        labels.campaign_id,
        labels.ad_set_id,
        labels.ad_id,
        row_number() over (partition by told.source_key order by told.strength) as precedence
    from told
    inner join labels
        on told.workspace_id = labels.workspace_id
        and told.match_rule = labels.match_rule
        and lower(told.label) = labels.label
    where labels.entity_count = 1 or labels.match_rule in ('utm_campaign', 'campaign_name')
),

final as (
    select
        ranked.source_key,
        ranked.match_rule,
        ranked.platform,
        ranked.campaign_id,
        ranked.ad_set_id,
        ranked.ad_id
    from ranked
    where ranked.precedence = 1 and ranked.entity_count = 1
)

select * from final
