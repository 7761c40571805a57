-- Grain: one item of a money event as one delivery tells it: the same item is here as often as it was told.
with deliveries as (
    select * from {{ source('thrivecart', 'webhook_events') }}
),

events as (
    select * from {{ ref('stg_thrivecart__webhook_events') }}
    where transaction_type is not null and order_id is not null
),

-- What an order charges, now and later, is a list in the delivery.
orders as (
    select
        events.connection_id,
        events.event_key,
        {{ json_part(json_text('deliveries.payload', 'order.charges'), '[') }} as charges,
        {{ json_part(json_text('deliveries.payload', 'subscription_ids'), '{') }} as subscription_numbers,
        ',' || {{ delivery_text('deliveries.payload', 'purchase_map_flat') }} || ',' as purchase_map
    from events
    inner join deliveries
        on events.connection_id = deliveries.connection_id and events.event_key = deliveries.event_key
    where events.transaction_type = 'charge'
),

exploded as (
    {{ explode_json_array(
        'orders', 'charges', ['connection_id', 'event_key', 'subscription_numbers', 'purchase_map']
    ) }}
),

charges as (
    select
        exploded.connection_id,
        exploded.event_key,
        exploded.subscription_numbers,
        exploded.purchase_map,
        {{ delivery_text('exploded.element', 'item_type') }} as told_item_type,
        {{ delivery_text('exploded.element', 'item_identifier') }} as item_identifier,
        coalesce(
            {{ delivery_text('exploded.element', 'reference') }},
            nullif({{ dbt.split_part(delivery_text('exploded.element', 'item_identifier'), "'_'", 2) }}, '')
        ) as item_id,
        {{ delivery_text('exploded.element', 'name') }} as item_name,
        {{ whole_number(delivery_text('exploded.element', 'amount')) }} as amount_cents,
        {{ whole_number(delivery_text('exploded.element', 'tax_paid')) }} as tax_cents,
        {{ whole_number(delivery_text('exploded.element', 'amount_gross')) }} as gross_cents
    from exploded
    -- `recurring` says what will be charged later, as does a single charge that is deferred.
    where
        coalesce({{ delivery_text('exploded.element', 'type') }}, 'single') = 'single'
        and coalesce({{ delivery_text('exploded.element', 'defer') }}, 'false') <> 'true'
),

-- Deliveries of 2018 name no type: the list of what was bought does.
named_charges as (
    select
        charges.*,
        lower(
            coalesce(
                charges.told_item_type,
                nullif({{ dbt.split_part('charges.item_identifier', "'_'", 1) }}, ''),
                case
                    when charges.purchase_map like '%,product-' || charges.item_id || ',%' then 'product'
                    when charges.purchase_map like '%,upsell-' || charges.item_id || ',%' then 'upsell'
                    when charges.purchase_map like '%,downsell-' || charges.item_id || ',%' then 'downsell'
                    when charges.purchase_map like '%,bump-' || charges.item_id || ',%' then 'bump'
                end
            )
        ) as item_type
    from charges
),

-- A first payment and a set-up fee of one item are two charges in a delivery, and one amount to the API.
charged as (
    select
        named_charges.connection_id,
        named_charges.event_key,
        named_charges.item_type,
        named_charges.item_id,
        min(named_charges.item_name) as item_name,
        cast(sum(named_charges.amount_cents) as bigint) as amount_cents,
        cast(sum(named_charges.tax_cents) as bigint) as tax_cents,
        cast(sum(named_charges.gross_cents) as bigint) as gross_cents,
        -- Numbers stand under names such as product-12.
        min(
            {{ json_member_text(
                'named_charges.subscription_numbers', "named_charges.item_type || '-' || named_charges.item_id"
            ) }}
        ) as told_subscription_number
    from named_charges
    group by named_charges.connection_id, named_charges.event_key, named_charges.item_type, named_charges.item_id
),

-- An event about one item may list all charges of its order.
of_the_event as (
    select charged.*
    from charged
    inner join events on charged.connection_id = events.connection_id and charged.event_key = events.event_key
    where
        (events.item_type is null or charged.item_type = events.item_type)
        and (events.item_id is null or charged.item_id = events.item_id)
),

combined as (
    select
        events.*,
        coalesce(of_the_event.item_type, events.item_type) as known_item_type,
        coalesce(of_the_event.item_id, events.item_id) as known_item_id,
        coalesce(of_the_event.item_name, events.item_name) as known_item_name,
        coalesce(events.told_subscription_number, of_the_event.told_subscription_number) as subscription_number,
        of_the_event.amount_cents,
        of_the_event.tax_cents,
        of_the_event.gross_cents
    from events
    left join of_the_event
        on events.connection_id = of_the_event.connection_id and events.event_key = of_the_event.event_key
),

final as (
    select
        combined.workspace_id,
        combined.connection_id,
        combined.event_key,
        combined.event,
        combined.surface,
        coalesce(combined.mode, 'live') as mode,
        combined.event_id,
        combined.transaction_type,
        combined.order_id,
        combined.known_item_type as item_type,
        combined.known_item_id as item_id,
        combined.connection_id || ':' || combined.known_item_type || ':' || combined.known_item_id as product_id,
        combined.known_item_name as item_name,
        combined.subscription_number as told_subscription_number,
        combined.currency,
        coalesce({{ cents_to_amount('combined.amount_cents') }}, combined.amount) as amount,
        coalesce({{ cents_to_amount('combined.tax_cents') }}, combined.tax_amount) as tax_amount,
        coalesce({{ cents_to_amount('combined.gross_cents') }}, combined.gross_amount) as gross_amount,
        combined.invoice_id,
        combined.affiliate_id,
        combined.frequency,
        combined.remaining_rebills,
        combined.next_payment_at,
        combined.billing_period_end_at,
        combined.occurred_at,
        combined.seen_at
    from combined
    where combined.known_item_id is not null
)

select * from final
