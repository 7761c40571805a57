-- Grain: one address that was ever seen or named by a decision: a number of all that is known of it, but for decisions,
-- and when a build last found that number changed. Whoever is gone stays, without address and number.
{{ config(materialized='incremental', unique_key='address_id', incremental_strategy='delete+insert') }}

with sightings as (
    select * from {{ ref('int_identity_sightings') }}
),

contacts as (
    select * from {{ ref('int_contacts_unioned') }}
),

contact_emails as (
    select * from {{ ref('int_contact_emails_unioned') }}
),

contact_merges as (
    select * from {{ ref('int_contact_merges_unioned') }}
),

decisions as (
    select * from {{ ref('stg_reference__identity_decisions') }}
),

providers as (
    select * from {{ ref('mailbox_providers') }}
),

roles as (
    select * from {{ ref('role_local_parts') }}
),

rules as (
    select * from {{ ref('identity_rules') }}
),

told as (
    select
        sightings.workspace_id,
        sightings.email,
        1 as is_seen,
        {{ fingerprint([
            'sightings.connection_id', 'sightings.sighting_kind', 'sightings.source_key', 'sightings.seen_at'
        ]) }} as told_fingerprint
    from sightings
    union all
    select
        contacts.workspace_id,
        contacts.email,
        0 as is_seen,
        {{ fingerprint(['contacts.created_at', 'contacts.created_date']) }} as told_fingerprint
    from contacts
    union all
    select
        contact_emails.workspace_id,
        contact_emails.email,
        0 as is_seen,
        {{ fingerprint(['contact_emails.crm_contact_id', 'contact_merges.merged_crm_contact_id']) }} as told_fingerprint
    from contact_merges
    inner join contact_emails on contact_merges.contact_id = contact_emails.contact_id
    union all
    select
        decisions.workspace_id,
        decisions.email,
        0 as is_seen,
        0 as told_fingerprint
    from decisions
    union all
    select
        decisions.workspace_id,
        decisions.other_email as email,
        0 as is_seen,
        0 as told_fingerprint
    from decisions
),

grouped as (
    select
        told.workspace_id,
        told.email,
        max(told.is_seen) = 1 as is_seen,
        sum(cast(told.told_fingerprint as decimal(38, 0))) as told_fingerprint
    from told
    where told.email is not null
    group by told.workspace_id, told.email
),

providing as (
    select
        {{ fingerprint_of_rows([
            'providers.domain', 'providers.mailbox_domain', 'providers.dot_rule', 'providers.tag_separator'
        ]) }} as providers_fingerprint
    from providers
),

answering as (
    select {{ fingerprint_of_rows(['roles.local_part']) }} as roles_fingerprint
    from roles
),

ruling as (
    select
        {{ fingerprint_of_rows(['rules.rule', 'rules.strength', 'rules.confidence', 'rules.decided_by']) }}
            as rules_fingerprint,
        {{ canonical_email_rules() }} as canonical_rules
    from rules
),

found as (
    select
        grouped.workspace_id,
        grouped.email,
        {{ address_id('grouped.workspace_id', 'grouped.email') }} as address_id,
        grouped.is_seen,
        {{ fingerprint([
            'grouped.is_seen', 'grouped.told_fingerprint', 'providing.providers_fingerprint',
            'answering.roles_fingerprint', 'ruling.rules_fingerprint', 'ruling.canonical_rules'
        ]) }} as inputs_fingerprint
    from grouped
    cross join providing
    cross join answering
    cross join ruling
),

changed as (
    {% if is_incremental() -%}
        select
            coalesce(found.workspace_id, known.workspace_id) as workspace_id,
            found.email,
            coalesce(found.address_id, known.address_id) as address_id,
            coalesce(found.is_seen, false) as is_seen,
            found.inputs_fingerprint
        from found
        full join {{ this }} as known on found.address_id = known.address_id
        where found.inputs_fingerprint is distinct from known.inputs_fingerprint
    {%- else -%}
        select found.* from found
    {%- endif %}
),

final as (
    select
        changed.workspace_id,
        changed.email,
        changed.address_id,
        changed.is_seen,
        changed.inputs_fingerprint,
        {{ moment_of_changes() }} as changed_at
    from changed
)

select * from final
