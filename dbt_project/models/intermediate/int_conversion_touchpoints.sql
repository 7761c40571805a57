-- Grain: conversion x touchpoint of the same person, whether it counts or not, with all that the models go by. What
-- never counts, whatever the conversion, is not here.
{{ config(
    materialized='rebuilt_where_changed', key=['conversion_type', 'conversion_id'], inputs='int_conversions_to_join'
) }}

with conversions as (
    select * from {{ ref('int_conversions_to_join') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints_matched') }}
    where not_counted_because is null
),

channels as (
    select * from {{ ref('channels') }}
),

-- An ad's own id always says that somebody paid. A campaign with spend does where the channel leaves it open.
paid as (
    select
        touchpoints.*,
        case
            when touchpoints.ad_id is not null or channels.paid = 'always' then true
            when channels.paid = 'never' then false
            else touchpoints.platform is not null
        end as is_paid,
        case when touchpoints.platform is null then touchpoints.channel end as channel_without_ad
    from touchpoints
    left join channels on touchpoints.channel = channels.channel
),

joined as (
    select
        conversions.conversion_type,
        conversions.conversion_id,
        conversions.workspace_id,
        conversions.person_id,
        conversions.converted_at,
        conversions.converted_date,
        conversions.inputs_fingerprint,
        paid.touchpoint_id,
        paid.occurred_at,
        paid.channel,
        paid.channel_without_ad,
        paid.platform,
        paid.campaign_id,
        paid.ad_set_id,
        paid.ad_id,
        paid.is_paid,
        case
            when paid.occurred_at > conversions.converted_at then 'after_conversion'
            when {{ is_outside_look_back('paid.occurred_at', 'conversions.converted_at') }} then 'outside_look_back'
        end as excluded_because,
        -- The address was given at the first opt-in; where none is told, at the latest when the CRM made the contact.
        case
            when paid.touchpoint_kind = 'opt_in' then 1
            when paid.occurred_at <= conversions.lead_created_at then 2
            else 3
        end as opt_in_rank
    from conversions
    inner join paid
        on conversions.workspace_id = paid.workspace_id
        and conversions.person_id = paid.person_id
),

-- Those that count are numbered among themselves.
placed as (
    select
        joined.*,
        row_number() over (
            partition by joined.conversion_type, joined.conversion_id, joined.excluded_because
            order by joined.occurred_at, joined.touchpoint_id
        ) as touch_position,
        count(*) over (
            partition by joined.conversion_type, joined.conversion_id, joined.excluded_because
        ) as touch_count,
        max(joined.occurred_at) over (
            partition by joined.conversion_type, joined.conversion_id, joined.excluded_because
        ) as last_occurred_at
    from joined
),

ranked as (
    select
        placed.*,
        row_number() over (
            partition by placed.conversion_type, placed.conversion_id, placed.excluded_because
            order by
                placed.opt_in_rank,
                case when placed.opt_in_rank = 1 then placed.touch_position else -placed.touch_position end
        ) as opt_in_position,
        row_number() over (
            partition by placed.conversion_type, placed.conversion_id, placed.excluded_because, placed.is_paid
            order by placed.touch_position desc
        ) as position_from_last_of_payment,
        row_number() over (
            partition by
                placed.conversion_type, placed.conversion_id, placed.excluded_because, placed.platform,
                placed.channel_without_ad, placed.campaign_id, placed.ad_set_id, placed.ad_id
            order by placed.touch_position
        ) as position_within_ad,
        {{ decay_parts(moment_to_epoch('placed.last_occurred_at') ~ ' - ' ~ moment_to_epoch('placed.occurred_at')) }}
            as decay_parts
    from placed
),

final as (
    select
        ranked.conversion_type,
        ranked.conversion_id,
        ranked.workspace_id,
        ranked.person_id,
        ranked.converted_at,
        ranked.converted_date,
        ranked.touchpoint_id,
        ranked.occurred_at,
        ranked.channel,
        ranked.platform,
        ranked.campaign_id,
        ranked.ad_set_id,
        ranked.ad_id,
        ranked.excluded_because,
        ranked.touch_position,
        ranked.touch_count,
        ranked.is_paid,
        ranked.opt_in_rank < 3 and ranked.opt_in_position = 1 as is_opt_in_touch,
        ranked.is_paid and ranked.position_from_last_of_payment = 1 as is_last_paid_touch,
        ranked.position_within_ad,
        ranked.decay_parts,
        cast(
            sum(ranked.decay_parts) over (
                partition by ranked.conversion_type, ranked.conversion_id, ranked.excluded_because
            ) as bigint
        ) as decay_parts_of_all,
        ranked.inputs_fingerprint
    from ranked
)

select * from final
