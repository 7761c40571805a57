-- Grain: one address and when a build first saw it. Not made anew by a full refresh: raw rows do not bring back in
-- which order they came, and the id of a person rests on it.
{{ config(materialized='incremental', full_refresh=false) }}

with emails as (
    select * from {{ ref('int_emails_unioned') }}
),

new_emails as (
    select emails.*
    from emails
    {% if is_incremental() -%}
        left join {{ this }} as known on emails.address_id = known.address_id
        where known.address_id is null
    {%- endif %}
),

final as (
    select
        new_emails.workspace_id,
        new_emails.email,
        new_emails.address_id,
        new_emails.first_seen_at,
        {{ build_moment() }} as registered_at
    from new_emails
)

select * from final
