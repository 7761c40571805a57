-- Guards: a subscription has exactly one price at each moment at which it has a status.
{{ config(meta={'dagster': {'ref': {'name': 'int_subscription_plan_periods'}}}) }}

with plans as (
    select * from {{ ref('int_subscription_plan_periods') }}
),

terms as (
    select * from {{ ref('int_subscription_terms_resolved') }}
),

ordered as (
    select
        plans.*,
        lag(plans.valid_to) over (partition by plans.subscription_id order by plans.valid_from) as left_at,
        row_number() over (partition by plans.subscription_id order by plans.valid_from) as plan_number,
        count(*) over (partition by plans.subscription_id) as plan_count
    from plans
)

select
    terms.subscription_id,
    ordered.plan_amount,
    ordered.valid_from,
    ordered.valid_to
from terms
left join ordered on terms.subscription_id = ordered.subscription_id
where
    ordered.subscription_id is null
    or ordered.valid_from >= ordered.valid_to
    or ordered.valid_from is distinct from
    case when ordered.plan_number = 1 then terms.first_row_at else ordered.left_at end
    or (ordered.valid_to is null) <> (ordered.plan_number = ordered.plan_count)
