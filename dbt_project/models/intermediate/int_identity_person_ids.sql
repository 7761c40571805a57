-- Grain: one id that was ever a person's, and since which build. Not made anew by a full refresh: who was there before
-- is in no raw row.
{{ config(materialized='incremental', full_refresh=false) }}

with people as (
    select * from {{ ref('int_people_resolved') }}
),

new_ids as (
    select distinct
        people.workspace_id,
        people.person_id
    from people
    {% if is_incremental() -%}
        left join {{ this }} as known on people.person_id = known.person_id
        where known.person_id is null
    {%- endif %}
),

final as (
    select
        new_ids.workspace_id,
        new_ids.person_id,
        {{ build_moment() }} as known_from
    from new_ids
)

select * from final
