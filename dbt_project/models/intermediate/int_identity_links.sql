-- Grain: one address and one thing that it shares with another address (link_key): a mailbox, a contact, a customer, a
-- change of address, a decision. What several people share is listed with the reason why it links nobody.
{{ config(
    materialized='rebuilt_where_changed', key=['workspace_id', 'email'], inputs='int_identity_links_of_addresses'
) }}

with shared as (
    select * from {{ ref('int_identity_links_of_addresses') }}
),

neighbours as (
    select * from {{ ref('int_identity_links_shared') }}
),

address_people as (
    select
        shared.workspace_id,
        shared.email,
        count(distinct neighbours.mailbox) as people_count
    from shared
    inner join neighbours
        on shared.workspace_id = neighbours.workspace_id
        and shared.link_key = neighbours.link_key
        and shared.mailbox <> neighbours.mailbox
    where
        not shared.is_beyond_doubt
        and not shared.is_role_address
        and not neighbours.is_role_address
        and shared.people_count <= {{ var('shared_address_people') }}
    group by shared.workspace_id, shared.email
),

final as (
    select
        shared.workspace_id,
        shared.email,
        shared.address_id,
        shared.link_key,
        shared.link_id,
        shared.rule,
        shared.strength,
        shared.evidence,
        shared.confidence,
        shared.decided_by,
        case
            when shared.is_beyond_doubt then null
            when shared.is_role_address then 'role_address'
            when shared.people_count > {{ var('shared_address_people') }} then 'shared_key'
            when address_people.people_count > {{ var('shared_address_people') }} then 'shared_address'
        end as left_out_because,
        shared.inputs_fingerprint
    from shared
    left join address_people
        on shared.workspace_id = address_people.workspace_id and shared.email = address_people.email
)

select * from final
