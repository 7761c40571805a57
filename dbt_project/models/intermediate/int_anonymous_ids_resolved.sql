-- Grain: one anonymous id in a workspace whose person is known: some touchpoint had the id and an address together. An
-- id that was seen with two people is of a shared device, and says nothing.
with touchpoints as (
    select * from {{ ref('stg_files__touchpoints') }}
),

people as (
    select * from {{ ref('int_people_resolved') }}
),

resolved as (
    select
        touchpoints.workspace_id,
        touchpoints.anonymous_id,
        min(people.person_id) as person_id
    from touchpoints
    inner join people on touchpoints.workspace_id = people.workspace_id and touchpoints.email = people.email
    where touchpoints.anonymous_id is not null
    group by touchpoints.workspace_id, touchpoints.anonymous_id
    having count(distinct people.person_id) = 1
),

final as (
    select * from resolved
)

select * from final
