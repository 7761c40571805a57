-- Grain: one id that was a person's once and is another person's now.
with person_ids as (
    select * from {{ ref('int_identity_person_ids') }}
),

people as (
    select * from {{ ref('int_people_resolved') }}
),

final as (
    select
        person_ids.workspace_id,
        person_ids.person_id as merged_person_id,
        people.person_id,
        person_ids.known_from as merged_person_known_from
    from person_ids
    -- The id of a person is that of one of their addresses.
    inner join people
        on person_ids.workspace_id = people.workspace_id
        and person_ids.person_id = {{ address_id('people.workspace_id', 'people.email') }}
    where person_ids.person_id <> people.person_id
)

select * from final
