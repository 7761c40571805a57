-- Guards: under every model that may be summed, what brought its person shares out each transaction exactly, and none is
-- left out: also those of people who never became a lead, and of payers whom nobody knows.
{{ config(meta={'dagster': {'ref': {'name': 'fct_lead_attribution'}}}) }}

with transactions as (
    select * from {{ ref('fct_transactions') }}
    where amount <> 0
),

models as (
    select model
    from {{ ref('attribution_models') }}
    where not is_overlapping
),

shared as (
    select
        transaction_id,
        model,
        sum(weight) as weight,
        sum(reporting_amount) as reporting_amount
    from {{ ref('fct_lead_attribution') }}
    group by transaction_id, model
)

select
    transactions.transaction_id,
    models.model,
    shared.weight,
    transactions.reporting_amount as transaction_amount,
    shared.reporting_amount as shared_amount
from transactions
cross join models
left join shared on transactions.transaction_id = shared.transaction_id and models.model = shared.model
where
    coalesce(shared.weight, 0) <> 1
    or transactions.reporting_amount is distinct from shared.reporting_amount
