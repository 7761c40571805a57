-- Grain: one address and one thing that it shares with another address (link_key), with the reason why it links nobody
-- where several people share it; and its mailbox, shared or not, so that every address has a row. Made anew for
-- addresses of which something has changed, and for those that share something with them, or did.
-- depends_on: {{ ref('int_identity_changes') }}, {{ ref('int_identity_decision_changes') }}
{{ config(
    materialized='rebuilt_for_changes', key='address_id', inputs='int_identity_addresses',
    changes=['int_identity_changes', 'int_identity_decision_changes'],
    follows=['int_identity_addresses', 'int_identity_claims'],
    spread={'over': 'int_identity_claims', 'by': 'link_id'}
) }}

with addresses as (
    select * from {{ ref('int_identity_addresses') }}
),

-- Read twice, as few claims are asked for: by these two columns, and whole.
claim_keys as (
    select address_id, link_id from {{ ref('int_identity_claims') }}
),

claims as (
    select * from {{ ref('int_identity_claims') }}
),

own_keys as (
    select distinct claim_keys.link_id
    from claim_keys
    inner join addresses on claim_keys.address_id = addresses.address_id
),

claims_of_keys as (
    select claims.*
    from claims
    inner join own_keys on claims.link_id = own_keys.link_id
),

own as (
    select claims_of_keys.*
    from claims_of_keys
    inner join addresses on claims_of_keys.address_id = addresses.address_id
),

shared_keys as (
    select claims_of_keys.link_id
    from claims_of_keys
    group by claims_of_keys.link_id
    having count(*) > 1
),

-- Who has a key is the mailboxes that may be people's: those of roles, and what needs no doubt, are none of them.
holders as (
    select distinct
        claims_of_keys.link_id,
        claims_of_keys.mailbox
    from claims_of_keys
    inner join shared_keys on claims_of_keys.link_id = shared_keys.link_id
    where not claims_of_keys.is_beyond_doubt and not claims_of_keys.is_role_address
),

key_people as (
    select
        holders.link_id,
        count(*) as people_count
    from holders
    group by holders.link_id
),

neighbours as (
    select distinct
        own.address_id,
        holders.mailbox
    from own
    inner join key_people
        on own.link_id = key_people.link_id
        and key_people.people_count <= {{ var('shared_address_people') }}
    inner join holders
        on own.link_id = holders.link_id
        and own.mailbox <> holders.mailbox
    where not own.is_beyond_doubt and not own.is_role_address
),

address_people as (
    select
        neighbours.address_id,
        count(*) as people_count
    from neighbours
    group by neighbours.address_id
),

final as (
    select
        own.workspace_id,
        own.email,
        own.address_id,
        own.link_key,
        own.link_id,
        own.rule,
        own.strength,
        own.evidence,
        own.confidence,
        own.decided_by,
        case
            when shared_keys.link_id is null then 'nobody_else'
            when own.is_beyond_doubt then null
            when own.is_role_address then 'role_address'
            when key_people.people_count > {{ var('shared_address_people') }} then 'shared_key'
            when address_people.people_count > {{ var('shared_address_people') }} then 'shared_address'
        end as left_out_because
    from own
    left join shared_keys on own.link_id = shared_keys.link_id
    left join key_people on own.link_id = key_people.link_id
    left join address_people on own.address_id = address_people.address_id
    where shared_keys.link_id is not null or own.rule in ('same_address', 'same_mailbox')
)

select * from final
