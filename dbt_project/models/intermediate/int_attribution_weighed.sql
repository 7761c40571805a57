-- Grain: conversion x model x touchpoint that counts, or one row without touchpoint. Weights of a conversion and model
-- sum to exactly 1: the first of several takes what rounding leaves over.
with conversions as (
    select * from {{ ref('int_conversions_unioned') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints_matched') }}
),

tracking as (
    select
        touchpoints.workspace_id,
        min(touchpoints.occurred_at) as tracked_from
    from touchpoints
    group by touchpoints.workspace_id
),

qualified as (
    select
        conversions.*,
        touchpoints.touchpoint_id,
        touchpoints.channel,
        touchpoints.platform,
        touchpoints.campaign_id,
        touchpoints.ad_set_id,
        touchpoints.ad_id,
        row_number() over (
            partition by conversions.conversion_type, conversions.conversion_id
            order by touchpoints.occurred_at, touchpoints.touchpoint_id
        ) as touch_position,
        count(*) over (partition by conversions.conversion_type, conversions.conversion_id) as touch_count
    from conversions
    inner join touchpoints
        on conversions.workspace_id = touchpoints.workspace_id
        and conversions.person_id = touchpoints.person_id
        and conversions.converted_at >= touchpoints.occurred_at
),

weighed as (
    select qualified.*, 'first_touch' as model, cast(1 as decimal(18, 10)) as weight
    from qualified
    where qualified.touch_position = 1
    union all
    select qualified.*, 'last_touch' as model, cast(1 as decimal(18, 10)) as weight
    from qualified
    where qualified.touch_position = qualified.touch_count
    union all
    select
        qualified.*,
        'linear' as model,
        case
            when qualified.touch_position > 1 then cast({{ ratio('1', 'qualified.touch_count') }} as decimal(18, 10))
            else
                cast(
                    1 - (qualified.touch_count - 1) * cast({{ ratio('1', 'qualified.touch_count') }} as decimal(18, 10))
                    as decimal(18, 10)
                )
        end as weight
    from qualified
),

models as (
    select 'first_touch' as model
    union all
    select 'last_touch' as model
    union all
    select 'linear' as model
),

untouched as (
    select
        conversions.*,
        models.model,
        case when conversions.converted_at >= tracking.tracked_from then 'unattributed' else 'before_tracking' end
            as status
    from conversions
    cross join models
    left join tracking on conversions.workspace_id = tracking.workspace_id
    left join qualified
        on conversions.conversion_type = qualified.conversion_type
        and conversions.conversion_id = qualified.conversion_id
    where qualified.conversion_id is null
),

unioned as (
    select
        weighed.conversion_type, weighed.conversion_id, weighed.workspace_id, weighed.person_id,
        weighed.converted_at, weighed.converted_date, weighed.model, 'attributed' as status,
        weighed.touchpoint_id, weighed.channel, weighed.platform, weighed.campaign_id, weighed.ad_set_id,
        weighed.ad_id, weighed.touch_position, weighed.weight
    from weighed
    union all
    select
        untouched.conversion_type, untouched.conversion_id, untouched.workspace_id, untouched.person_id,
        untouched.converted_at, untouched.converted_date, untouched.model, untouched.status,
        null as touchpoint_id, null as channel, null as platform, null as campaign_id, null as ad_set_id,
        null as ad_id, 1 as touch_position, cast(1 as decimal(18, 10)) as weight
    from untouched
),

final as (
    select * from unioned
)

select * from final
