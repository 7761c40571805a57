-- Guards: under every model that may be summed the touchpoints and the rows without one share out exactly all cash.
-- Without the join of each model to each workspace a model that lost a workspace altogether would go unseen.
{{ config(meta={'dagster': {'ref': {'name': 'fct_attribution'}}}) }}

with transactions as (
    select
        workspace_id,
        sum(reporting_amount) as reporting_amount
    from {{ ref('fct_transactions') }}
    group by workspace_id
),

models as (
    select model
    from {{ ref('attribution_models') }}
    where not is_overlapping
),

attributed as (
    select
        workspace_id,
        model,
        sum(reporting_amount) as reporting_amount
    from {{ ref('fct_attribution') }}
    group by workspace_id, model
)

select
    transactions.workspace_id,
    models.model,
    transactions.reporting_amount as transactions_amount,
    attributed.reporting_amount as attributed_amount
from transactions
cross join models
left join attributed
    on transactions.workspace_id = attributed.workspace_id and models.model = attributed.model
where coalesce(transactions.reporting_amount, 0) <> coalesce(attributed.reporting_amount, 0)
