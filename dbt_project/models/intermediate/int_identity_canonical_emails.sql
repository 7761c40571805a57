-- Grain: one address and its canonical form. Only addresses that are new, or were read under other rules, are read.
{{ config(materialized='incremental', unique_key='email', incremental_strategy='delete+insert') }}

with sightings as (
    select * from {{ ref('int_emails_unioned') }}
),

decisions as (
    select * from {{ ref('stg_reference__identity_decisions') }}
),

listed as (
    select sightings.email
    from sightings
    union all
    select decisions.email
    from decisions
    union all
    select decisions.other_email as email
    from decisions
),

new_emails as (
    select distinct listed.email
    from listed
    {% if is_incremental() -%}
        left join {{ this }} as known
            on listed.email = known.email and known.canonical_rules = {{ canonical_email_rules() }}
        where known.email is null
    {%- endif %}
),

final as (
    select
        new_emails.email,
        {{ canonical_email('new_emails.email') }} as canonical_email,
        {{ canonical_email_rules() }} as canonical_rules
    from new_emails
)

select * from final
