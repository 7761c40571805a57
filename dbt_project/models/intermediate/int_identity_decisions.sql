-- Grain: one address that one side of a decision names: the address as it is written, else those with the same
-- canonical form. A side may name several, and one that was not seen yet.
with decisions as (
    select * from {{ ref('stg_reference__identity_decisions') }}
),

addresses as (
    select * from {{ ref('int_identity_addresses') }}
),

sides as (
    select
        decisions.workspace_id,
        decisions.email,
        decisions.other_email,
        decisions.decision,
        decisions.reason,
        'email' as side,
        decisions.email as named_email
    from decisions
    union all
    select
        decisions.workspace_id,
        decisions.email,
        decisions.other_email,
        decisions.decision,
        decisions.reason,
        'other_email' as side,
        decisions.other_email as named_email
    from decisions
),

named as (
    select
        sides.workspace_id,
        sides.email,
        sides.other_email,
        sides.decision,
        sides.reason,
        sides.side,
        addresses.canonical_email as named_canonical_email
    from sides
    inner join addresses on sides.workspace_id = addresses.workspace_id and sides.named_email = addresses.email
),

ranked as (
    select
        named.workspace_id,
        named.email,
        named.other_email,
        named.decision,
        named.reason,
        named.side,
        addresses.email as address_email,
        addresses.address_id,
        rank() over (
            partition by named.workspace_id, named.email, named.other_email, named.side
            order by
                case
                    when not addresses.is_seen then 3
                    when named.side = 'email' and addresses.email = named.email then 1
                    when named.side = 'other_email' and addresses.email = named.other_email then 1
                    else 2
                end
        ) as preference
    from named
    inner join addresses
        on named.workspace_id = addresses.workspace_id
        and named.named_canonical_email = addresses.canonical_email
),

final as (
    select
        ranked.workspace_id,
        ranked.email,
        ranked.other_email,
        ranked.decision,
        ranked.reason,
        'decision:'
        || case when ranked.email <= ranked.other_email then ranked.email else ranked.other_email end
        || '|'
        || case when ranked.email <= ranked.other_email then ranked.other_email else ranked.email end as link_key,
        ranked.side,
        ranked.address_email,
        ranked.address_id
    from ranked
    where ranked.preference = 1
)

select * from final
