with rates as (
    select * from {{ ref('exchange_rates') }}
),

renamed as (
    select
        rates.rate_date,
        upper(rates.currency) as currency,
        upper(rates.reporting_currency) as reporting_currency,
        rates.rate
    from rates
),

final as (
    select * from renamed
)

select * from final
