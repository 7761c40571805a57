-- Grain: conversion x model x touchpoint that counts, or one row without touchpoint. Weights of a conversion and model
-- sum to exactly 1, but for an overlapping model, which gives the whole to each.
{{ config(
    materialized='rebuilt_where_changed', key=['conversion_type', 'conversion_id'], inputs='int_conversions_to_weigh'
) }}

with conversions as (
    select * from {{ ref('int_conversions_to_weigh') }}
),

conversion_touchpoints as (
    select * from {{ ref('int_conversion_touchpoints') }}
    where excluded_because is null
),

models as (
    select * from {{ ref('attribution_models') }}
),

touches as (
    select conversion_touchpoints.*
    from conversion_touchpoints
    inner join conversions
        on conversion_touchpoints.conversion_type = conversions.conversion_type
        and conversion_touchpoints.conversion_id = conversions.conversion_id
),

-- In whole 10^-10, rounded down: what that leaves over is never below zero.
divided as (
    select
        touches.*,
        case
            when touches.touch_position in (1, touches.touch_count) then 4000000000
            else cast(floor({{ ratio('2000000000', 'touches.touch_count - 2') }}) as bigint)
        end as position_units,
        cast(floor(10000000000 * {{ ratio('touches.decay_parts', 'touches.decay_parts_of_all') }}) as bigint)
            as decay_units
    from touches
),

summed as (
    select
        divided.*,
        cast(
            sum(divided.position_units) over (partition by divided.conversion_type, divided.conversion_id) as bigint
        ) as position_units_of_all,
        cast(
            sum(divided.decay_units) over (partition by divided.conversion_type, divided.conversion_id) as bigint
        ) as decay_units_of_all
    from divided
),

-- What rounding leaves over goes to the first touch, and under time decay to the last, which is the heaviest.
shared as (
    select
        summed.*,
        case
            when summed.touch_position > 1 then cast({{ ratio('1', 'summed.touch_count') }} as decimal(18, 10))
            else
                cast(
                    1 - (summed.touch_count - 1) * cast({{ ratio('1', 'summed.touch_count') }} as decimal(18, 10))
                    as decimal(18, 10)
                )
        end as linear_weight,
        case
            when summed.touch_count <= 2 then cast({{ ratio('1', 'summed.touch_count') }} as decimal(18, 10))
            else
                cast(
                    (
                        summed.position_units
                        + case when summed.touch_position = 1 then 10000000000 - summed.position_units_of_all else 0 end
                    ) * cast(0.0000000001 as decimal(11, 10))
                    as decimal(18, 10)
                )
        end as position_weight,
        cast(
            (
                summed.decay_units
                + case
                    when summed.touch_position = summed.touch_count then 10000000000 - summed.decay_units_of_all
                    else 0
                end
            ) * cast(0.0000000001 as decimal(11, 10))
            as decimal(18, 10)
        ) as decay_weight
    from summed
),

weighed as (
    select
        shared.*,
        models.model,
        models.is_overlapping,
        cast(
            case models.model
                when 'first_touch' then case when shared.touch_position = 1 then 1 else 0 end
                when 'opt_in' then case when shared.is_opt_in_touch then 1 else 0 end
                when 'last_touch' then case when shared.touch_position = shared.touch_count then 1 else 0 end
                when 'last_paid_touch' then case when shared.is_last_paid_touch then 1 else 0 end
                when 'linear' then shared.linear_weight
                when 'position_based' then shared.position_weight
                when 'time_decay' then shared.decay_weight
                when 'any_touch' then case when shared.position_within_ad = 1 then 1 else 0 end
            end as decimal(18, 10)
        ) as weight
    from shared
    cross join models
),

counted as (
    select * from weighed
    where weight > 0
),

touched as (
    select distinct
        counted.conversion_type,
        counted.conversion_id,
        counted.model
    from counted
),

untouched as (
    select
        conversions.*,
        models.model,
        models.is_overlapping,
        case when conversions.is_tracked then 'unattributed' else 'before_tracking' end as status
    from conversions
    cross join models
    left join touched
        on conversions.conversion_type = touched.conversion_type
        and conversions.conversion_id = touched.conversion_id
        and models.model = touched.model
    where touched.conversion_id is null
),

unioned as (
    select
        counted.conversion_type, counted.conversion_id, counted.workspace_id, counted.person_id,
        counted.converted_at, counted.converted_date, counted.model, counted.is_overlapping, 'attributed' as status,
        counted.touchpoint_id, counted.channel, counted.platform, counted.campaign_id, counted.ad_set_id,
        counted.ad_id, counted.touch_position, counted.weight
    from counted
    union all
    select
        untouched.conversion_type, untouched.conversion_id, untouched.workspace_id, untouched.person_id,
        untouched.converted_at, untouched.converted_date, untouched.model, untouched.is_overlapping, untouched.status,
        null as touchpoint_id, null as channel, null as platform, null as campaign_id, null as ad_set_id,
        null as ad_id, 1 as touch_position, cast(1 as decimal(18, 10)) as weight
    from untouched
),

final as (
    select
        unioned.*,
        conversions.inputs_fingerprint
    from unioned
    inner join conversions
        on unioned.conversion_type = conversions.conversion_type
        and unioned.conversion_id = conversions.conversion_id
)

select * from final
