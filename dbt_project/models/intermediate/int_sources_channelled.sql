-- Grain: one thing that touchpoints of a workspace tell of where they came from, with the channel that the first
-- rule of the seed names that fits.
with touchpoints as (
    select * from {{ ref('int_touchpoints_read') }}
),

channel_rules as (
    select * from {{ ref('channel_rules') }}
),

sources as (
    select
        touchpoints.source_key,
        touchpoints.workspace_id,
        touchpoints.referring_host,
        touchpoints.utm_source,
        touchpoints.utm_medium,
        touchpoints.utm_campaign,
        touchpoints.utm_content,
        touchpoints.utm_term,
        touchpoints.utm_id,
        touchpoints.told_campaign_id,
        touchpoints.told_ad_set_id,
        touchpoints.told_ad_id,
        touchpoints.click_id_kinds,
        touchpoints.affiliate_id is not null as has_affiliate
    from touchpoints
    group by
        touchpoints.source_key, touchpoints.workspace_id, touchpoints.referring_host, touchpoints.utm_source,
        touchpoints.utm_medium, touchpoints.utm_campaign, touchpoints.utm_content, touchpoints.utm_term,
        touchpoints.utm_id, touchpoints.told_campaign_id, touchpoints.told_ad_set_id, touchpoints.told_ad_id,
        touchpoints.click_id_kinds, touchpoints.affiliate_id is not null
),

fitting as (
    select
        sources.source_key,
        channel_rules.rule_order,
        channel_rules.channel,
        row_number() over (partition by sources.source_key order by channel_rules.rule_order) as precedence
    from sources
    inner join channel_rules
        on lower(coalesce(sources.utm_source, ''))
        like coalesce({{ blank_to_null('channel_rules.utm_source_like') }}, '%')
        and lower(coalesce(sources.utm_medium, ''))
        like coalesce({{ blank_to_null('channel_rules.utm_medium_like') }}, '%')
        and coalesce(sources.click_id_kinds, '')
        like coalesce({{ blank_to_null('channel_rules.click_id_kinds_like') }}, '%')
        and coalesce(sources.referring_host, '')
        like coalesce({{ blank_to_null('channel_rules.referring_host_like') }}, '%')
        and (sources.has_affiliate or not channel_rules.needs_affiliate)
),

final as (
    select
        sources.*,
        coalesce(fitting.channel, 'other') as channel,
        fitting.rule_order as channel_rule_order
    from sources
    left join fitting on sources.source_key = fitting.source_key and fitting.precedence = 1
)

select * from final
