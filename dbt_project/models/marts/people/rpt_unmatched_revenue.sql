-- Grain: one paying address without a CRM contact, per currency. Most money first.
with transactions as (
    select * from {{ ref('int_transactions_converted') }}
),

people as (
    select * from {{ ref('int_people_resolved') }}
),

reviews as (
    select * from {{ ref('rpt_identity_reviews') }}
),

matched_people as (
    select distinct people.person_id
    from people
    where people.is_crm_contact
),

unmatched as (
    select
        transactions.workspace_id,
        transactions.email,
        transactions.currency,
        transactions.reporting_currency,
        min(transactions.person_id) as person_id,
        sum(transactions.amount) as amount,
        case when count(*) = count(transactions.reporting_amount) then sum(transactions.reporting_amount) end
            as reporting_amount,
        count(distinct transactions.order_id) as order_count,
        min(transactions.occurred_at) as first_paid_at,
        max(transactions.occurred_at) as last_paid_at
    from transactions
    left join matched_people on transactions.person_id = matched_people.person_id
    where matched_people.person_id is null and transactions.transaction_type <> 'cancel'
    group by
        transactions.workspace_id, transactions.email, transactions.currency, transactions.reporting_currency
),

suggested as (
    select
        reviews.person_id,
        reviews.other_person_id as candidate_person_id,
        reviews.evidence,
        reviews.score
    from reviews
    union all
    select
        reviews.other_person_id as person_id,
        reviews.person_id as candidate_person_id,
        reviews.evidence,
        reviews.score
    from reviews
),

-- Only a contact can take money out of this list.
candidates as (
    select
        suggested.person_id,
        suggested.candidate_person_id,
        suggested.evidence,
        row_number() over (
            partition by suggested.person_id
            order by suggested.score desc, suggested.candidate_person_id asc
        ) as position_of_candidate
    from suggested
    inner join matched_people on suggested.candidate_person_id = matched_people.person_id
),

final as (
    select
        unmatched.workspace_id,
        unmatched.email,
        unmatched.person_id,
        unmatched.currency,
        cast(unmatched.amount as decimal(18, 2)) as amount,
        unmatched.reporting_currency,
        cast(unmatched.reporting_amount as decimal(18, 2)) as reporting_amount,
        unmatched.order_count,
        unmatched.first_paid_at,
        unmatched.last_paid_at,
        candidates.candidate_person_id,
        candidates.evidence as candidate_reason
    from unmatched
    left join candidates on unmatched.person_id = candidates.person_id and candidates.position_of_candidate = 1
)

select * from final
