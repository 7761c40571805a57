-- Grain: one paying address without a CRM contact, per currency. Most money first.
with transactions as (
    select * from {{ ref('int_transactions_converted') }}
),

people as (
    select * from {{ ref('int_people_resolved') }}
),

decisions as (
    select * from {{ ref('stg_reference__identity_decisions') }}
    where decision = 'keep_apart'
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

customer_numbers as (
    select distinct
        transactions.workspace_id,
        transactions.connection_id,
        transactions.customer_number,
        transactions.email
    from transactions
    where transactions.customer_number is not null
),

same_customer as (
    select
        customer_numbers.workspace_id,
        customer_numbers.email,
        people.person_id,
        'the same ThriveCart customer also pays from an address that the CRM knows' as reason,
        1 as preference
    from customer_numbers
    inner join customer_numbers as other_numbers
        on customer_numbers.connection_id = other_numbers.connection_id
        and customer_numbers.customer_number = other_numbers.customer_number
        and customer_numbers.email <> other_numbers.email
    inner join people
        on other_numbers.workspace_id = people.workspace_id
        and other_numbers.email = people.email
        and people.is_crm_contact
),

local_parts as (
    select
        people.workspace_id,
        people.email,
        people.person_id,
        people.is_crm_contact,
        {{ dbt.split_part('people.email', "'@'", 1) }} as local_part
    from people
),

unique_contacts as (
    select
        local_parts.workspace_id,
        local_parts.local_part,
        min(local_parts.person_id) as person_id
    from local_parts
    where local_parts.is_crm_contact
    group by local_parts.workspace_id, local_parts.local_part
    having count(distinct local_parts.person_id) = 1
),

same_local_part as (
    select
        local_parts.workspace_id,
        local_parts.email,
        unique_contacts.person_id,
        'the only CRM contact with the same name before the @' as reason,
        2 as preference
    from local_parts
    inner join unique_contacts
        on local_parts.workspace_id = unique_contacts.workspace_id
        and local_parts.local_part = unique_contacts.local_part
    where not local_parts.is_crm_contact
),

candidates as (
    select * from same_customer
    union all
    select * from same_local_part
),

-- What the user has kept apart is not suggested again.
kept_apart as (
    select
        decisions.workspace_id,
        decisions.email,
        people.person_id
    from decisions
    inner join people on decisions.workspace_id = people.workspace_id and decisions.other_email = people.email
    union
    select
        decisions.workspace_id,
        decisions.other_email as email,
        people.person_id
    from decisions
    inner join people on decisions.workspace_id = people.workspace_id and decisions.email = people.email
),

open_candidates as (
    select candidates.*
    from candidates
    left join kept_apart
        on candidates.workspace_id = kept_apart.workspace_id
        and candidates.email = kept_apart.email
        and candidates.person_id = kept_apart.person_id
    where kept_apart.person_id is null
),

ranked as (
    select
        open_candidates.*,
        row_number() over (
            partition by open_candidates.workspace_id, open_candidates.email
            order by open_candidates.preference, open_candidates.person_id
        ) as position_of_candidate
    from open_candidates
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
        ranked.person_id as candidate_person_id,
        ranked.reason as candidate_reason
    from unmatched
    left join ranked
        on unmatched.workspace_id = ranked.workspace_id
        and unmatched.email = ranked.email
        and ranked.position_of_candidate = 1
)

select * from final
