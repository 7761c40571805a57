-- Grain: one address and one thing that it leads to (link_key), whether or not another address does: a mailbox, a
-- contact, a customer, a change of address, a decision. Made anew for addresses of which something has changed.
-- depends_on: {{ ref('int_identity_changes') }}, {{ ref('int_identity_decision_changes') }}
{{ config(
    materialized='rebuilt_for_changes', key='address_id', inputs='int_identity_addresses',
    changes=['int_identity_changes', 'int_identity_decision_changes'], follows=['int_identity_addresses']
) }}

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

sighted as (
    select
        addresses.address_id,
        sightings.connection_id,
        sightings.sighting_kind,
        sightings.source_key
    from sightings
    inner join addresses on sightings.workspace_id = addresses.workspace_id and sightings.email = addresses.email
    where sightings.source_key is not null
),

told as (
    select
        decisions.address_id,
        decisions.link_key,
        'user_decision' as rule,
        'linked in identity_decisions.csv: ' || decisions.email || ' and ' || decisions.other_email
        || coalesce(' (' || nullif(trim(decisions.reason), '') || ')', '') as evidence
    from decisions
    union all
    select
        addresses.address_id,
        'mailbox:' || addresses.mailbox as link_key,
        case when addresses.mailbox = addresses.canonical_email then 'same_address' else 'same_mailbox' end as rule,
        'leads to the mailbox ' || addresses.mailbox as evidence
    from addresses
    union all
    select
        sighted.address_id,
        'contact:' || sighted.source_key as link_key,
        'crm_contact' as rule,
        'an address of the contact ' || sighted.source_key as evidence
    from sighted
    where sighted.sighting_kind in ('contact', 'contact_additional')
    union all
    select
        addresses.address_id,
        'contact:' || contact_merges.merged_crm_contact_id as link_key,
        'crm_merge' as rule,
        'the contact ' || contact_merges.merged_crm_contact_id || ' was merged into ' || contact_emails.crm_contact_id
            as evidence
    from contact_merges
    inner join contact_emails on contact_merges.contact_id = contact_emails.contact_id
    inner join addresses
        on contact_emails.workspace_id = addresses.workspace_id and contact_emails.email = addresses.email
    union all
    select
        sighted.address_id,
        'address_change:' || sighted.connection_id || ':' || sighted.source_key as link_key,
        'address_change' as rule,
        'changed by the webhook ' || sighted.source_key || ' of ' || sighted.connection_id as evidence
    from sighted
    where sighted.sighting_kind = 'address_change'
    union all
    select
        sighted.address_id,
        'thrivecart_customer:' || sighted.connection_id || ':' || sighted.source_key as link_key,
        'thrivecart_customer' as rule,
        'customer ' || sighted.source_key || ' of ' || sighted.connection_id as evidence
    from sighted
    where sighted.sighting_kind in ('payment', 'checkout', 'customer_update')
),

-- One address may be told to have the same thing by more than one rule.
ranked as (
    select
        addresses.workspace_id,
        addresses.email,
        addresses.address_id,
        addresses.mailbox,
        addresses.is_role_address,
        told.link_key,
        told.rule,
        told.evidence,
        rules.strength,
        rules.confidence,
        rules.decided_by,
        row_number() over (
            partition by told.address_id, told.link_key
            order by rules.strength, told.evidence
        ) as precedence
    from told
    inner join addresses on told.address_id = addresses.address_id
    inner join rules on told.rule = rules.rule
),

final as (
    select
        ranked.workspace_id,
        ranked.email,
        ranked.address_id,
        ranked.mailbox,
        ranked.is_role_address,
        ranked.link_key,
        {{ dbt.hash("ranked.workspace_id || ':' || ranked.link_key") }} as link_id,
        ranked.rule,
        ranked.strength,
        ranked.evidence,
        ranked.confidence,
        ranked.decided_by,
        -- Whose mailbox it is and what the user says need no doubt.
        ranked.rule in ('user_decision', 'same_address', 'same_mailbox') as is_beyond_doubt
    from ranked
    where ranked.precedence = 1
)

select * from final
