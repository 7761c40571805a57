-- Grain: one ad entity (an ad, or what a file or an account knows instead), under the names of its youngest day.
with spend as (
    select * from {{ ref('int_ad_spend_unioned') }}
),

entities as (
    select * from {{ ref('int_ad_entities_unioned') }}
),

ranked as (
    select
        spend.*,
        min(spend.spend_date) over (partition by spend.ad_key) as first_spend_date,
        max(spend.spend_date) over (partition by spend.ad_key) as last_spend_date,
        row_number() over (partition by spend.ad_key order by spend.spend_date desc, spend.campaign_name asc) as recency
    from spend
),

final as (
    select
        ranked.ad_key,
        ranked.workspace_id,
        ranked.connection_id,
        ranked.platform,
        ranked.account_id,
        ranked.campaign_id,
        ranked.campaign_name,
        campaigns.status as campaign_status,
        ranked.ad_set_id,
        ranked.ad_set_name,
        ad_sets.status as ad_set_status,
        ranked.ad_id,
        ranked.ad_name,
        ads.status as ad_status,
        coalesce(ranked.ad_id = 'unallocated', false) as is_unallocated,
        ranked.first_spend_date,
        ranked.last_spend_date
    from ranked
    left join entities as campaigns
        on campaigns.entity_level = 'campaign'
        and ranked.connection_id = campaigns.connection_id
        and ranked.campaign_id = campaigns.campaign_id
    left join entities as ad_sets
        on ad_sets.entity_level = 'ad_set'
        and ranked.connection_id = ad_sets.connection_id
        and ranked.ad_set_id = ad_sets.ad_set_id
    left join entities as ads
        on ads.entity_level = 'ad'
        and ranked.connection_id = ads.connection_id
        and ranked.ad_set_id = ads.ad_set_id
        and ranked.ad_id = ads.ad_id
    where ranked.recency = 1
)

select * from final
