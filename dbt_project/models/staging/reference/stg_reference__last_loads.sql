-- Grain: one connection, and when rows of it were last read, in the table of its source that every load writes to.
with thrivecart as (
    select * from {{ source('thrivecart', 'transactions') }}
),

kit as (
    select * from {{ source('kit', 'subscribers') }}
),

hubspot as (
    select * from {{ source('hubspot', 'properties') }}
),

activecampaign as (
    select * from {{ source('activecampaign', 'collection_reads') }}
),

gohighlevel as (
    select * from {{ source('gohighlevel', 'contacts') }}
),

meta_ads as (
    select * from {{ source('meta_ads', 'account_insights') }}
),

google_ads as (
    select * from {{ source('google_ads', 'campaign_days') }}
),

ecb as (
    select * from {{ source('ecb', 'rates') }}
),

loads as (
    select thrivecart.connection_id, thrivecart.seen_at from thrivecart
    union all
    select kit.connection_id, kit.seen_at from kit
    union all
    select hubspot.connection_id, hubspot.seen_at from hubspot
    union all
    select activecampaign.connection_id, activecampaign.seen_at from activecampaign
    union all
    select gohighlevel.connection_id, gohighlevel.seen_at from gohighlevel
    union all
    select meta_ads.connection_id, meta_ads.seen_at from meta_ads
    union all
    select google_ads.connection_id, google_ads.seen_at from google_ads
    union all
    select ecb.connection_id, ecb.seen_at from ecb
),

final as (
    select
        loads.connection_id,
        max(loads.seen_at) as last_loaded_at
    from loads
    group by loads.connection_id
)

select * from final
