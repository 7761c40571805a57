with pricing_options as (
    select * from {{ source('thrivecart', 'pricing_options') }}
),

renamed as (
    select
        pricing_options.connection_id,
        pricing_options.item_type,
        pricing_options.item_id,
        pricing_options.id as pricing_option_id,
        pricing_options.connection_id || ':' || pricing_options.item_type || ':' || pricing_options.item_id
            as product_id,
        pricing_options.name as pricing_option_name,
        pricing_options.type as pricing_type,
        {{ blank_to_null('lower(pricing_options.frequency)') }} as frequency,
        -- Zero and null both mean open-ended.
        nullif(pricing_options.payments, 0) as plan_payments,
        coalesce(pricing_options.trial_period, 0) as trial_days,
        {{ cents_to_amount('pricing_options.price') }} as price_amount,
        {{ cents_to_amount('pricing_options.subscription_price') }} as recurring_amount,
        pricing_options.seen_at
    from pricing_options
),

final as (
    select * from renamed
)

select * from final
