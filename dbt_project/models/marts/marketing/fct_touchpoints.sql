-- Grain: one touchpoint: dated evidence that something reached a person.
with touchpoints as (
    select * from {{ ref('int_touchpoints_matched') }}
),

final as (
    select
        touchpoints.touchpoint_id,
        touchpoints.workspace_id,
        touchpoints.connection_id,
        touchpoints.person_id,
        touchpoints.occurred_at,
        touchpoints.occurred_date,
        touchpoints.touchpoint_kind as kind,
        touchpoints.channel,
        touchpoints.platform,
        touchpoints.campaign_id,
        touchpoints.ad_set_id,
        touchpoints.ad_id,
        touchpoints.utm_source,
        touchpoints.utm_medium,
        touchpoints.utm_campaign,
        touchpoints.utm_content,
        touchpoints.utm_term,
        touchpoints.click_id_kinds,
        touchpoints.referrer,
        touchpoints.affiliate_id,
        touchpoints.tag_name,
        touchpoints.match_rule,
        touchpoints.evidence,
        touchpoints.not_counted_because is null as counts_for_attribution,
        touchpoints.is_site_activity
    from touchpoints
)

select * from final
