-- Grain: one address as one connection saw it: the kind of sighting, under which number, name, phone and postal code.
-- Test mode says nothing of people.
with contact_emails as (
    select * from {{ ref('int_contact_emails_unioned') }}
),

transactions as (
    select * from {{ ref('stg_thrivecart__transactions') }}
    where not is_test
),

deliveries as (
    select * from {{ ref('stg_thrivecart__webhook_events') }}
    where not is_test and event_kind in ('checkout', 'payment')
),

carts as (
    select * from {{ ref('stg_thrivecart__abandoned_carts') }}
),

address_changes as (
    select * from {{ ref('stg_thrivecart__address_changes') }}
),

file_touchpoints as (
    select * from {{ ref('stg_files__touchpoints') }}
),

seen as (
    select
        contact_emails.workspace_id,
        contact_emails.connection_id,
        contact_emails.email,
        case when contact_emails.is_additional then 'contact_additional' else 'contact' end as sighting_kind,
        contact_emails.crm_contact_id as source_key,
        contact_emails.full_name,
        contact_emails.phone,
        contact_emails.postal_code,
        contact_emails.created_at as seen_at
    from contact_emails
    union all
    select
        transactions.workspace_id, transactions.connection_id, transactions.email, 'payment' as sighting_kind,
        transactions.customer_number as source_key, transactions.customer_name as full_name,
        cast(null as varchar) as phone, cast(null as varchar) as postal_code, transactions.occurred_at as seen_at
    from transactions
    union all
    select
        deliveries.workspace_id, deliveries.connection_id, deliveries.email, 'checkout' as sighting_kind,
        deliveries.customer_number as source_key, deliveries.customer_name as full_name,
        deliveries.customer_phone as phone, deliveries.customer_postal_code as postal_code,
        deliveries.occurred_at as seen_at
    from deliveries
    union all
    select
        carts.workspace_id, carts.connection_id, carts.email, 'abandoned_cart' as sighting_kind,
        cast(null as varchar) as source_key, carts.customer_name as full_name,
        carts.customer_phone as phone, carts.customer_postal_code as postal_code, carts.occurred_at as seen_at
    from carts
    union all
    select
        address_changes.workspace_id, address_changes.connection_id, address_changes.old_email as email,
        'address_change' as sighting_kind, address_changes.event_key as source_key, cast(null as varchar) as full_name,
        cast(null as varchar) as phone, cast(null as varchar) as postal_code, address_changes.occurred_at as seen_at
    from address_changes
    where address_changes.is_address_changed
    union all
    select
        address_changes.workspace_id, address_changes.connection_id, address_changes.new_email as email,
        'address_change' as sighting_kind, address_changes.event_key as source_key, cast(null as varchar) as full_name,
        cast(null as varchar) as phone, cast(null as varchar) as postal_code, address_changes.occurred_at as seen_at
    from address_changes
    where address_changes.is_address_changed
    union all
    -- Where it is not told what the address was, the number of the customer tells whose it is.
    select
        address_changes.workspace_id, address_changes.connection_id, address_changes.new_email as email,
        'customer_update' as sighting_kind, address_changes.customer_number as source_key,
        cast(null as varchar) as full_name, cast(null as varchar) as phone, cast(null as varchar) as postal_code,
        address_changes.occurred_at as seen_at
    from address_changes
    union all
    select
        file_touchpoints.workspace_id, file_touchpoints.connection_id, file_touchpoints.email,
        'touchpoint' as sighting_kind, cast(null as varchar) as source_key, cast(null as varchar) as full_name,
        cast(null as varchar) as phone, cast(null as varchar) as postal_code, file_touchpoints.occurred_at as seen_at
    from file_touchpoints
),

grouped as (
    select
        seen.workspace_id,
        seen.connection_id,
        seen.email,
        seen.sighting_kind,
        seen.source_key,
        seen.full_name,
        seen.phone,
        seen.postal_code,
        min(seen.seen_at) as seen_at,
        max(seen.seen_at) as last_seen_at
    from seen
    where seen.email is not null
    group by
        seen.workspace_id, seen.connection_id, seen.email, seen.sighting_kind, seen.source_key, seen.full_name,
        seen.phone, seen.postal_code
),

final as (
    select * from grouped
)

select * from final
