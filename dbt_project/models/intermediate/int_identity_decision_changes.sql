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
    {% if is_incremental() -%}
        select
            coalesce(found.address_id, known.address_id) as address_id,
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
        changed.address_id,
        changed.inputs_fingerprint,
        {{ moment_of_changes() }} as changed_at
    from changed
)

select * from final
