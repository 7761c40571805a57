{# The intervals [valid_from, valid_to) of each subscription lie end to end from its first row on, and the last is open. #}
{% test no_gap_and_no_overlap(model) %}
    with ordered as (
        select
            periods.subscription_id,
            periods.valid_from,
            periods.valid_to,
            lag(periods.valid_to) over (partition by periods.subscription_id order by periods.valid_from) as left_at,
            row_number() over (partition by periods.subscription_id order by periods.valid_from) as period_number,
            count(*) over (partition by periods.subscription_id) as period_count
        from {{ model }} as periods
    )

    select
        terms.subscription_id,
        ordered.valid_from,
        ordered.valid_to,
        ordered.left_at
    from {{ ref('int_subscription_terms_resolved') }} as terms
    left join ordered on terms.subscription_id = ordered.subscription_id
    where
        ordered.subscription_id is null
        or ordered.valid_from >= ordered.valid_to
        or ordered.valid_from is distinct from
        case when ordered.period_number = 1 then terms.first_row_at else ordered.left_at end
        or (ordered.valid_to is null) <> (ordered.period_number = ordered.period_count)
{% endtest %}
