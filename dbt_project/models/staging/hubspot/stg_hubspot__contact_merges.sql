-- Grain: one contact record that was merged into another, and the one that is left of both. A survivor can be merged
-- again: from each the way is followed to its end, twice as far in each round.
with told as (
    {{ explode_text_list(
        ref('base_hubspot__contacts'), 'merged_contact_ids', ';',
        ['connection_id', 'contact_id', 'hubspot_contact_id', 'seen_at']
    ) }}
),

merged as (
    select
        told.connection_id,
        told.connection_id || ':' || {{ blank_to_null('told.element') }} as contact_id,
        told.contact_id as survivor_id,
        {{ whole_number('told.hubspot_contact_id') }} as survivor_number,
        told.seen_at
    from told
),

others as (
    select
        merged.connection_id,
        merged.contact_id,
        merged.survivor_id,
        merged.survivor_number,
        merged.seen_at
    from merged
    where merged.contact_id <> merged.survivor_id
),

merged_survivors as (
    select distinct others.contact_id
    from others
),

ranked as (
    select
        others.connection_id,
        others.contact_id,
        others.survivor_id,
        others.seen_at,
        -- Several may name it: one on the way, which was merged itself, and the last one, whose number is the highest.
        row_number() over (
            partition by others.contact_id
            order by
                case when merged_survivors.contact_id is null then 0 else 1 end asc,
                others.survivor_number desc,
                others.survivor_id asc
        ) as place
    from others
    left join merged_survivors on others.survivor_id = merged_survivors.contact_id
),

steps as (
    select * from ranked
    where place = 1
),

two_steps as (
    select
        steps.connection_id,
        steps.contact_id,
        coalesce(further.survivor_id, steps.survivor_id) as survivor_id,
        steps.seen_at
    from steps
    left join steps as further on steps.survivor_id = further.contact_id
),

four_steps as (
    select
        two_steps.connection_id,
        two_steps.contact_id,
        coalesce(further.survivor_id, two_steps.survivor_id) as survivor_id,
        two_steps.seen_at
    from two_steps
    left join two_steps as further on two_steps.survivor_id = further.contact_id
),

eight_steps as (
    select
        four_steps.connection_id,
        four_steps.contact_id,
        coalesce(further.survivor_id, four_steps.survivor_id) as survivor_id,
        four_steps.seen_at
    from four_steps
    left join four_steps as further on four_steps.survivor_id = further.contact_id
),

connections as (
    select * from {{ ref('stg_reference__connections') }}
),

final as (
    select
        connections.workspace_id,
        eight_steps.connection_id,
        eight_steps.contact_id,
        eight_steps.survivor_id as merged_into_contact_id,
        eight_steps.seen_at
    from eight_steps
    inner join connections on eight_steps.connection_id = connections.connection_id
)

select * from final
