-- Guards: ads and the unallocated rest are together what is stated, day by day: by the Meta account itself, and by each
-- campaign at Google. Rows that only one side has fail as well.
{{ config(meta={'dagster': {'ref': {'name': 'fct_ad_spend'}}}) }}

with stated_rows as (
    select connection_id, spend_date, cast(null as varchar) as campaign_id, spend_amount
    from {{ ref('stg_meta_ads__account_insights') }}
    union all
    select connection_id, spend_date, campaign_id, spend_amount
    from {{ ref('stg_google_ads__campaign_days') }}
),

stated as (
    select
        connection_id,
        spend_date,
        coalesce(campaign_id, 'account') as truth_id,
        sum(spend_amount) as spend_amount
    from stated_rows
    group by connection_id, spend_date, campaign_id
),

spend_rows as (
    select
        fct_ad_spend.connection_id,
        fct_ad_spend.spend_date,
        case when connections.source = 'google_ads' then fct_ad_spend.campaign_id else 'account' end as truth_id,
        fct_ad_spend.spend_amount
    from {{ ref('fct_ad_spend') }} as fct_ad_spend
    inner join {{ ref('stg_reference__connections') }} as connections
        on fct_ad_spend.connection_id = connections.connection_id
    where connections.source in ('meta_ads', 'google_ads')
),

spend as (
    select
        connection_id,
        spend_date,
        truth_id,
        sum(spend_amount) as spend_amount
    from spend_rows
    group by connection_id, spend_date, truth_id
)

select
    coalesce(stated.connection_id, spend.connection_id) as connection_id,
    coalesce(stated.spend_date, spend.spend_date) as spend_date,
    coalesce(stated.truth_id, spend.truth_id) as truth_id,
    stated.spend_amount as stated_amount,
    spend.spend_amount as ads_amount
from stated
full outer join spend
    on stated.connection_id = spend.connection_id
    and stated.spend_date = spend.spend_date
    and stated.truth_id = spend.truth_id
where coalesce(stated.spend_amount, 0) <> coalesce(spend.spend_amount, 0)
