-- Grain: one conversion of a person who has touchpoints, and a number of all that its rows of
-- int_conversion_touchpoints are made from.
{{ config(materialized='view') }}

with conversions as (
    select * from {{ ref('int_conversions_unioned') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints_matched') }}
    where not_counted_because is null
),

channels as (
    select * from {{ ref('channels') }}
),

leads as (
    select
        conversions.workspace_id,
        conversions.person_id,
        conversions.converted_at as lead_created_at
    from conversions
    where conversions.conversion_type = 'lead'
),

touches as (
    select
        touchpoints.workspace_id,
        touchpoints.person_id,
        {{ fingerprint_of_rows([
            'touchpoints.touchpoint_id', 'touchpoints.touchpoint_kind', 'touchpoints.occurred_at',
            'touchpoints.channel', 'touchpoints.platform', 'touchpoints.campaign_id', 'touchpoints.ad_set_id',
            'touchpoints.ad_id', 'channels.paid'
        ]) }} as touches_fingerprint
    from touchpoints
    left join channels on touchpoints.channel = channels.channel
    group by touchpoints.workspace_id, touchpoints.person_id
),

final as (
    select
        conversions.conversion_type,
        conversions.conversion_id,
        conversions.workspace_id,
        conversions.person_id,
        conversions.converted_at,
        conversions.converted_date,
        leads.lead_created_at,
        {{ fingerprint([
            'conversions.workspace_id', 'conversions.person_id', 'conversions.converted_at',
            'conversions.converted_date', 'leads.lead_created_at', 'touches.touches_fingerprint'
        ]) }} as inputs_fingerprint
    from conversions
    inner join touches
        on conversions.workspace_id = touches.workspace_id
        and conversions.person_id = touches.person_id
    left join leads
        on conversions.workspace_id = leads.workspace_id
        and conversions.person_id = leads.person_id
)

select * from final
