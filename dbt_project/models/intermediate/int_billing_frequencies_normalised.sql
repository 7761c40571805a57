-- Grain: one billing interval, and what its amount is multiplied by to be a month's.
with billing_frequencies as (
    select * from {{ ref('billing_frequencies') }}
),

measured as (
    select
        billing_frequencies.frequency,
        billing_frequencies.days,
        billing_frequencies.months,
        coalesce(
            billing_frequencies.days,
            {{ ratio('billing_frequencies.months * ' ~ var('mrr_year_days'), '12') }}
        ) as interval_days
    from billing_frequencies
),

-- A month's bill is a month's, whatever the days of that month.
factored as (
    select
        measured.frequency,
        case
            when measured.months = 1 then cast(1 as decimal(18, 10))
            else cast({{ ratio(var('mrr_month_days'), 'measured.interval_days') }} as decimal(18, 10))
        end as thirty_day_factor,
        case
            when measured.months is null
                then cast({{ ratio(var('mrr_year_days'), 'measured.days * 12') }} as decimal(18, 10))
            else cast({{ ratio('1', 'measured.months') }} as decimal(18, 10))
        end as calendar_month_factor
    from measured
),

final as (
    select
        factored.*,
        factored.{{ var('mrr_normalisation') }}_factor as recurring_factor
    from factored
)

select * from final
