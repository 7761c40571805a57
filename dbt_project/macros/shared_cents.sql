{# The steps that share out the cents of the step `weighed` by weight, per transaction and model, up to `shared`. #}
{# No cent is made or lost: those left over go to the largest remainders, of equal ones to the earlier touch. #}
{# 3.00 in three are 1.00 each, although a third has but ten decimals: hence the inner rounding. #}
{% macro shared_cents() -%}
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
                partition by rounded.transaction_id, rounded.model
                order by rounded.exact_cents - rounded.share_cents desc, rounded.touch_position
            ) as remainder_rank,
            rounded.total_cents - sum(rounded.share_cents) over (partition by rounded.transaction_id, rounded.model)
                as cents_left_over
        from rounded
    ),

    shared as (
        select
            ranked.*,
            ranked.share_cents
            + case
                when ranked.is_overlapping then 0
                when ranked.remainder_rank <= ranked.cents_left_over then 1
                else 0
            end as cents
        from ranked
    )
{%- endmacro %}
