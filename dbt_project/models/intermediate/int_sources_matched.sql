-- Grain: one source of touchpoints that names an ad entity. Where its label is of a campaign or an ad set only, the
-- names in utm_term and utm_content may say which ad set and ad of it; names that several have there say nothing. A
-- link that nobody pays for, such as a newsletter's, may bear the campaign's name, and is of none of its ads.
with labelled as (
    select * from {{ ref('int_sources_labelled') }}
),

sources as (
    select * from {{ ref('int_sources_channelled') }}
),

channels as (
    select * from {{ ref('channels') }}
),

spend as (
    select * from {{ ref('int_ad_spend_unioned') }}
    where ad_set_id <> 'unallocated'
),

ad_set_names as (
    select
        spend.workspace_id,
        spend.platform,
        spend.campaign_id,
        lower(spend.ad_set_name) as label,
        min(spend.ad_set_id) as ad_set_id
    from spend
    group by spend.workspace_id, spend.platform, spend.campaign_id, lower(spend.ad_set_name)
    having count(distinct spend.ad_set_id) = 1
),

ad_names as (
    select
        spend.workspace_id,
        spend.platform,
        spend.campaign_id,
        spend.ad_set_id,
        lower(spend.ad_name) as label,
        min(spend.ad_id) as ad_id,
        count(distinct spend.ad_id) as ad_count
    from spend
    where spend.ad_id <> 'unallocated'
    group by spend.workspace_id, spend.platform, spend.campaign_id, spend.ad_set_id, lower(spend.ad_name)
),

-- Where no ad set is told, the name has to be one ad's in all of the campaign.
ad_names_of_campaigns as (
    select
        ad_names.workspace_id,
        ad_names.platform,
        ad_names.campaign_id,
        ad_names.label,
        min(ad_names.ad_set_id) as ad_set_id,
        min(ad_names.ad_id) as ad_id
    from ad_names
    group by ad_names.workspace_id, ad_names.platform, ad_names.campaign_id, ad_names.label
    having sum(ad_names.ad_count) = 1
),

worded as (
    select
        labelled.*,
        sources.workspace_id,
        case when channels.paid <> 'never' then lower(sources.utm_term) end as term_label,
        case when channels.paid <> 'never' then lower(sources.utm_content) end as content_label
    from labelled
    inner join sources on labelled.source_key = sources.source_key
    inner join channels on sources.channel = channels.channel
),

with_ad_sets as (
    select
        worded.*,
        coalesce(worded.ad_set_id, by_term.ad_set_id, by_content.ad_set_id) as found_ad_set_id
    from worded
    left join ad_set_names as by_term
        on worded.workspace_id = by_term.workspace_id
        and worded.platform = by_term.platform
        and worded.campaign_id = by_term.campaign_id
        and worded.term_label = by_term.label
    left join ad_set_names as by_content
        on worded.workspace_id = by_content.workspace_id
        and worded.platform = by_content.platform
        and worded.campaign_id = by_content.campaign_id
        and worded.content_label = by_content.label
),

with_ads as (
    select
        with_ad_sets.*,
        coalesce(
            with_ad_sets.ad_id,
            of_ad_set.ad_id,
            case when with_ad_sets.found_ad_set_id is null then of_campaign.ad_id end
        ) as found_ad_id,
        of_campaign.ad_set_id as ad_set_id_of_ad
    from with_ad_sets
    left join ad_names as of_ad_set
        on with_ad_sets.workspace_id = of_ad_set.workspace_id
        and with_ad_sets.platform = of_ad_set.platform
        and with_ad_sets.campaign_id = of_ad_set.campaign_id
        and with_ad_sets.found_ad_set_id = of_ad_set.ad_set_id
        and with_ad_sets.content_label = of_ad_set.label
        and of_ad_set.ad_count = 1
    left join ad_names_of_campaigns as of_campaign
        on with_ad_sets.workspace_id = of_campaign.workspace_id
        and with_ad_sets.platform = of_campaign.platform
        and with_ad_sets.campaign_id = of_campaign.campaign_id
        and with_ad_sets.content_label = of_campaign.label
),

final as (
    select
        with_ads.source_key,
        with_ads.platform,
        with_ads.campaign_id,
        coalesce(
            with_ads.found_ad_set_id, case when with_ads.found_ad_id is not null then with_ads.ad_set_id_of_ad end
        ) as ad_set_id,
        with_ads.found_ad_id as ad_id,
        case
            when with_ads.ad_id is not null then with_ads.match_rule
            when with_ads.found_ad_id is not null then 'ad_name'
            when with_ads.ad_set_id is null and with_ads.found_ad_set_id is not null then 'ad_set_name'
            else with_ads.match_rule
        end as match_rule
    from with_ads
)

select * from final
