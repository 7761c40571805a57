-- Guards: under every model a touchpoint either counts for a conversion of its person or has one reason why not. One
-- that never counts has one reason in all.
{{ config(meta={'dagster': {'ref': {'name': 'fct_touchpoints_excluded'}}}) }}

with touchpoints as (
    select * from {{ ref('fct_touchpoints') }}
),

models as (
    select * from {{ ref('attribution_models') }}
),

conversions as (
    select * from {{ ref('int_conversions_unioned') }}
),

expected as (
    select
        touchpoints.touchpoint_id,
        models.model,
        coalesce(conversions.conversion_type, '') as conversion_type,
        case when conversions.conversion_type = 'order' then conversions.conversion_id else '' end as order_id
    from touchpoints
    cross join models
    left join conversions
        on touchpoints.workspace_id = conversions.workspace_id
        and touchpoints.person_id = conversions.person_id
    where touchpoints.counts_for_attribution
    union all
    select
        touchpoints.touchpoint_id,
        '' as model,
        '' as conversion_type,
        '' as order_id
    from touchpoints
    where not touchpoints.counts_for_attribution
),

told as (
    select
        weights.touchpoint_id,
        weights.model,
        weights.conversion_type,
        case when weights.conversion_type = 'order' then weights.conversion_id else '' end as order_id
    from {{ ref('int_attribution_weighed') }} as weights
    where weights.touchpoint_id is not null
    union all
    select
        excluded.touchpoint_id,
        coalesce(excluded.model, '') as model,
        coalesce(excluded.conversion_type, '') as conversion_type,
        coalesce(excluded.order_id, '') as order_id
    from {{ ref('fct_touchpoints_excluded') }} as excluded
),

counted as (
    select
        told.touchpoint_id,
        told.model,
        told.conversion_type,
        told.order_id,
        count(*) as times
    from told
    group by told.touchpoint_id, told.model, told.conversion_type, told.order_id
)

select
    expected.touchpoint_id,
    expected.model,
    expected.conversion_type,
    expected.order_id,
    counted.times
from expected
left join counted
    on expected.touchpoint_id = counted.touchpoint_id
    and expected.model = counted.model
    and expected.conversion_type = counted.conversion_type
    and expected.order_id = counted.order_id
where coalesce(counted.times, 0) <> 1
