-- Grain: one conversion, whether its workspace had touchpoints by then, and a number of all that its rows of
-- int_attribution_weighed are made from.
{{ config(materialized='view') }}

with conversions as (
    select * from {{ ref('int_conversions_unioned') }}
),

touches as (
    select * from {{ ref('int_conversion_touchpoints') }}
),

models as (
    select * from {{ ref('attribution_models') }}
),

tracked_touchpoints as (
    select * from {{ ref('int_touchpoints_matched') }}
    where not_counted_because is null
),

tracking as (
    select
        tracked_touchpoints.workspace_id,
        min(tracked_touchpoints.occurred_at) as tracked_from
    from tracked_touchpoints
    group by tracked_touchpoints.workspace_id
),

tracked as (
    select
        conversions.*,
        coalesce(conversions.converted_at >= tracking.tracked_from, false) as is_tracked
    from conversions
    left join tracking on conversions.workspace_id = tracking.workspace_id
),

-- All rows of a conversion were made from the same.
joined as (
    select
        touches.conversion_type,
        touches.conversion_id,
        min(touches.inputs_fingerprint) as touches_fingerprint
    from touches
    group by touches.conversion_type, touches.conversion_id
),

weighing as (
    select {{ fingerprint_of_rows(['models.model', 'models.is_overlapping']) }} as models_fingerprint
    from models
),

final as (
    select
        tracked.*,
        {{ fingerprint([
            'tracked.workspace_id', 'tracked.person_id', 'tracked.converted_at', 'tracked.converted_date',
            'tracked.is_tracked', 'joined.touches_fingerprint', 'weighing.models_fingerprint'
        ]) }} as inputs_fingerprint
    from tracked
    cross join weighing
    left join joined
        on tracked.conversion_type = joined.conversion_type
        and tracked.conversion_id = joined.conversion_id
)

select * from final
