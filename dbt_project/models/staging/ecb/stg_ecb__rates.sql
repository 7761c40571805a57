-- Grain: one currency on one day that the ECB published. Whichever connection read it, it says the same.
with rates as (
    select * from {{ source('ecb', 'rates') }}
),

renamed as (
    select
        rates.connection_id,
        cast(rates.rate_date as date) as rate_date,
        rates.currency,
        cast(rates.rate as decimal(20, 12)) as units_per_euro,
        rates.seen_at,
        row_number() over (
            partition by rates.rate_date, rates.currency
            order by rates.seen_at desc, rates.connection_id asc
        ) as recency
    from rates
),

final as (
    select
        renamed.rate_date,
        renamed.currency,
        renamed.units_per_euro,
        renamed.connection_id,
        renamed.seen_at
    from renamed
    where renamed.recency = 1
)

select * from final
