-- Guards: the intervals of a subscription's MRR lie end to end, and the last one is open.
{{ config(meta={'dagster': {'ref': {'name': 'int_subscription_mrr_periods'}}}) }}

with periods as (
    select
        mrr_periods.*,
        lead(mrr_periods.valid_from) over (partition by mrr_periods.subscription_id order by mrr_periods.valid_from)
            as next_valid_from
    from {{ ref('int_subscription_mrr_periods') }} as mrr_periods
)

select
    subscription_id,
    valid_from,
    valid_to,
    next_valid_from
from periods
where valid_to is distinct from next_valid_from or valid_to <= valid_from
