-- Guards: money in a foreign currency is never left out in silence. Without a rate its reporting amount is null (not
-- 1:1, not 0); each row here names the days to add to exchange_rates.csv.
{{ config(meta={'dagster': {'ref': {'name': 'fct_transactions'}}}) }}

with missing as (
    select
        workspace_id,
        currency,
        reporting_currency,
        occurred_date as rate_date
    from {{ ref('fct_transactions') }}
    where reporting_amount is null and amount is not null
    union all
    select
        workspace_id,
        currency,
        reporting_currency,
        spend_date as rate_date
    from {{ ref('fct_ad_spend') }}
    where reporting_spend_amount is null
)

select
    workspace_id,
    currency,
    reporting_currency,
    min(rate_date) as first_date,
    max(rate_date) as last_date,
    count(*) as row_count
from missing
group by workspace_id, currency, reporting_currency
