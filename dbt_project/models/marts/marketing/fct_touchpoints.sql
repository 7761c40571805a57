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
        touchpoints.referrer,
        coalesce(touchpoints.match_rule, 'none') as evidence
    from touchpoints
)

select * from final
