-- Grain: one address and one thing that it shares with another address, by each rule that tells it, and a number of all
-- that is told of the thing.
{{ config(materialized='view') }}

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

described as (
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
        rules.decided_by
    from told
    inner join addresses on told.workspace_id = addresses.workspace_id and told.email = addresses.email
    inner join rules on told.rule = rules.rule
),

-- What one address has alone links nothing.
keys as (
    select
        described.workspace_id,
        described.link_key,
        {{ fingerprint_of_rows([
            'described.email', 'described.address_id', 'described.mailbox', 'described.is_role_address',
            'described.rule', 'described.evidence', 'described.strength', 'described.confidence',
            'described.decided_by'
        ]) }} as told_fingerprint
    from described
    group by described.workspace_id, described.link_key
    having min(described.email) <> max(described.email)
),

final as (
    select
        described.*,
        {{ fingerprint(['keys.told_fingerprint']) }} as inputs_fingerprint
    from described
    inner join keys on described.workspace_id = keys.workspace_id and described.link_key = keys.link_key
)

select * from final
