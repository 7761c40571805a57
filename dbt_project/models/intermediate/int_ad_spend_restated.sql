-- Grain: one ad entity on one day of its ad account, as one reading changed it. The rest `unallocated` moves by what is
-- stated less what the ads moved by; what it was follows backwards from what it is now.
with meta_restated as (
    select * from {{ ref('stg_meta_ads__restated_spend') }}
),

google_restated as (
    select * from {{ ref('stg_google_ads__restated_spend') }}
),

spend as (
    select * from {{ ref('int_ad_spend_unioned') }}
),

restated as (
    select meta_restated.*, 'unallocated' as truth_id
    from meta_restated
    union all
    select google_restated.*, google_restated.campaign_id as truth_id
    from google_restated
),

moved as (
    select
        restated.workspace_id,
        restated.connection_id,
        restated.platform,
        restated.account_id,
        restated.spend_date,
        restated.truth_id as campaign_id,
        'unallocated' as ad_set_id,
        'unallocated' as ad_id,
        restated.currency,
        sum(
            case when restated.is_truth then 1 else -1 end
            * (restated.spend_after_amount - restated.spend_before_amount)
        ) as difference_amount,
        max(restated.seen_before_at) as seen_before_at,
        restated.restated_at,
        max(restated.seen_before_date) as seen_before_date,
        restated.restated_date
    from restated
    group by
        restated.workspace_id, restated.connection_id, restated.platform, restated.account_id, restated.spend_date,
        restated.truth_id, restated.currency, restated.restated_at, restated.restated_date
),

now_unallocated as (
    select
        spend.connection_id,
        spend.account_id,
        spend.spend_date,
        spend.campaign_id,
        sum(spend.spend_amount) as spend_amount
    from spend
    where spend.ad_id = 'unallocated'
    group by spend.connection_id, spend.account_id, spend.spend_date, spend.campaign_id
),

walked_back as (
    select
        moved.*,
        coalesce(now_unallocated.spend_amount, 0) + moved.difference_amount - sum(moved.difference_amount) over (
            partition by moved.connection_id, moved.account_id, moved.spend_date, moved.campaign_id
            order by moved.restated_at desc
        ) as spend_after_amount
    from moved
    left join now_unallocated
        on moved.connection_id = now_unallocated.connection_id
        and moved.account_id = now_unallocated.account_id
        and moved.spend_date = now_unallocated.spend_date
        and moved.campaign_id = now_unallocated.campaign_id
),

unioned as (
    select
        workspace_id, connection_id, platform, account_id, spend_date, campaign_id, ad_set_id, ad_id, currency,
        spend_before_amount, spend_after_amount, spend_after_amount - spend_before_amount as difference_amount,
        seen_before_at, restated_at, seen_before_date, restated_date
    from restated
    where not is_truth
    union all
    select
        workspace_id, connection_id, platform, account_id, spend_date, campaign_id, ad_set_id, ad_id, currency,
        spend_after_amount - difference_amount as spend_before_amount, spend_after_amount, difference_amount,
        seen_before_at, restated_at, seen_before_date, restated_date
    from walked_back
),

final as (
    select
        unioned.*,
        {{ ad_key('unioned') }} as ad_key
    from unioned
    where unioned.difference_amount <> 0
)

select * from final
