-- Grain: one item of one live ThriveCart event. Cancel rows are events without cash: their amount is 0.
with transactions as (
    select * from {{ ref('int_transactions_converted') }}
),

people as (
    select
        people.workspace_id,
        people.person_id,
        max(case when people.is_crm_contact then 1 else 0 end) as crm_contacts
    from {{ ref('int_people_resolved') }} as people
    group by people.workspace_id, people.person_id
),

final as (
    select
        transactions.transaction_id,
        transactions.workspace_id,
        transactions.connection_id,
        transactions.event_id,
        transactions.transaction_type,
        transactions.occurred_at,
        transactions.occurred_date,
        transactions.order_id,
        transactions.order_started_at,
        transactions.order_date,
        transactions.subscription_id,
        transactions.product_id,
        transactions.person_id,
        coalesce(people.crm_contacts, 0) = 1 as is_matched,
        transactions.item_type,
        transactions.quantity,
        transactions.coupon,
        transactions.processor,
        transactions.currency,
        transactions.amount,
        transactions.stated_amount,
        transactions.reporting_currency,
        transactions.exchange_rate,
        transactions.reporting_amount
    from transactions
    left join people on transactions.workspace_id = people.workspace_id and transactions.person_id = people.person_id
)

select * from final
