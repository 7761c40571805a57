-- Grain: one rate and the days it serves. What the user's file says of a day comes before what the ECB published, of
-- which two rates to the euro make one between two other currencies.
with given as (
    select * from {{ ref('stg_reference__exchange_rates') }}
),

euro_rates as (
    select * from {{ ref('stg_ecb__rates') }}
),

connections as (
    select * from {{ ref('stg_reference__connections') }}
),

reporting_currencies as (
    select distinct upper(connections.reporting_currency) as reporting_currency from connections
),

euro_days as (
    select distinct euro_rates.rate_date from euro_rates
),

-- The euro itself is in no table of euro rates.
per_euro as (
    select euro_rates.rate_date, euro_rates.currency, euro_rates.units_per_euro
    from euro_rates
    union all
    select euro_days.rate_date, 'EUR' as currency, cast(1 as decimal(20, 12)) as units_per_euro
    from euro_days
),

crossed as (
    select
        per_euro.rate_date,
        per_euro.currency,
        reporting_currencies.reporting_currency,
        cast({{ ratio('reporting.units_per_euro', 'per_euro.units_per_euro') }} as decimal(20, 12)) as rate
    from per_euro
    cross join reporting_currencies
    inner join per_euro as reporting
        on per_euro.rate_date = reporting.rate_date
        and reporting_currencies.reporting_currency = reporting.currency
    where per_euro.currency <> reporting_currencies.reporting_currency
),

unioned as (
    select given.rate_date, given.currency, given.reporting_currency, given.rate, 'exchange_rates.csv' as told_by
    from given
    union all
    select crossed.rate_date, crossed.currency, crossed.reporting_currency, crossed.rate, 'ecb' as told_by
    from crossed
),

ranked as (
    select
        unioned.*,
        row_number() over (
            partition by unioned.currency, unioned.reporting_currency, unioned.rate_date
            order by case when unioned.told_by = 'ecb' then 2 else 1 end
        ) as precedence
    from unioned
),

-- Public daily sources leave out weekends and holidays: a rate serves until the next one, for a week at most.
dated as (
    select
        ranked.currency,
        ranked.reporting_currency,
        ranked.rate_date as valid_from,
        least(
            coalesce(
                lead(ranked.rate_date) over (
                    partition by ranked.currency, ranked.reporting_currency
                    order by ranked.rate_date
                ),
                cast({{ dbt.dateadd('day', 7, 'ranked.rate_date') }} as date)
            ),
            cast({{ dbt.dateadd('day', 7, 'ranked.rate_date') }} as date)
        ) as valid_to,
        ranked.rate,
        ranked.told_by
    from ranked
    where ranked.precedence = 1
),

final as (
    select * from dated
)

select * from final
