-- Grain: one subscription in one answer of POST /customer, at the time it was seen.
with exploded as (
    {{ explode_json_array(
        ref('stg_thrivecart__customers'), 'subscriptions', ['connection_id', 'email', 'seen_at']
    ) }}
),

renamed as (
    select
        exploded.connection_id,
        exploded.email,
        exploded.connection_id || ':' || {{ json_text('exploded.element', 'subscription_id') }} as subscription_id,
        {{ json_text('exploded.element', 'status') }} as thrivecart_status,
        lower({{ blank_to_null(json_text('exploded.element', 'frequency')) }}) as frequency,
        upper({{ json_text('exploded.element', 'currency') }}) as currency,
        {{ cents_to_amount('cast(' ~ json_text('exploded.element', 'amount') ~ ' as bigint)') }} as plan_amount,
        cast({{ json_text('exploded.element', 'payments') }} as bigint) as payments_made,
        cast({{ json_text('exploded.element', 'payments_remaining') }} as bigint) as payments_remaining,
        exploded.seen_at
    from exploded
),

final as (
    select * from renamed
)

select * from final
