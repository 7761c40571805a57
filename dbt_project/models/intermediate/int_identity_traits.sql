-- Grain: one address, name, phone and postal code with which it was seen, and when first as a contact and as a payer.
with sightings as (
    select * from {{ ref('int_identity_sightings') }}
),

grouped as (
    select
        sightings.workspace_id,
        sightings.email,
        sightings.full_name,
        sightings.phone,
        sightings.postal_code,
        min(case when sightings.sighting_kind = 'contact' then sightings.seen_at end) as opted_in_at,
        min(case when sightings.sighting_kind = 'payment' then sightings.seen_at end) as paid_at,
        max(sightings.last_seen_at) as last_seen_at
    from sightings
    where sightings.full_name is not null
    group by
        sightings.workspace_id, sightings.email, sightings.full_name, sightings.phone, sightings.postal_code
),

keyed as (
    select
        grouped.workspace_id,
        grouped.email,
        grouped.full_name,
        grouped.phone,
        grouped.postal_code,
        grouped.opted_in_at,
        grouped.paid_at,
        grouped.last_seen_at,
        nullif({{ name_key('grouped.full_name') }}, '') as name_key,
        nullif({{ phone_key('grouped.phone') }}, '') as phone_key,
        nullif(upper(replace(grouped.postal_code, ' ', '')), '') as postal_code_key
    from grouped
),

final as (
    select * from keyed
)

select * from final
