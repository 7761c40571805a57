-- Guards: a subscription is in exactly one status at each moment from its first row on, and one status is open.
{{ config(meta={'dagster': {'ref': {'name': 'int_subscription_periods'}}}) }}

with periods as (
    select * from {{ ref('int_subscription_periods') }}
),

terms as (
    select * from {{ ref('int_subscription_terms_resolved') }}
),

ordered as (
    select
        periods.*,
        lag(periods.valid_to) over (partition by periods.subscription_id order by periods.valid_from) as left_at,
        row_number() over (partition by periods.subscription_id order by periods.valid_from) as period_number,
        count(*) over (partition by periods.subscription_id) as period_count
    from periods
)

select
    terms.subscription_id,
    ordered.status,
    ordered.valid_from,
    ordered.valid_to
from terms
left join ordered on terms.subscription_id = ordered.subscription_id
where
    ordered.subscription_id is null
    or ordered.valid_from >= ordered.valid_to
    or ordered.valid_from is distinct from
    case when ordered.period_number = 1 then terms.first_row_at else ordered.left_at end
    or (ordered.valid_to is null) <> (ordered.period_number = ordered.period_count)
