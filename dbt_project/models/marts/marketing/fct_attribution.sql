-- Grain: transaction with cash x model x touchpoint that counts (or one row without touchpoint). Weights come from the
-- order, so that rebills follow it and a refund takes back what was given.
{{ config(materialized='rebuilt_where_changed', key=['transaction_id'], inputs='int_transactions_to_attribute') }}

with transactions as (
    select * from {{ ref('int_transactions_to_attribute') }}
),

weights as (
    select * from {{ ref('int_attribution_weighed') }}
    where conversion_type = 'order'
),

weighed as (
    select
        transactions.transaction_id,
        transactions.workspace_id,
        transactions.transaction_type,
        transactions.order_id,
        transactions.occurred_date,
        transactions.reporting_currency,
        transactions.inputs_fingerprint,
        weights.model,
        weights.is_overlapping,
        weights.status,
        weights.touchpoint_id,
        weights.channel,
        weights.platform,
        weights.campaign_id,
        weights.ad_set_id,
        weights.ad_id,
        weights.touch_position,
        weights.weight,
        sign(transactions.reporting_amount) as direction,
        cast(abs(transactions.reporting_amount) * 100 as bigint) as total_cents
    from transactions
    inner join weights on transactions.order_id = weights.conversion_id
),

{{ shared_cents() }},

final as (
    select
        {{ dbt.hash("shared.transaction_id || '|' || shared.model || '|' || coalesce(shared.touchpoint_id, '')") }}
            as attribution_id,
        shared.workspace_id,
        shared.transaction_id,
        shared.transaction_type,
        shared.order_id,
        shared.occurred_date,
        shared.touchpoint_id,
        shared.model,
        shared.is_overlapping,
        shared.status,
        shared.channel,
        shared.platform,
        shared.campaign_id,
        shared.ad_set_id,
        shared.ad_id,
        shared.weight,
        shared.reporting_currency,
        {{ cents_to_amount("cast(shared.direction * shared.cents as bigint)") }} as reporting_amount,
        shared.inputs_fingerprint
    from shared
)

select * from final
