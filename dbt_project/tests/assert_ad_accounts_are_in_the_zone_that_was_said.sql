-- Guards: connections.csv names the zone that the platform says the ad account's days are in. Another one asks for the
-- wrong day around midnight. It warns: no number of the account is wrong.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_ad_spend'}}}) }}

select distinct
    spend.connection_id,
    connections.time_zone as said_time_zone,
    spend.account_time_zone
from {{ ref('fct_ad_spend') }} as spend
inner join {{ ref('stg_reference__connections') }} as connections on spend.connection_id = connections.connection_id
where connections.time_zone <> spend.account_time_zone
