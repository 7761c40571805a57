-- Grain: one ad entity on one day of its ad account. Ad days are the account's and are never shifted.
with spend as (
    select * from {{ ref('int_ad_spend_unioned') }}
),

connections as (
    select * from {{ ref('stg_reference__connections') }}
),

rates as (
    select * from {{ ref('int_exchange_rates') }}
),

summed as (
    select
        spend.ad_key,
        spend.workspace_id,
        spend.connection_id,
        spend.spend_date,
        spend.platform,
        spend.campaign_id,
        spend.ad_set_id,
        spend.ad_id,
        spend.currency,
        max(spend.account_time_zone) as account_time_zone,
        sum(spend.spend_amount) as spend_amount,
        sum(spend.impressions) as impressions,
        sum(spend.clicks) as clicks
    from spend
    group by
        spend.ad_key, spend.workspace_id, spend.connection_id, spend.spend_date, spend.platform, spend.campaign_id,
        spend.ad_set_id, spend.ad_id, spend.currency
),

rated as (
    select
        summed.*,
        connections.reporting_currency,
        case
            when summed.currency = connections.reporting_currency then cast(1 as decimal(20, 12))
            else rates.rate
        end as exchange_rate
    from summed
    inner join connections on summed.connection_id = connections.connection_id
    left join rates
        on summed.currency = rates.currency
        and connections.reporting_currency = rates.reporting_currency
        and summed.spend_date >= rates.valid_from
        and summed.spend_date < rates.valid_to
),

final as (
    select
        rated.ad_key,
        rated.workspace_id,
        rated.connection_id,
        rated.spend_date,
        rated.platform,
        rated.campaign_id,
        rated.ad_set_id,
        rated.ad_id,
        rated.account_time_zone,
        rated.currency,
        cast(rated.spend_amount as decimal(18, 2)) as spend_amount,
        rated.reporting_currency,
        rated.exchange_rate,
        {{ convert_amount('cast(rated.spend_amount as decimal(18, 2))', 'rated.exchange_rate') }}
            as reporting_spend_amount,
        cast(rated.impressions as bigint) as impressions,
        cast(rated.clicks as bigint) as clicks
    from rated
)

select * from final
