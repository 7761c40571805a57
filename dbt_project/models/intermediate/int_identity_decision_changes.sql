-- Grain: one address that a decision was ever on: a number of its decisions, and when a build last found that number
-- changed. Whoever is decided on no more stays, without a number.
{{ config(materialized='incremental', unique_key='address_id', incremental_strategy='delete+insert') }}

with decisions as (
    select * from {{ ref('int_identity_decisions') }}
),

found as (
    select
        decisions.address_id,
        {{ fingerprint_of_rows([
            'decisions.email', 'decisions.other_email', 'decisions.decision', 'decisions.reason', 'decisions.side'
        ]) }} as inputs_fingerprint
    from decisions
    group by decisions.address_id
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
            known.address_id,
            null as inputs_fingerprint
        from {{ this }} as known
        left join found on known.address_id = found.address_id
        where found.address_id is null and known.inputs_fingerprint is not null
    {%- endif %}
),

final as (
    select
        changed.address_id,
        changed.inputs_fingerprint,
        {{ moment_of_changes() }} as changed_at
    from changed
)

select * from final
