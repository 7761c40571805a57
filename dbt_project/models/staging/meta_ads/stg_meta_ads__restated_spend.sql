-- Grain: one row of spend that a reading found changed since the one before.
with restated_spend as (
    select * from {{ source('meta_ads', 'restated_spend') }}
),

connections as (
    select * from {{ ref('stg_reference__connections') }}
),

renamed as (
    select
        connections.workspace_id,
        restated_spend.connection_id,
        'meta' as platform,
        restated_spend.account_id,
        cast(restated_spend.spend_date as date) as spend_date,
        restated_spend.resource = 'account_insights' as is_truth,
        restated_spend.campaign_id,
        restated_spend.ad_set_id,
        restated_spend.ad_id,
        upper(restated_spend.currency) as currency,
        cast(coalesce(restated_spend.spend_before, '0') as decimal(18, 2)) as spend_before_amount,
        cast(coalesce(restated_spend.spend_after, '0') as decimal(18, 2)) as spend_after_amount,
        restated_spend.seen_before_at,
        restated_spend.seen_at as restated_at,
        {{ reporting_date('restated_spend.seen_before_at', 'connections.time_zone') }} as seen_before_date,
        {{ reporting_date('restated_spend.seen_at', 'connections.time_zone') }} as restated_date
    from restated_spend
    inner join connections on restated_spend.connection_id = connections.connection_id
),

final as (
    select * from renamed
)

select * from final
