-- Grain: one ad entity on one day of its ad account, as one reading changed it.
with restated as (
    select * from {{ ref('int_ad_spend_restated') }}
),

final as (
    select
        restated.ad_key,
        restated.workspace_id,
        restated.connection_id,
        restated.platform,
        restated.campaign_id,
        restated.ad_set_id,
        restated.ad_id,
        restated.spend_date,
        restated.restated_at,
        cast({{ dbt.datediff('restated.spend_date', 'restated.restated_date', 'day') }} as bigint) as days_after,
        restated.seen_before_date > restated.spend_date as was_day_over,
        restated.currency,
        cast(restated.spend_before_amount as decimal(18, 2)) as spend_before_amount,
        cast(restated.spend_after_amount as decimal(18, 2)) as spend_after_amount,
        cast(restated.difference_amount as decimal(18, 2)) as difference_amount
    from restated
)

select * from final
