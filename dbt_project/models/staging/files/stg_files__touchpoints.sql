-- Grain: one row of a touchpoints file. Of several click ids of one row the first of this list counts.
with touchpoints as (
    select * from {{ source('files', 'touchpoints') }}
),

connections as (
    select * from {{ ref('stg_reference__connections') }}
),

renamed as (
    select
        connections.workspace_id,
        touchpoints.connection_id,
        touchpoints.connection_id || ':' || touchpoints.source_file || ':' || cast(touchpoints.row_number as varchar)
            as touchpoint_id,
        {{ normalize_email('touchpoints.email') }} as email,
        {{ blank_to_null('touchpoints.anonymous_id') }} as anonymous_id,
        lower({{ blank_to_null('touchpoints.kind') }}) as kind,
        touchpoints.occurred_at,
        {{ reporting_date('touchpoints.occurred_at', 'connections.reporting_time_zone') }} as occurred_date,
        {{ blank_to_null('touchpoints.referrer') }} as referrer,
        {{ blank_to_null('touchpoints.landing_page') }} as landing_page,
        {{ blank_to_null('touchpoints.utm_source') }} as utm_source,
        {{ blank_to_null('touchpoints.utm_medium') }} as utm_medium,
        {{ blank_to_null('touchpoints.utm_campaign') }} as utm_campaign,
        {{ blank_to_null('touchpoints.utm_content') }} as utm_content,
        {{ blank_to_null('touchpoints.utm_term') }} as utm_term,
        {{ blank_to_null('touchpoints.campaign_id') }} as campaign_id,
        {{ blank_to_null('touchpoints.adset_id') }} as ad_set_id,
        {{ blank_to_null('touchpoints.ad_id') }} as ad_id,
        coalesce(
            {{ blank_to_null('touchpoints.gclid') }},
            {{ blank_to_null('touchpoints.gbraid') }},
            {{ blank_to_null('touchpoints.wbraid') }},
            {{ blank_to_null('touchpoints.fbclid') }},
            {{ blank_to_null('touchpoints.msclkid') }},
            {{ blank_to_null('touchpoints.ttclid') }},
            {{ blank_to_null('touchpoints.li_fat_id') }},
            {{ blank_to_null('touchpoints.twclid') }},
            {{ blank_to_null('touchpoints.epik') }}
        ) as click_id,
        case
            when {{ blank_to_null('touchpoints.gclid') }} is not null then 'gclid'
            when {{ blank_to_null('touchpoints.gbraid') }} is not null then 'gbraid'
            when {{ blank_to_null('touchpoints.wbraid') }} is not null then 'wbraid'
            when {{ blank_to_null('touchpoints.fbclid') }} is not null then 'fbclid'
            when {{ blank_to_null('touchpoints.msclkid') }} is not null then 'msclkid'
            when {{ blank_to_null('touchpoints.ttclid') }} is not null then 'ttclid'
            when {{ blank_to_null('touchpoints.li_fat_id') }} is not null then 'li_fat_id'
            when {{ blank_to_null('touchpoints.twclid') }} is not null then 'twclid'
            when {{ blank_to_null('touchpoints.epik') }} is not null then 'epik'
        end as click_id_type,
        {{ click_id_kinds(
            'touchpoints',
            ['gclid', 'gbraid', 'wbraid', 'fbclid', 'msclkid', 'ttclid', 'li_fat_id', 'twclid', 'epik']
        ) }} as click_id_kinds,
        touchpoints.source_file,
        touchpoints.row_number as source_row,
        touchpoints.seen_at
    from touchpoints
    inner join connections on touchpoints.connection_id = connections.connection_id
),

final as (
    select * from renamed
)

select * from final
