-- Grain: one conversion: an order at its first charge, or a person becoming a lead.
with transactions as (
    select * from {{ ref('int_transactions_converted') }}
),

people as (
    select * from {{ ref('int_people_resolved') }}
),

order_rows as (
    select
        transactions.order_id,
        transactions.workspace_id,
        transactions.person_id,
        transactions.order_started_at,
        transactions.order_date,
        row_number() over (
            partition by transactions.order_id
            order by transactions.occurred_at, transactions.transaction_id
        ) as position_in_order
    from transactions
),

leads as (
    select
        people.workspace_id,
        people.person_id,
        min(people.lead_created_at) as lead_created_at,
        min(people.lead_created_date) as lead_created_date
    from people
    where people.lead_created_at is not null
    group by people.workspace_id, people.person_id
),

unioned as (
    select
        'order' as conversion_type,
        order_rows.order_id as conversion_id,
        order_rows.workspace_id,
        order_rows.person_id,
        order_rows.order_started_at as converted_at,
        order_rows.order_date as converted_date
    from order_rows
    where order_rows.position_in_order = 1
    union all
    select
        'lead' as conversion_type,
        leads.person_id as conversion_id,
        leads.workspace_id,
        leads.person_id,
        leads.lead_created_at as converted_at,
        leads.lead_created_date as converted_date
    from leads
),

final as (
    select * from unioned
)

select * from final
