-- Grain: one anonymous id in a workspace whose person is known: some touchpoint had the id and an address together, or
-- the id and that of a user whose address is known. An id that was seen with two people is of a shared device, and says
-- nothing.
with touchpoints as (
    select * from {{ ref('stg_files__touchpoints') }}
),

people as (
    select * from {{ ref('int_people_resolved') }}
),

user_ids as (
    select * from {{ ref('int_user_ids_resolved') }}
),

seen_with as (
    select touchpoints.workspace_id, touchpoints.anonymous_id, people.person_id
    from touchpoints
    inner join people on touchpoints.workspace_id = people.workspace_id and touchpoints.email = people.email
    where touchpoints.anonymous_id is not null
    union
    select touchpoints.workspace_id, touchpoints.anonymous_id, user_ids.person_id
    from touchpoints
    inner join user_ids
        on touchpoints.connection_id = user_ids.connection_id and touchpoints.user_id = user_ids.user_id
    where touchpoints.anonymous_id is not null
),

resolved as (
    select
        seen_with.workspace_id,
        seen_with.anonymous_id,
        min(seen_with.person_id) as person_id
    from seen_with
    group by seen_with.workspace_id, seen_with.anonymous_id
    having count(*) = 1
),

final as (
    select * from resolved
)

select * from final
