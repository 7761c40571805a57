-- Guards: what the last restatement said of an ad and a day is what the spend says now, and each one begins where the
-- one before it ended.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_ad_spend_restatements'}}}) }}

with restatements as (
    select
        restatements.*,
        lead(restatements.spend_before_amount) over (
            partition by restatements.ad_key, restatements.spend_date order by restatements.restated_at
        ) as next_before_amount,
        row_number() over (
            partition by restatements.ad_key, restatements.spend_date order by restatements.restated_at desc
        ) as recency
    from {{ ref('rpt_ad_spend_restatements') }} as restatements
),

spend as (
    select * from {{ ref('fct_ad_spend') }}
)

select
    restatements.connection_id,
    restatements.spend_date,
    restatements.ad_key,
    restatements.spend_after_amount,
    restatements.next_before_amount,
    spend.spend_amount
from restatements
left join spend on restatements.ad_key = spend.ad_key and restatements.spend_date = spend.spend_date
where
    restatements.spend_after_amount
    <> case when restatements.recency = 1 then coalesce(spend.spend_amount, 0) else restatements.next_before_amount end
