-- Grain: one row of a touchpoints file, or one event of an export of web analytics. Of several click ids of one row the
-- first of this list counts.
with touchpoints as (
    select * from {{ source('files', 'touchpoints') }}
),

connections as (
    select * from {{ ref('stg_reference__connections') }}
),

told as (
    select
        touchpoints.connection_id,
        touchpoints.source_file,
        touchpoints.row_number,
        touchpoints.seen_at,
        touchpoints.made_by,
        touchpoints.event_id,
        touchpoints.email,
        touchpoints.anonymous_id,
        touchpoints.user_id,
        touchpoints.occurred_at,
        touchpoints.kind,
        touchpoints.referrer,
        touchpoints.landing_page,
        touchpoints.campaign_id,
        touchpoints.adset_id,
        touchpoints.ad_id,
        {{ told_or_linked('utm_source') }} as utm_source,
        {{ told_or_linked('utm_medium') }} as utm_medium,
        {{ told_or_linked('utm_campaign') }} as utm_campaign,
        {{ told_or_linked('utm_content') }} as utm_content,
        {{ told_or_linked('utm_term') }} as utm_term,
        {{ told_or_linked('gclid') }} as gclid,
        {{ told_or_linked('gbraid') }} as gbraid,
        {{ told_or_linked('wbraid') }} as wbraid,
        {{ told_or_linked('fbclid') }} as fbclid,
        {{ told_or_linked('msclkid') }} as msclkid,
        {{ told_or_linked('ttclid') }} as ttclid,
        {{ told_or_linked('li_fat_id') }} as li_fat_id,
        {{ told_or_linked('twclid') }} as twclid,
        {{ told_or_linked('epik') }} as epik
    from touchpoints
),

renamed as (
    select
        connections.workspace_id,
        told.connection_id,
        told.connection_id || ':' || told.source_file || ':' || cast(told.row_number as varchar) as touchpoint_id,
        told.made_by,
        {{ blank_to_null('told.event_id') }} as event_id,
        {{ normalize_email('told.email') }} as email,
        {{ blank_to_null('told.anonymous_id') }} as anonymous_id,
        {{ blank_to_null('told.user_id') }} as user_id,
        lower({{ blank_to_null('told.kind') }}) as kind,
        told.occurred_at,
        {{ reporting_date('told.occurred_at', 'connections.reporting_time_zone') }} as occurred_date,
        {{ blank_to_null('told.referrer') }} as referrer,
        {{ blank_to_null('told.landing_page') }} as landing_page,
        told.utm_source,
        told.utm_medium,
        told.utm_campaign,
        told.utm_content,
        told.utm_term,
        {{ blank_to_null('told.campaign_id') }} as campaign_id,
        {{ blank_to_null('told.adset_id') }} as ad_set_id,
        {{ blank_to_null('told.ad_id') }} as ad_id,
        coalesce(
            told.gclid, told.gbraid, told.wbraid, told.fbclid, told.msclkid, told.ttclid, told.li_fat_id, told.twclid,
            told.epik
        ) as click_id,
        {{ click_id_kinds(
            'told', ['gclid', 'gbraid', 'wbraid', 'fbclid', 'msclkid', 'ttclid', 'li_fat_id', 'twclid', 'epik']
        ) }} as click_id_kinds,
        told.source_file,
        told.row_number as source_row,
        told.seen_at
    from told
    inner join connections on told.connection_id = connections.connection_id
),

final as (
    select
        renamed.*,
        {{ dbt.split_part('renamed.click_id_kinds', "' '", 1) }} as click_id_type
    from renamed
)

select * from final
