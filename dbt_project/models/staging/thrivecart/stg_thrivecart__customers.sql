-- Grain: one answer of POST /customer for an address, at the time it was seen.
with customers as (
    select * from {{ source('thrivecart', 'customers') }}
),

renamed as (
    select
        customers.connection_id,
        {{ normalize_email('customers.email') }} as email,
        customers.status = 'found' as is_known,
        {{ blank_to_null(json_text('customers.customer', 'name')) }} as customer_name,
        customers.purchases,
        customers.subscriptions,
        customers.lifetime_value,
        customers.seen_at
    from customers
),

final as (
    select * from renamed
)

select * from final
