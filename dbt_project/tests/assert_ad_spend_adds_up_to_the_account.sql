-- Guards: ads and the unallocated rest are together what the Meta account itself states, account by account and day by
-- day. Rows that only one side has fail as well.
{{ config(meta={'dagster': {'ref': {'name': 'fct_ad_spend'}}}) }}

with accounts as (
    select
        connection_id,
        spend_date,
        sum(spend_amount) as spend_amount
    from {{ ref('stg_meta_ads__account_insights') }}
    group by connection_id, spend_date
),

spend as (
    select
        fct_ad_spend.connection_id,
        fct_ad_spend.spend_date,
        sum(fct_ad_spend.spend_amount) as spend_amount
    from {{ ref('fct_ad_spend') }} as fct_ad_spend
    inner join {{ ref('stg_reference__connections') }} as connections
        on fct_ad_spend.connection_id = connections.connection_id
    where connections.source = 'meta_ads'
    group by fct_ad_spend.connection_id, fct_ad_spend.spend_date
)

select
    coalesce(accounts.connection_id, spend.connection_id) as connection_id,
    coalesce(accounts.spend_date, spend.spend_date) as spend_date,
    accounts.spend_amount as account_amount,
    spend.spend_amount as ads_amount
from accounts
full outer join spend
    on accounts.connection_id = spend.connection_id and accounts.spend_date = spend.spend_date
where coalesce(accounts.spend_amount, 0) <> coalesce(spend.spend_amount, 0)
