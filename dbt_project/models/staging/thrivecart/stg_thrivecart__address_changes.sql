-- Grain: one delivery that says that a customer's record was changed, with the address before and after it, as far as
-- they are told. No such delivery is documented: `customer` is taken to be the record as it is now.
with deliveries as (
    select * from {{ source('thrivecart', 'webhook_events') }}
),

events as (
    select * from {{ ref('stg_thrivecart__webhook_events') }}
    where event_kind = 'customer_updated' and not is_test
),

told as (
    select
        events.event_key,
        events.workspace_id,
        events.connection_id,
        events.customer_number,
        {{ normalize_email('coalesce('
            ~ delivery_text('deliveries.payload', 'old_email') ~ ', '
            ~ delivery_text('deliveries.payload', 'previous_email') ~ ', '
            ~ delivery_text('deliveries.payload', 'customer.old_email') ~ ', '
            ~ delivery_text('deliveries.payload', 'customer.previous_email') ~ ', '
            ~ delivery_text('deliveries.payload', 'old.email') ~ ', '
            ~ delivery_text('deliveries.payload', 'previous.email') ~ ')') }} as old_email,
        {{ normalize_email('coalesce('
            ~ delivery_text('deliveries.payload', 'new_email') ~ ', '
            ~ delivery_text('deliveries.payload', 'customer.new_email') ~ ', '
            ~ delivery_text('deliveries.payload', 'new.email') ~ ', '
            ~ delivery_text('deliveries.payload', 'customer.email') ~ ')') }} as new_email,
        events.occurred_at,
        events.occurred_date,
        events.seen_at
    from events
    inner join deliveries
        on events.connection_id = deliveries.connection_id and events.event_key = deliveries.event_key
),

final as (
    select
        told.*,
        -- Null where it is not told what the address was.
        told.old_email <> told.new_email as is_address_changed
    from told
)

select * from final
