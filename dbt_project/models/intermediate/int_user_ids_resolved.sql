-- Grain: one id that a site gave a user, in the connection whose exports have it, whose person is known: some event had
-- the id and an address together, as an identify call has. An id that was seen with two people says nothing.
with touchpoints as (
    select * from {{ ref('stg_files__touchpoints') }}
),

people as (
    select * from {{ ref('int_people_resolved') }}
),

resolved as (
    select
        touchpoints.workspace_id,
        touchpoints.connection_id,
        touchpoints.user_id,
        min(people.person_id) as person_id
    from touchpoints
    inner join people on touchpoints.workspace_id = people.workspace_id and touchpoints.email = people.email
    where touchpoints.user_id is not null
    group by touchpoints.workspace_id, touchpoints.connection_id, touchpoints.user_id
    having count(distinct people.person_id) = 1
),

final as (
    select * from resolved
)

select * from final
