-- Grain: one address and its canonical form. Only addresses that are new, or were read under other rules, are read.
{{ config(materialized='incremental', unique_key='email', incremental_strategy='delete+insert') }}

with changes as (
    select * from {{ ref('int_identity_changes') }}
),

new_emails as (
    select distinct changes.email
    from changes
    {% if is_incremental() -%}
        left join {{ this }} as known
            on changes.email = known.email and known.canonical_rules = {{ canonical_email_rules() }}
    {%- endif %}
    where
        changes.email is not null
        {% if is_incremental() -%}
            and known.email is null
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
