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
        case
            when people.rule = 'user_decision' then 'linked in identity_decisions.csv'
            when people.is_crm_contact and people.is_paying then 'the address of a CRM contact pays'
            when people.is_crm_contact then 'the address of a CRM contact'
            else 'a paying address without a CRM contact'
        end as evidence,
        cast(1 as decimal(5, 4)) as confidence,
        case when people.rule = 'user_decision' then 'user' else 'rule' end as decided_by,
        people.is_crm_contact,
        people.is_paying,
        people.first_seen_at
    from people
)

select * from final
