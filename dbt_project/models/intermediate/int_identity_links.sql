-- Grain: one address and one thing that it shares with another address (link_key): a mailbox, a contact, a customer, a
-- change of address, a decision. What several people share is listed with the reason why it links nobody.
with addresses as (
    select * from {{ ref('int_identity_addresses') }}
),

sightings as (
    select * from {{ ref('int_identity_sightings') }}
),

contact_emails as (
    select * from {{ ref('int_contact_emails_unioned') }}
),

contact_merges as (
    select * from {{ ref('int_contact_merges_unioned') }}
),

decisions as (
    select * from {{ ref('int_identity_decisions') }}
    where decision = 'link'
),

rules as (
    select * from {{ ref('identity_rules') }}
),

told as (
    select
        decisions.workspace_id,
        decisions.address_email as email,
        decisions.link_key,
        'user_decision' as rule,
        'linked in identity_decisions.csv: ' || decisions.email || ' and ' || decisions.other_email
        || coalesce(' (' || nullif(trim(decisions.reason), '') || ')', '') as evidence
    from decisions
    union all
    select
        addresses.workspace_id,
        addresses.email,
        'mailbox:' || addresses.mailbox as link_key,
        case when addresses.mailbox = addresses.canonical_email then 'same_address' else 'same_mailbox' end as rule,
        'leads to the mailbox ' || addresses.mailbox as evidence
    from addresses
    union all
    select
        sightings.workspace_id,
        sightings.email,
        'contact:' || sightings.source_key as link_key,
        'crm_contact' as rule,
        'an address of the contact ' || sightings.source_key as evidence
    from sightings
    where sightings.sighting_kind in ('contact', 'contact_additional')
    union all
    select
        contact_emails.workspace_id,
        contact_emails.email,
        'contact:' || contact_merges.merged_crm_contact_id as link_key,
        'crm_merge' as rule,
        'the contact ' || contact_merges.merged_crm_contact_id || ' was merged into ' || contact_emails.crm_contact_id
            as evidence
    from contact_merges
    inner join contact_emails on contact_merges.contact_id = contact_emails.contact_id
    union all
    select
        sightings.workspace_id,
        sightings.email,
        'address_change:' || sightings.connection_id || ':' || sightings.source_key as link_key,
        'address_change' as rule,
        'changed by the webhook ' || sightings.source_key || ' of ' || sightings.connection_id as evidence
    from sightings
    where sightings.sighting_kind = 'address_change'
    union all
    select
        sightings.workspace_id,
        sightings.email,
        'thrivecart_customer:' || sightings.connection_id || ':' || sightings.source_key as link_key,
        'thrivecart_customer' as rule,
        'customer ' || sightings.source_key || ' of ' || sightings.connection_id as evidence
    from sightings
    where
        sightings.sighting_kind in ('payment', 'checkout', 'customer_update')
        and sightings.source_key is not null
),

-- One address may be told to have the same thing by more than one rule.
ranked as (
    select
        told.workspace_id,
        told.email,
        told.link_key,
        told.rule,
        told.evidence,
        addresses.address_id,
        addresses.mailbox,
        addresses.is_role_address,
        rules.strength,
        rules.confidence,
        rules.decided_by,
        row_number() over (
            partition by told.workspace_id, told.email, told.link_key
            order by rules.strength, told.evidence
        ) as precedence
    from told
    inner join addresses on told.workspace_id = addresses.workspace_id and told.email = addresses.email
    inner join rules on told.rule = rules.rule
),

counted as (
    select
        ranked.*,
        count(*) over (partition by ranked.workspace_id, ranked.link_key) as address_count
    from ranked
    where ranked.precedence = 1
),

shared as (
    select
        counted.*,
        -- Whose mailbox it is and what the user says need no doubt.
        counted.rule in ('user_decision', 'same_address', 'same_mailbox') as is_beyond_doubt
    from counted
    where counted.address_count > 1
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

address_people as (
    select
        shared.workspace_id,
        shared.email,
        count(distinct neighbours.mailbox) as people_count
    from shared
    inner join key_people
        on shared.workspace_id = key_people.workspace_id
        and shared.link_key = key_people.link_key
        and key_people.people_count <= {{ var('shared_address_people') }}
    inner join shared as neighbours
        on shared.workspace_id = neighbours.workspace_id
        and shared.link_key = neighbours.link_key
        and shared.mailbox <> neighbours.mailbox
    where not shared.is_beyond_doubt and not shared.is_role_address and not neighbours.is_role_address
    group by shared.workspace_id, shared.email
),

final as (
    select
        shared.workspace_id,
        shared.email,
        shared.address_id,
        shared.link_key,
        {{ dbt.hash("shared.workspace_id || ':' || shared.link_key") }} as link_id,
        shared.rule,
        shared.strength,
        shared.evidence,
        shared.confidence,
        shared.decided_by,
        case
            when shared.is_beyond_doubt then null
            when shared.is_role_address then 'role_address'
            when key_people.people_count > {{ var('shared_address_people') }} then 'shared_key'
            when address_people.people_count > {{ var('shared_address_people') }} then 'shared_address'
        end as left_out_because
    from shared
    left join key_people
        on shared.workspace_id = key_people.workspace_id and shared.link_key = key_people.link_key
    left join address_people
        on shared.workspace_id = address_people.workspace_id and shared.email = address_people.email
)

select * from final
