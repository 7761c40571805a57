-- Grain: one address of a person. The only mart beside rpt_unmatched_revenue and dim_people that holds addresses.
with people as (
    select * from {{ ref('int_people_resolved') }}
),

final as (
    select
        people.workspace_id,
        people.person_id,
        people.email,
        people.rule,
        people.evidence,
        people.confidence,
        people.decided_by,
        people.is_crm_contact,
        people.is_paying,
        people.first_seen_at
    from people
)

select * from final
