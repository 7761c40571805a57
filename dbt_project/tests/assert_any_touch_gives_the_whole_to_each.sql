-- Guards: under an overlapping model each touchpoint has the whole transaction, and no ad has it twice.
{{ config(meta={'dagster': {'ref': {'name': 'fct_attribution'}}}) }}

with attribution as (
    select * from {{ ref('fct_attribution') }}
    where is_overlapping
),

transactions as (
    select * from {{ ref('fct_transactions') }}
),

shared as (
    select
        attribution.transaction_id,
        attribution.model,
        attribution.platform,
        case when attribution.platform is null then attribution.channel end as channel_without_ad,
        attribution.campaign_id,
        attribution.ad_set_id,
        attribution.ad_id,
        count(*) as touchpoints,
        sum(attribution.weight) as weight,
        sum(attribution.reporting_amount) as reporting_amount
    from attribution
    group by
        attribution.transaction_id, attribution.model, attribution.platform,
        case when attribution.platform is null then attribution.channel end,
        attribution.campaign_id, attribution.ad_set_id, attribution.ad_id
)

select
    shared.transaction_id,
    shared.model,
    shared.touchpoints,
    shared.weight,
    shared.reporting_amount,
    transactions.reporting_amount as transaction_amount
from shared
inner join transactions on shared.transaction_id = transactions.transaction_id
where
    shared.weight <> 1
    or shared.touchpoints <> 1
    or coalesce(shared.reporting_amount, 0) <> coalesce(transactions.reporting_amount, 0)
