-- Grain: one address and one thing that it shares with another address, by the strongest rule that tells it, and how
-- many people share the thing.
{{ config(
    materialized='rebuilt_where_changed', key=['workspace_id', 'link_key'], inputs='int_identity_links_told'
) }}

with told as (
    select * from {{ ref('int_identity_links_told') }}
),

-- One address may be told to have the same thing by more than one rule.
ranked as (
    select
        told.*,
        row_number() over (
            partition by told.workspace_id, told.email, told.link_key
            order by told.strength, told.evidence
        ) as precedence
    from told
),

shared as (
    select
        ranked.*,
        -- Whose mailbox it is and what the user says need no doubt.
        ranked.rule in ('user_decision', 'same_address', 'same_mailbox') as is_beyond_doubt
    from ranked
    where ranked.precedence = 1
),

key_people as (
    select
        shared.workspace_id,
        shared.link_key,
        count(distinct shared.mailbox) as people_count
    from shared
    where not shared.is_beyond_doubt and not shared.is_role_address
    group by shared.workspace_id, shared.link_key
),

final as (
    select
        shared.workspace_id,
        shared.email,
        shared.address_id,
        shared.mailbox,
        shared.is_role_address,
        shared.link_key,
        {{ dbt.hash("shared.workspace_id || ':' || shared.link_key") }} as link_id,
        shared.rule,
        shared.strength,
        shared.evidence,
        shared.confidence,
        shared.decided_by,
        shared.is_beyond_doubt,
        key_people.people_count,
        shared.inputs_fingerprint
    from shared
    left join key_people
        on shared.workspace_id = key_people.workspace_id and shared.link_key = key_people.link_key
)

select * from final
