with rates as (
    select * from {{ ref('exchange_rates') }}
),

-- Public daily sources leave out weekends and holidays: a rate serves until the next one, for a week at most.
dated as (
    select
        upper(rates.currency) as currency,
        upper(rates.reporting_currency) as reporting_currency,
        rates.rate_date as valid_from,
        least(
            coalesce(
                lead(rates.rate_date) over (
                    partition by upper(rates.currency), upper(rates.reporting_currency)
                    order by rates.rate_date
                ),
                cast({{ dbt.dateadd('day', 7, 'rates.rate_date') }} as date)
            ),
            cast({{ dbt.dateadd('day', 7, 'rates.rate_date') }} as date)
        ) as valid_to,
        rates.rate
    from rates
),

final as (
    select * from dated
)

select * from final
