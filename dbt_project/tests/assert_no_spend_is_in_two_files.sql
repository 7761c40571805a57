-- Guards: a report that is downloaded again under another name, or with days of an older one, doubles their spend. A
-- day of a campaign has to be in one file of a drop folder.
{{ config(meta={'dagster': {'ref': {'name': 'stg_files__ad_spend'}}}) }}

select
    connection_id,
    platform,
    account_id,
    campaign_id,
    spend_date,
    min(source_file) as one_file,
    max(source_file) as other_file
from {{ ref('stg_files__ad_spend') }}
where campaign_id is not null
group by connection_id, platform, account_id, campaign_id, spend_date
having count(distinct source_file) > 1
