-- Grain: one ad entity (an ad, or what a file or an account knows instead), under the names of its youngest day.
with spend as (
    select * from {{ ref('int_ad_spend_unioned') }}
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
        ranked.ad_set_id,
        ranked.ad_set_name,
        ranked.ad_id,
        ranked.ad_name,
        coalesce(ranked.ad_id = 'unallocated', false) as is_unallocated,
        ranked.first_spend_date,
        ranked.last_spend_date
    from ranked
    where ranked.recency = 1
)

select * from final
