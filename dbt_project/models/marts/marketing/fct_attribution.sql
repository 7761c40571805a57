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

-- Whole cents only, rounded down at first. A third of 3.00 is 1.00, although its weight has but ten decimals: hence the
-- inner rounding.
exact as (
    select
        weighed.*,
        round(weighed.total_cents * weighed.weight, 4) as exact_cents
    from weighed
),

rounded as (
    select
        exact.*,
        cast(floor(exact.exact_cents) as bigint) as share_cents
    from exact
),

ranked as (
    select
        rounded.*,
        row_number() over (
            partition by rounded.transaction_id, rounded.model order by rounded.touch_position
        ) as position_in_model,
        row_number() over (
            partition by rounded.transaction_id, rounded.model
            order by rounded.exact_cents - rounded.share_cents desc, rounded.touch_position
        ) as remainder_rank,
        rounded.total_cents - sum(rounded.share_cents) over (partition by rounded.transaction_id, rounded.model)
            as cents_left_over
    from rounded
),

-- No cent is made or lost: those left over go to the largest remainders, and under linear all to the first touch.
shared as (
    select
        ranked.*,
        ranked.share_cents
        + case
            when ranked.is_overlapping then 0
            when ranked.model = 'linear' and ranked.position_in_model = 1 then ranked.cents_left_over
            when ranked.model <> 'linear' and ranked.remainder_rank <= ranked.cents_left_over then 1
            else 0
        end as cents
    from ranked
),

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
