-- Grain: one address in a workspace that was seen there or that a decision names: its canonical form, the mailbox that
-- it leads to by the provider's own rules, and whether it is a role's.
{{ config(
    materialized='rebuilt_for_changes', key='address_id', inputs='int_identity_changes', changes=['int_identity_changes']
) }}

with changes as (
    select * from {{ ref('int_identity_changes') }}
),

canonical_emails as (
    select * from {{ ref('int_identity_canonical_emails') }}
),

providers as (
    select * from {{ ref('mailbox_providers') }}
),

roles as (
    select * from {{ ref('role_local_parts') }}
),

parted as (
    select
        changes.workspace_id,
        changes.email,
        changes.address_id,
        changes.is_seen,
        canonical_emails.canonical_email,
        {{ email_part('canonical_emails.canonical_email', 1) }} as local_part,
        {{ email_part('canonical_emails.canonical_email', 2) }} as domain
    from changes
    inner join canonical_emails on changes.email = canonical_emails.email
),

-- A tag without a name before it is the name.
untagged as (
    select
        parted.*,
        providers.mailbox_domain,
        providers.dot_rule,
        coalesce(
            case
                when providers.tag_separator is not null
                    then nullif({{ dbt.split_part('parted.local_part', 'providers.tag_separator', 1) }}, '')
            end,
            parted.local_part
        ) as name_part,
        coalesce(nullif({{ dbt.split_part('parted.local_part', "'+'", 1) }}, ''), parted.local_part) as role_part
    from parted
    left join providers on parted.domain = providers.domain
),

final as (
    select
        untagged.workspace_id,
        untagged.email,
        untagged.address_id,
        untagged.canonical_email,
        coalesce(
            case untagged.dot_rule
                when 'ignored' then replace(untagged.name_part, '.', '')
                when 'as_hyphen' then replace(untagged.name_part, '.', '-')
                when 'counts' then untagged.name_part
            end || '@' || untagged.mailbox_domain,
            untagged.canonical_email
        ) as mailbox,
        untagged.local_part,
        untagged.domain,
        roles.local_part is not null as is_role_address,
        untagged.is_seen
    from untagged
    left join roles on untagged.role_part = roles.local_part
)

select * from final
