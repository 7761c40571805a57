-- Guards: rows that lack what a row must have are set aside, not guessed at. It warns and does not stop: one broken row
-- must not keep all other numbers from being built, but somebody has to look at it.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'stg_thrivecart__rejected_rows'}}}) }}

select 'thrivecart' as source, connection_id, raw_table, row_key, field, reason
from {{ ref('stg_thrivecart__rejected_rows') }}
union all
select 'kit' as source, connection_id, raw_table, row_key, field, reason
from {{ ref('stg_kit__rejected_rows') }}
union all
select 'hubspot' as source, connection_id, raw_table, row_key, field, reason
from {{ ref('stg_hubspot__rejected_rows') }}
union all
select 'activecampaign' as source, connection_id, raw_table, row_key, field, reason
from {{ ref('stg_activecampaign__rejected_rows') }}
union all
select 'meta_ads' as source, connection_id, raw_table, row_key, field, reason
from {{ ref('stg_meta_ads__rejected_rows') }}
union all
select 'google_ads' as source, connection_id, raw_table, row_key, field, reason
from {{ ref('stg_google_ads__rejected_rows') }}
union all
select 'files' as source, connection_id, raw_table, row_key, field, reason
from {{ ref('stg_files__rejected_rows') }}
union all
select 'ecb' as source, connection_id, raw_table, row_key, field, reason
from {{ ref('stg_ecb__rejected_rows') }}
