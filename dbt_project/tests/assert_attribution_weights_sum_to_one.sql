-- Guards: no model that may be summed gives away more or less than one whole transaction.
select
    transaction_id,
    model,
    sum(weight) as weight
from {{ ref('fct_attribution') }}
where not is_overlapping
group by transaction_id, model
having sum(weight) <> 1
