-- Grain: one delivered webhook event. The same event may be here more than once: under the names of both surfaces, or
-- as the order and as each of its items.
with deliveries as (
    {{ json_texts(
        source('thrivecart', 'webhook_events'),
        'payload',
        [
            'event_id', 'mode', 'mode_int', 'order_id', 'order.id', 'invoice_id', 'customer_id', 'base_product',
            'base_product_name', 'subscription_id', 'currency', 'affiliate_id', 'date_unix', 'order_timestamp',
            'customer', 'viewer', 'affiliate', 'refund', 'subscription', 'purchase', 'commission'
        ],
        ['connection_id', 'event_key', 'event', 'seen_at']
    ) }}
),

event_names as (
    select * from {{ ref('webhook_event_kinds') }}
),

connections as (
    select * from {{ ref('stg_reference__connections') }}
),

sections as (
    select
        deliveries.*,
        {{ json_part('deliveries.subscription', '{') }} as subscription_section,
        -- The one item that the event is about, if it is about one.
        coalesce(
            {{ json_part('deliveries.refund', '{') }},
            {{ json_part('deliveries.subscription', '{') }},
            {{ json_part('deliveries.purchase', '{') }},
            {{ json_part('deliveries.commission', '{') }}
        ) as item_section,
        -- Who leaves a cart is its viewer.
        coalesce({{ json_part('deliveries.customer', '{') }}, {{ json_part('deliveries.viewer', '{') }})
            as customer_section,
        {{ json_part('deliveries.affiliate', '{') }} as affiliate_section
    from deliveries
),

renamed as (
    select
        connections.workspace_id,
        sections.connection_id,
        sections.event_key,
        sections.event,
        event_names.surface,
        event_names.event_kind,
        {{ blank_to_null('event_names.transaction_type') }} as transaction_type,
        {{ blank_to_null('event_names.item_type') }} as named_item_type,
        {{ told_text('sections.event_id') }} as event_id,
        {{ told_text('sections.mode_int') }} as mode_number,
        lower({{ told_text('sections.mode') }}) as mode_word,
        coalesce(
            {{ told_text('sections.order_id') }}, {{ told_text('sections.order__id') }}
        ) as order_number,
        {{ told_text('sections.invoice_id') }} as invoice_id,
        {{ normalize_email(delivery_text('sections.customer_section', 'email')) }} as email,
        coalesce(
            {{ told_text('sections.customer_id') }}, {{ delivery_text('sections.customer_section', 'id') }}
        ) as customer_number,
        {{ delivery_text('sections.customer_section', 'name') }} as customer_name,
        {{ delivery_text('sections.customer_section', 'contactno') }} as customer_phone,
        {{ delivery_text('sections.customer_section', 'address.zip') }} as customer_postal_code,
        {{ told_text('sections.base_product') }} as funnel_product_number,
        {{ told_text('sections.base_product_name') }} as funnel_product_name,
        {{ told_text('sections.subscription_id') }} as told_subscription_number,
        lower({{ delivery_text('sections.item_section', 'type') }}) as told_item_type,
        -- Its id is the item's number, not the refund's or the subscription's.
        {{ delivery_text('sections.item_section', 'id') }} as told_item_id,
        {{ delivery_text('sections.item_section', 'product_id') }} as told_product_id,
        {{ delivery_text('sections.item_section', 'bump_id') }} as told_bump_id,
        {{ delivery_text('sections.item_section', 'upsell_id') }} as told_upsell_id,
        {{ delivery_text('sections.item_section', 'downsell_id') }} as told_downsell_id,
        {{ delivery_text('sections.item_section', 'name') }} as item_name,
        upper(coalesce(
            {{ told_text('sections.currency') }}, {{ delivery_text('sections.item_section', 'currency') }}
        )) as currency,
        {{ whole_number(delivery_text('sections.item_section', 'amount')) }} as amount_cents,
        {{ whole_number(delivery_text('sections.item_section', 'tax_paid')) }} as tax_cents,
        {{ whole_number(delivery_text('sections.item_section', 'amount_gross')) }} as gross_cents,
        lower({{ delivery_text('sections.subscription_section', 'frequency') }}) as frequency,
        {{ whole_number(delivery_text('sections.subscription_section', 'remaining_rebills')) }} as remaining_rebills,
        {{ whole_number(delivery_text('sections.subscription_section', 'next_payment_date')) }} as next_payment_seconds,
        {{ whole_number(delivery_text('sections.subscription_section', 'billing_period_end')) }}
            as billing_period_end_seconds,
        -- What an affiliate looks like in a delivery is not documented: a number, or a section.
        coalesce(
            {{ delivery_text('sections.affiliate_section', 'affiliate_id') }},
            {{ delivery_text('sections.affiliate_section', 'id') }},
            {{ told_text('sections.affiliate_id') }},
            case
                when sections.affiliate_section is null then {{ told_text('sections.affiliate') }}
            end
        ) as affiliate_id,
        {{ delivery_text('sections.affiliate_section', 'name') }} as affiliate_name,
        {{ normalize_email(delivery_text('sections.affiliate_section', 'email')) }} as affiliate_email,
        -- The date of `order` is the original order's, also in a rebill or a refund years later.
        coalesce(
            {{ whole_number(told_text('sections.date_unix')) }},
            {{ whole_number(told_text('sections.order_timestamp')) }}
        ) as occurred_seconds,
        connections.reporting_time_zone,
        sections.seen_at
    from sections
    inner join connections on sections.connection_id = connections.connection_id
    left join event_names on lower({{ blank_to_null('sections.event') }}) = event_names.event
),

