-- Grain: touchpoint x conversion of its person x model under which it does not count, with the reason; one row a
-- model where the person has no conversion, and one row in all where it counts under no model, whatever the
-- conversion.
with touchpoints as (
    select * from {{ ref('int_touchpoints_matched') }}
),

touches as (
    select * from {{ ref('int_conversion_touchpoints') }}
),

weights as (
    select * from {{ ref('int_attribution_weighed') }}
),

models as (
    select * from {{ ref('attribution_models') }}
),

paired as (
    select
        touchpoints.touchpoint_id,
        touchpoints.workspace_id,
        touchpoints.person_id,
        touchpoints.occurred_at,
        models.model,
        touches.conversion_type,
        touches.conversion_id,
        touches.converted_at,
        case
            when touches.conversion_id is null then 'no_conversion'
            when touches.excluded_because is not null then touches.excluded_because
            when models.model = 'first_touch' then 'not_first'
            when models.model = 'opt_in' then 'not_opt_in'
            when models.model = 'last_touch' then 'not_last'
            when models.model = 'last_paid_touch' and touches.is_paid then 'not_last_paid'
            when models.model = 'last_paid_touch' then 'not_paid'
            when models.model = 'time_decay' then 'decayed'
            when models.model = 'any_touch' then 'repeats_ad'
        end as reason
    from touchpoints
    cross join models
    left join touches on touchpoints.touchpoint_id = touches.touchpoint_id
    where touchpoints.not_counted_because is null
),

excluded as (
    select paired.*
    from paired
    left join weights
        on paired.conversion_type = weights.conversion_type
        and paired.conversion_id = weights.conversion_id
        and paired.model = weights.model
        and paired.touchpoint_id = weights.touchpoint_id
    where weights.touchpoint_id is null
    union all
    select
        touchpoints.touchpoint_id,
        touchpoints.workspace_id,
        touchpoints.person_id,
        touchpoints.occurred_at,
        null as model,
        null as conversion_type,
        null as conversion_id,
        {{ as_moment("null") }} as converted_at,
        touchpoints.not_counted_because as reason
    from touchpoints
    where touchpoints.not_counted_because is not null
),

final as (
    select
        {{ dbt.hash(
            "excluded.touchpoint_id || '|' || coalesce(excluded.conversion_type, '') || '|' || "
            ~ "coalesce(excluded.conversion_id, '') || '|' || coalesce(excluded.model, '')"
        ) }} as exclusion_id,
        excluded.workspace_id,
        excluded.touchpoint_id,
        excluded.person_id,
        excluded.occurred_at,
        excluded.conversion_type,
        case when excluded.conversion_type = 'order' then excluded.conversion_id end as order_id,
        excluded.converted_at,
        excluded.model,
        excluded.reason
    from excluded
)

select * from final
