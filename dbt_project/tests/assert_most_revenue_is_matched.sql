-- Guards: of the payments of the last 90 days not too many are of people whom no CRM knows: no report on channels can
-- see these. It warns below the var `matched_share_warning`; rpt_unmatched_revenue and rpt_identity_reviews say whose
-- they may be. A payment without an exchange rate counts on neither side: another test fails for it.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_transactions'}}}) }}

with payments as (
    select * from {{ ref('fct_transactions') }}
    where
        transaction_type in ('charge', 'rebill')
        and occurred_at > {{ dbt.dateadd('day', -90, build_moment()) }}
),

shares as (
    select
        payments.workspace_id,
        {{ ratio(
            'sum(case when payments.is_matched then payments.reporting_amount else 0 end)', 'sum(payments.reporting_amount)'
        ) }} as matched_share
    from payments
    group by payments.workspace_id
)

select
    shares.workspace_id,
    shares.matched_share
from shares
where shares.matched_share < {{ var('matched_share_warning') }}
