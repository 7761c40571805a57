-- Grain: one address that was ever seen or named by a decision, by its id: a number of all that its links and its
-- person are made from, and when a build last found that number changed. Whoever is gone stays, without a number.
{{ config(materialized='incremental', unique_key='address_id', incremental_strategy='delete+insert') }}

with addresses as (
    select * from {{ ref('int_identity_addresses') }}
),

emails as (
    select * from {{ ref('int_emails_unioned') }}
),

contact_emails as (
    select * from {{ ref('int_contact_emails_unioned') }}
),

contact_merges as (
    select * from {{ ref('int_contact_merges_unioned') }}
),

decisions as (
    select * from {{ ref('int_identity_decisions') }}
),

rules as (
    select * from {{ ref('identity_rules') }}
),

merged as (
    select
        contact_emails.workspace_id,
        contact_emails.email,
        {{ fingerprint_of_rows([
            'contact_emails.crm_contact_id', 'contact_merges.merged_crm_contact_id'
        ]) }} as merges_fingerprint
    from contact_merges
    inner join contact_emails on contact_merges.contact_id = contact_emails.contact_id
    group by contact_emails.workspace_id, contact_emails.email
),

decided as (
    select
        decisions.address_id,
        {{ fingerprint_of_rows([
            'decisions.email', 'decisions.other_email', 'decisions.decision', 'decisions.reason', 'decisions.side'
        ]) }} as decisions_fingerprint
    from decisions
    group by decisions.address_id
),

ruled as (
    select
        {{ fingerprint_of_rows(['rules.rule', 'rules.strength', 'rules.confidence', 'rules.decided_by']) }}
            as rules_fingerprint
    from rules
),

found as (
    select
        addresses.workspace_id,
        addresses.address_id,
        {{ fingerprint([
            'addresses.canonical_email', 'addresses.mailbox', 'addresses.is_role_address', 'emails.first_seen_at',
            'emails.lead_created_at', 'emails.lead_created_date', 'emails.is_crm_contact', 'emails.is_paying',
            'emails.sightings_fingerprint', 'merged.merges_fingerprint', 'decided.decisions_fingerprint',
            'ruled.rules_fingerprint'
        ]) }} as inputs_fingerprint
    from addresses
    cross join ruled
    left join emails on addresses.address_id = emails.address_id
    left join merged on addresses.workspace_id = merged.workspace_id and addresses.email = merged.email
    left join decided on addresses.address_id = decided.address_id
),

changed as (
    select found.*
    from found
    {% if is_incremental() -%}
        left join {{ this }} as known
            on found.address_id = known.address_id and found.inputs_fingerprint = known.inputs_fingerprint
        where known.address_id is null
        union all
        select
            known.workspace_id,
            known.address_id,
            null as inputs_fingerprint
        from {{ this }} as known
        left join found on known.address_id = found.address_id
        where found.address_id is null and known.inputs_fingerprint is not null
    {%- endif %}
),

final as (
    select
        changed.workspace_id,
        changed.address_id,
        changed.inputs_fingerprint,
        {{ moment_of_changes() }} as changed_at
    from changed
)

select * from final
