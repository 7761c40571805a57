-- Grain: what brought a contact first, or last. A list of attributions marks the two; where they come by themselves,
-- that counts.
with contacts as (
    select * from {{ source('gohighlevel', 'contacts') }}
),

sources as (
    select * from {{ ref('gohighlevel_sources') }}
),

listed as (
    {{ explode_json_array('contacts', 'attributions', ['connection_id', 'id']) }}
),

told as (
    select
        contacts.connection_id,
        contacts.id,
        contacts.attribution_source as attribution,
        'first' as place,
        1 as choice
    from contacts
    union all
    select contacts.connection_id, contacts.id, contacts.last_attribution_source, 'last' as place, 1 as choice
    from contacts
    union all
    select listed.connection_id, listed.id, listed.element, 'first' as place, 2 as choice
    from listed
    where {{ json_text('listed.element', 'isFirst') }} = 'true'
    union all
    select listed.connection_id, listed.id, listed.element, 'last' as place, 2 as choice
    from listed
    where {{ json_text('listed.element', 'isLast') }} = 'true'
),

ranked as (
    select
        told.connection_id,
        told.connection_id || ':' || told.id as contact_id,
        told.place,
        told.attribution,
        row_number() over (partition by told.connection_id, told.id, told.place order by told.choice) as preference
    from told
    where told.attribution is not null
),

extracted as (
    {{ json_texts(
        'ranked',
        'attribution',
        [
            'url', 'pageUrl', 'referrer', 'sessionSource', 'utmSessionSource', 'utmSource', 'utmMedium', 'utmCampaign',
            'campaign', 'utmContent', 'utmTerm', 'utmKeyword', 'campaignId', 'adId', 'gclid', 'gbraid', 'wbraid',
            'fbclid', 'msclkid', 'msclikid'
        ],
        ['connection_id', 'contact_id', 'place', 'preference']
    ) }}
),

renamed as (
    select
        extracted.connection_id,
        extracted.contact_id,
        extracted.place,
        coalesce({{ blank_to_null('extracted.url') }}, {{ blank_to_null('extracted.pageUrl') }}) as landing_url,
        {{ blank_to_null('extracted.referrer') }} as referrer,
        coalesce({{ blank_to_null('extracted.sessionSource') }}, {{ blank_to_null('extracted.utmSessionSource') }})
            as session_source,
        {{ blank_to_null('extracted.utmSource') }} as utm_source,
        {{ blank_to_null('extracted.utmMedium') }} as utm_medium,
        coalesce({{ blank_to_null('extracted.utmCampaign') }}, {{ blank_to_null('extracted.campaign') }})
            as utm_campaign,
        {{ blank_to_null('extracted.utmContent') }} as utm_content,
        coalesce({{ blank_to_null('extracted.utmTerm') }}, {{ blank_to_null('extracted.utmKeyword') }}) as utm_term,
        {{ blank_to_null('extracted.campaignId') }} as campaign_id,
        {{ blank_to_null('extracted.adId') }} as ad_id,
        {{ blank_to_null('extracted.gclid') }} as gclid,
        {{ blank_to_null('extracted.gbraid') }} as gbraid,
        {{ blank_to_null('extracted.wbraid') }} as wbraid,
        {{ blank_to_null('extracted.fbclid') }} as fbclid,
        -- The documentation spells it with one letter more.
        coalesce({{ blank_to_null('extracted.msclkid') }}, {{ blank_to_null('extracted.msclikid') }}) as msclkid
    from extracted
    where extracted.preference = 1
),

-- The utm values of the page are taken only where nothing is told, and as a whole.
judged as (
    select
        renamed.*,
        coalesce(
            renamed.utm_source, renamed.utm_medium, renamed.utm_campaign, renamed.utm_content, renamed.utm_term,
            renamed.campaign_id, renamed.ad_id
        ) is not null as is_told,
        case
            when coalesce(renamed.gclid, renamed.gbraid, renamed.wbraid) is not null then 'google'
            when renamed.msclkid is not null then 'bing'
        end as clicked_ads_of
    from renamed
),

read_pages as (
    select
        judged.*,
        case when not judged.is_told then judged.landing_url end as url_to_read
    from judged
),

-- Where nobody names a medium, a click id that only ads have does, else GoHighLevel's own word for the visit.
final as (
    select
        read_pages.connection_id,
        read_pages.contact_id,
        read_pages.place,
        read_pages.landing_url,
        read_pages.referrer,
        read_pages.session_source,
        coalesce(
            read_pages.utm_source,
            {{ url_parameter('read_pages.url_to_read', 'utm_source') }},
            read_pages.clicked_ads_of
        ) as utm_source,
        coalesce(
            read_pages.utm_medium,
            {{ url_parameter('read_pages.url_to_read', 'utm_medium') }},
            case when read_pages.clicked_ads_of is not null then 'cpc' end,
            sources.utm_medium
        ) as utm_medium,
        coalesce(
            read_pages.utm_campaign,
            read_pages.campaign_id,
            {{ url_parameter('read_pages.url_to_read', 'utm_campaign') }}
        ) as utm_campaign,
        coalesce(
            read_pages.utm_content, read_pages.ad_id, {{ url_parameter('read_pages.url_to_read', 'utm_content') }}
        ) as utm_content,
        coalesce(read_pages.utm_term, {{ url_parameter('read_pages.url_to_read', 'utm_term') }}) as utm_term,
        read_pages.campaign_id,
        read_pages.ad_id,
        coalesce(read_pages.gclid, read_pages.gbraid, read_pages.wbraid, read_pages.fbclid, read_pages.msclkid)
            as click_id,
        case
            when read_pages.gclid is not null then 'gclid'
            when read_pages.gbraid is not null then 'gbraid'
            when read_pages.wbraid is not null then 'wbraid'
            when read_pages.fbclid is not null then 'fbclid'
            when read_pages.msclkid is not null then 'msclkid'
        end as click_id_type
    from read_pages
    left join sources on lower(read_pages.session_source) = sources.session_source
)

select * from final
