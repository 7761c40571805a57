-- Grain: one ad account on one of its days: the truth of what was spent.
with account_insights as (
    select * from {{ source('meta_ads', 'account_insights') }}
),

connections as (
    select * from {{ ref('stg_reference__connections') }}
),

accounts as (
    select * from {{ ref('stg_meta_ads__accounts') }}
),

renamed as (
    select
        connections.workspace_id,
        account_insights.connection_id,
        'meta' as platform,
        account_insights.account_id,
        cast(account_insights.date_start as date) as spend_date,
        upper(account_insights.account_currency) as currency,
        coalesce(accounts.account_time_zone, connections.time_zone) as account_time_zone,
        cast(account_insights.spend as decimal(18, 2)) as spend_amount,
        coalesce(cast(account_insights.impressions as bigint), 0) as impressions,
        coalesce(cast(account_insights.clicks as bigint), 0) as clicks,
        account_insights.seen_at
    from account_insights
    inner join connections on account_insights.connection_id = connections.connection_id
    left join accounts
        on account_insights.connection_id = accounts.connection_id and account_insights.account_id = accounts.account_id
),

final as (
    select * from renamed
)

select * from final
