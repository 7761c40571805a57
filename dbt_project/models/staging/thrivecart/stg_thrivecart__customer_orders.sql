-- Grain: one order in one answer of POST /customer, at the time it was seen.
with purchases as (
    {{ explode_json_array(
        ref('stg_thrivecart__customers'), 'purchases', ['connection_id', 'email', 'seen_at']
    ) }}
),

subscriptions as (
    {{ explode_json_array(
        ref('stg_thrivecart__customers'), 'subscriptions', ['connection_id', 'email', 'seen_at']
    ) }}
),

listed as (
    select * from purchases
    union all
    select * from subscriptions
),

-- An order may hold several purchases and subscriptions.
final as (
    select distinct
        listed.connection_id,
        listed.email,
        listed.connection_id || ':' || {{ json_text('listed.element', 'order_id') }} as order_id,
        listed.seen_at
    from listed
    where {{ json_text('listed.element', 'order_id') }} is not null
)

select * from final
