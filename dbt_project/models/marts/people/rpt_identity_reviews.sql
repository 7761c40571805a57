-- Grain: two people of a workspace who may be one, for a person to decide on. The likeliest first, then most money.
with candidates as (
    select * from {{ ref('int_identity_candidates_scored') }}
),

transactions as (
    select * from {{ ref('int_transactions_converted') }}
    where transaction_type <> 'cancel'
),

workspaces as (
    select * from {{ ref('workspaces') }}
),

money as (
    select
        transactions.person_id,
        transactions.currency,
        sum(transactions.amount) as amount,
        sum(transactions.reporting_amount) as reporting_amount,
        count(*) = count(transactions.reporting_amount) as has_all_rates,
        min(transactions.occurred_at) as first_paid_at,
        max(transactions.occurred_at) as last_paid_at
    from transactions
    where transactions.person_id is not null
    group by transactions.person_id, transactions.currency
),

at_stake as (
    select
        money.person_id,
        {{ sorted_list("money.currency || ' ' || cast(cast(money.amount as decimal(18, 2)) as varchar)") }}
            as money_at_stake,
        case
            when min(case when money.has_all_rates then 1 else 0 end) = 1
                then cast(sum(money.reporting_amount) as decimal(18, 2))
        end as reporting_amount,
        min(money.first_paid_at) as first_paid_at,
        max(money.last_paid_at) as last_paid_at
    from money
    group by money.person_id
),

final as (
    select
        candidates.workspace_id,
        candidates.email,
        candidates.other_email,
        candidates.person_id,
        candidates.other_person_id,
        candidates.rule,
        candidates.score,
        candidates.evidence,
        at_stake.money_at_stake,
        workspaces.reporting_currency,
        at_stake.reporting_amount,
        at_stake.first_paid_at,
        at_stake.last_paid_at
    from candidates
    inner join workspaces on candidates.workspace_id = workspaces.workspace_id
    left join at_stake on candidates.person_id = at_stake.person_id
)

select * from final