typed as (
    select
        renamed.*,
        coalesce(renamed.told_item_type, renamed.named_item_type) as item_type,
        case
            when renamed.mode_number = '1' or renamed.mode_word = 'test' then 'test'
            when renamed.mode_number = '2' or renamed.mode_word = 'live' then 'live'
        end as mode,
        coalesce({{ epoch_to_timestamp('renamed.occurred_seconds') }}, renamed.seen_at) as occurred_at
    from renamed
),

identified as (
    select
        typed.*,
        coalesce(
            typed.told_item_id,
            case typed.item_type
                when 'product' then typed.told_product_id
                when 'bump' then typed.told_bump_id
                when 'upsell' then typed.told_upsell_id
                when 'downsell' then typed.told_downsell_id
            end,
            -- A product that is bought or refunded is the funnel's own.
            case when typed.named_item_type = 'product' then typed.funnel_product_number end
        ) as item_id
    from typed
),

final as (
    select
        identified.workspace_id,
        identified.connection_id,
        identified.event_key,
        identified.event,
        identified.surface,
        identified.event_kind,
        identified.transaction_type,
        identified.mode,
        coalesce(identified.mode_word, identified.mode_number) as told_mode,
        coalesce(identified.mode = 'test', false) as is_test,
        identified.event_id,
        identified.connection_id || ':' || identified.order_number as order_id,
        identified.order_number,
        identified.invoice_id,
        identified.email,
        identified.customer_number,
        identified.customer_name,
        identified.customer_phone,
        identified.customer_postal_code,
        identified.funnel_product_number,
        identified.connection_id || ':product:' || identified.funnel_product_number as funnel_product_id,
        identified.funnel_product_name,
        identified.named_item_type,
        identified.item_type,
        identified.item_id,
        identified.connection_id || ':' || identified.item_type || ':' || identified.item_id as product_id,
        identified.item_name,
        identified.told_subscription_number,
        identified.currency,
        {{ cents_to_amount('identified.amount_cents') }} as amount,
        {{ cents_to_amount('identified.tax_cents') }} as tax_amount,
        {{ cents_to_amount('identified.gross_cents') }} as gross_amount,
        identified.frequency,
        identified.remaining_rebills,
        {{ epoch_to_timestamp('identified.next_payment_seconds') }} as next_payment_at,
        {{ epoch_to_timestamp('identified.billing_period_end_seconds') }} as billing_period_end_at,
        identified.affiliate_id,
        identified.affiliate_name,
        identified.affiliate_email,
        identified.occurred_seconds is not null as is_time_told,
        identified.occurred_at,
        {{ reporting_date('identified.occurred_at', 'identified.reporting_time_zone') }} as occurred_date,
        identified.seen_at
    from identified
)

select * from final
