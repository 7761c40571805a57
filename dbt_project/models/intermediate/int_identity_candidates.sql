-- Grain: two people of a workspace who may be one, one of whom pays, and one thing that speaks for it: two addresses
-- and what they have in common. Nobody whom the user keeps apart: of those only the tie that had to be cut for it, and
-- only between other addresses than the decision names.
with slips as (
    select * from {{ ref('int_identity_slips') }}
),

coincidences as (
    select * from {{ ref('int_identity_coincidences') }}
),

refusals as (
    select * from {{ ref('int_identity_refusals') }}
),

people as (
    select * from {{ ref('int_people_resolved') }}
),

traits as (
    select * from {{ ref('int_identity_traits') }}
),

decisions as (
    select * from {{ ref('int_identity_decisions') }}
    where decision = 'keep_apart'
),

rules as (
    select * from {{ ref('identity_review_rules') }}
),

-- What is told of two people is told once, whichever of them is named first.
told as (
    select slips.workspace_id, slips.email, slips.other_email, slips.rule, slips.evidence from slips
    union
    select
        coincidences.workspace_id,
        coincidences.email,
        coincidences.other_email,
        coincidences.rule,
        coincidences.evidence
    from coincidences
    union
    select refusals.workspace_id, refusals.email, refusals.other_email, refusals.rule, refusals.evidence from refusals
),

persons as (
    select
        people.workspace_id,
        people.person_id,
        max(case when people.is_crm_contact then 1 else 0 end) as is_crm_contact,
        max(case when people.is_paying then 1 else 0 end) as is_paying
    from people
    group by people.workspace_id, people.person_id
),

kept_apart as (
    select distinct
        decisions.workspace_id,
        decisions.address_email as email,
        other_sides.address_email as other_email,
        people.person_id,
        other_people.person_id as other_person_id
    from decisions
    inner join decisions as other_sides
        on decisions.workspace_id = other_sides.workspace_id
        and decisions.link_key = other_sides.link_key
        and decisions.side <> other_sides.side
    inner join people on decisions.workspace_id = people.workspace_id and decisions.address_email = people.email
    inner join people as other_people
        on other_sides.workspace_id = other_people.workspace_id and other_sides.address_email = other_people.email
),

kept_apart_people as (
    select distinct
        kept_apart.person_id,
        kept_apart.other_person_id
    from kept_apart
),

latest_names as (
    select
        traits.workspace_id,
        traits.email,
        traits.full_name,
        row_number() over (
            partition by traits.workspace_id, traits.email
            order by
                case when traits.name_key is null then 1 else 0 end asc,
                traits.last_seen_at desc,
                traits.full_name asc
        ) as recency
    from traits
),

-- Whose money it is stands first: of who pays without a contact, else of who pays.
pairs as (
    select
        told.workspace_id,
        told.email,
        told.other_email,
        told.rule,
        told.evidence,
        people.person_id,
        other_people.person_id as other_person_id,
        2 * persons.is_paying - persons.is_crm_contact as need,
        2 * other_persons.is_paying - other_persons.is_crm_contact as other_need,
        persons.is_paying + other_persons.is_paying as payer_count
    from told
    inner join people on told.workspace_id = people.workspace_id and told.email = people.email
    inner join people as other_people
        on told.workspace_id = other_people.workspace_id and told.other_email = other_people.email
    inner join persons on people.person_id = persons.person_id
    inner join persons as other_persons on other_people.person_id = other_persons.person_id
    where people.person_id <> other_people.person_id
),

directed as (
    select
        pairs.*,
        pairs.need > pairs.other_need
        or (pairs.need = pairs.other_need and pairs.person_id < pairs.other_person_id) as is_in_order
    from pairs
    where pairs.payer_count > 0
),

ordered as (
    select
        directed.workspace_id,
        case when directed.is_in_order then directed.email else directed.other_email end as email,
        case when directed.is_in_order then directed.other_email else directed.email end as other_email,
        case when directed.is_in_order then directed.person_id else directed.other_person_id end as person_id,
        case when directed.is_in_order then directed.other_person_id else directed.person_id end as other_person_id,
        directed.rule,
        directed.evidence
    from directed
),

open_pairs as (
    select ordered.*
    from ordered
    left join kept_apart_people
        on ordered.person_id = kept_apart_people.person_id
        and ordered.other_person_id = kept_apart_people.other_person_id
    left join kept_apart
        on ordered.workspace_id = kept_apart.workspace_id
        and ordered.email = kept_apart.email
        and ordered.other_email = kept_apart.other_email
    where
        kept_apart_people.person_id is null
        or (ordered.rule = 'refused_by_keep_apart' and kept_apart.email is null)
),

named as (
    select
        open_pairs.*,
        {{ name_agreement('latest_names.full_name', 'other_names.full_name') }} as agreement
    from open_pairs
    left join latest_names
        on open_pairs.workspace_id = latest_names.workspace_id
        and open_pairs.email = latest_names.email
        and latest_names.recency = 1
    left join latest_names as other_names
        on open_pairs.workspace_id = other_names.workspace_id
        and open_pairs.other_email = other_names.email
        and other_names.recency = 1
),

final as (
    select
        named.workspace_id,
        named.email,
        named.other_email,
        named.person_id,
        named.other_person_id,
        named.rule,
        named.evidence,
        named.agreement,
        rules.uses_name,
        rules.score
    from named
    inner join rules on named.rule = rules.rule
)

select * from final
