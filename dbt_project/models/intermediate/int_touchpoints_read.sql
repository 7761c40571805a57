-- Grain: one touchpoint, with all that its addresses carry: ids of ads, utm values where it tells none itself, click
-- ids. Touchpoints that tell the same of where they came from have one source_key.
with touchpoints as (
    select * from {{ ref('int_touchpoints_unioned') }}
),

-- The page that was opened goes first. A fragment ends a query, so that neither address runs into the other.
addressed as (
    select
        touchpoints.*,
        case
            when touchpoints.landing_page is not null and touchpoints.referrer is not null
                then touchpoints.landing_page || '#' || touchpoints.referrer
            else coalesce(touchpoints.landing_page, touchpoints.referrer)
        end as addresses,
        coalesce(
            touchpoints.utm_source, touchpoints.utm_medium, touchpoints.utm_campaign, touchpoints.utm_content,
            touchpoints.utm_term
        ) is not null as tells_utm,
        {{ url_host('touchpoints.referrer') }} as referring_host,
        {{ url_host('touchpoints.landing_page') }} as landing_host
    from touchpoints
),

-- Most addresses carry nothing, and are read no further.
narrowed as (
    select
        addressed.*,
        case when not addressed.tells_utm and addressed.addresses like '%utm%=%' then addressed.addresses end
            as utm_addresses,
        case when addressed.addresses like '%id=%' or addressed.addresses like '%hsa%=%' then addressed.addresses end
            as id_addresses
    from addressed
),

parsed as (
    select
        narrowed.*,
        {{ url_parameter('narrowed.utm_addresses', 'utm_source') }} as read_utm_source,
        {{ url_parameter('narrowed.utm_addresses', 'utm_medium') }} as read_utm_medium,
        {{ url_parameter('narrowed.utm_addresses', 'utm_campaign') }} as read_utm_campaign,
        {{ url_parameter('narrowed.utm_addresses', 'utm_content') }} as read_utm_content,
        {{ url_parameter('narrowed.utm_addresses', 'utm_term') }} as read_utm_term,
        {{ url_parameter('narrowed.id_addresses', 'utm_id') }} as read_utm_id,
        coalesce(
            {{ url_parameter('narrowed.id_addresses', 'hsa_ad') }},
            {{ url_parameter('narrowed.id_addresses', 'ad_id') }}
        ) as read_ad_id,
        coalesce(
            {{ url_parameter('narrowed.id_addresses', 'hsa_grp') }},
            {{ url_parameter('narrowed.id_addresses', 'adset_id') }}
        ) as read_ad_set_id,
        coalesce(
            {{ url_parameter('narrowed.id_addresses', 'hsa_cam') }},
            {{ url_parameter('narrowed.addresses', 'gad_campaignid') }},
            {{ url_parameter('narrowed.id_addresses', 'campaign_id') }}
        ) as read_campaign_id,
        {{ url_click_id_kinds('narrowed.addresses') }} as read_click_id_kinds
    from narrowed
),

-- The utm values of an address are taken as a whole: of one that tells some, none is filled in from elsewhere.
completed as (
    select
        parsed.workspace_id,
        parsed.touchpoint_id,
        parsed.person_id,
        parsed.connection_id,
        parsed.evidence,
        parsed.touchpoint_kind,
        parsed.occurred_at,
        parsed.occurred_date,
        parsed.landing_page,
        parsed.referrer,
        coalesce(parsed.utm_source, parsed.read_utm_source) as utm_source,
        coalesce(parsed.utm_medium, parsed.read_utm_medium) as utm_medium,
        coalesce(parsed.utm_campaign, parsed.read_utm_campaign) as utm_campaign,
        coalesce(parsed.utm_content, parsed.read_utm_content) as utm_content,
        coalesce(parsed.utm_term, parsed.read_utm_term) as utm_term,
        coalesce(parsed.told_utm_id, parsed.read_utm_id) as utm_id,
        coalesce(parsed.told_campaign_id, parsed.read_campaign_id) as told_campaign_id,
        coalesce(parsed.told_ad_set_id, parsed.read_ad_set_id) as told_ad_set_id,
        coalesce(parsed.told_ad_id, parsed.read_ad_id) as told_ad_id,
        coalesce(parsed.told_click_id_kinds, parsed.read_click_id_kinds) as click_id_kinds,
        parsed.affiliate_id,
        parsed.tag_name,
        -- A page of one's own is nowhere that anybody came from.
        case when parsed.referring_host = parsed.landing_host then 'own site' else parsed.referring_host end
            as referring_host
    from parsed
),

final as (
    select
        completed.*,
        {{ dbt.hash(
            "completed.workspace_id || '|' || coalesce(completed.referring_host, '') || '|' || "
            ~ "coalesce(completed.utm_source, '') || '|' || coalesce(completed.utm_medium, '') || '|' || "
            ~ "coalesce(completed.utm_campaign, '') || '|' || coalesce(completed.utm_content, '') || '|' || "
            ~ "coalesce(completed.utm_term, '') || '|' || coalesce(completed.utm_id, '') || '|' || "
            ~ "coalesce(completed.told_campaign_id, '') || '|' || coalesce(completed.told_ad_set_id, '') || '|' || "
            ~ "coalesce(completed.told_ad_id, '') || '|' || coalesce(completed.click_id_kinds, '') || '|' || "
            ~ "case when completed.affiliate_id is null then '' else 'affiliate' end"
        ) }} as source_key
    from completed
)

select * from final
