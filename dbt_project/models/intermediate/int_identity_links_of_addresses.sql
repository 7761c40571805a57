-- Grain: one address and one thing that it shares with another address, and a number of all that is known of the
-- address's things and of who shares them.
{{ config(materialized='view') }}

with shared as (
    select * from {{ ref('int_identity_links_shared') }}
),

addresses as (
    select
        shared.workspace_id,
        shared.email,
        {{ fingerprint_of_rows(['shared.link_key', 'shared.inputs_fingerprint']) }} as things_fingerprint
    from shared
    group by shared.workspace_id, shared.email
),

final as (
    select
        shared.workspace_id,
        shared.email,
        shared.address_id,
        shared.mailbox,
        shared.is_role_address,
        shared.link_key,
        shared.link_id,
        shared.rule,
        shared.strength,
        shared.evidence,
        shared.confidence,
        shared.decided_by,
        shared.is_beyond_doubt,
        shared.people_count,
        {{ fingerprint(['addresses.things_fingerprint']) }} as inputs_fingerprint
    from shared
    inner join addresses on shared.workspace_id = addresses.workspace_id and shared.email = addresses.email
)

select * from final
