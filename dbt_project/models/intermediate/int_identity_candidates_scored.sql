-- Grain: two people of a workspace who may be one, person_id being the one whose money it is: the two addresses and the
-- rule that speak for it most, what speaks for it in words, and a score from 0 to 1. The strongest evidence gives its
-- score; each further one and a name that agrees add to it, a name that differs takes from it. What says little is left
-- out.
with candidates as (
    select * from {{ ref('int_identity_candidates') }}
),

ranked as (
    select
        candidates.*,
        row_number() over (
            partition by candidates.person_id, candidates.other_person_id
            order by
                candidates.score desc,
                candidates.rule asc,
                case candidates.agreement when 'same' then 1 when 'similar' then 2 when 'unknown' then 3 else 4 end asc,
                candidates.email asc,
                candidates.other_email asc,
                candidates.evidence asc
        ) as precedence
    from candidates
),

told as (
    select
        ranked.*,
        first_value(ranked.rule) over (
            partition by ranked.person_id, ranked.other_person_id
            order by ranked.precedence
        ) as strongest_rule
    from ranked
),

gathered as (
    select
        told.workspace_id,
        told.person_id,
        told.other_person_id,
        max(case when told.precedence = 1 then told.email end) as email,
        max(case when told.precedence = 1 then told.other_email end) as other_email,
        told.strongest_rule as rule,
        max(case when told.precedence = 1 then told.agreement end) as agreement,
        max(case when told.uses_name then 1 else 0 end) as uses_name,
        max(told.score) as strongest_score,
        count(distinct told.rule) - 1 as further_rule_count,
        max(case when told.precedence = 1 then told.evidence end) as strongest_evidence,
        {{ sorted_list('case when told.rule <> told.strongest_rule then told.evidence end') }} as further_evidence
    from told
    group by told.workspace_id, told.person_id, told.other_person_id, told.strongest_rule
),

weighed as (
    select
        gathered.*,
        gathered.strongest_score
        + cast(0.05 as decimal(5, 4)) * gathered.further_rule_count
        + case
            when gathered.agreement = 'different' then cast(-0.3 as decimal(5, 4))
            when gathered.uses_name = 1 then cast(0 as decimal(5, 4))
            when gathered.agreement = 'same' then cast(0.05 as decimal(5, 4))
            when gathered.agreement = 'similar' then cast(0.03 as decimal(5, 4))
            else cast(0 as decimal(5, 4))
        end as weight
    from gathered
),

scored as (
    select
        weighed.workspace_id,
        weighed.person_id,
        weighed.other_person_id,
        weighed.email,
        weighed.other_email,
        weighed.rule,
        weighed.strongest_evidence
        || coalesce(', ' || weighed.further_evidence, '')
        || case
            when weighed.agreement = 'different' then ', but the names differ'
            when weighed.uses_name = 1 then ''
            when weighed.agreement = 'same' then ', the same full name'
            when weighed.agreement = 'similar' then ', a similar name'
            else ''
        end as evidence,
        cast(
            case
                when weighed.weight > 0.99 then 0.99
                when weighed.weight < 0.05 then 0.05
                else weighed.weight
            end as decimal(5, 4)
        ) as score
    from weighed
),

final as (
    select * from scored
    where score >= {{ var('review_least_score') }}
)

select * from final
