-- Grain: one person and one thing that may make them buy: a tag, list, automation or form that they had in a CRM, a
-- product that they paid for. From when on they had it first.
with people as (
    select * from {{ ref('int_people_resolved') }}
),

contacts as (
    select * from {{ ref('int_contacts_unioned') }}
),

contact_tags as (
    select * from {{ ref('int_contact_tags_unioned') }}
),

transactions as (
    select * from {{ ref('int_transactions_converted') }}
),

orders as (
    select * from {{ ref('int_orders_placed') }}
),

had as (
    select
        people.workspace_id,
        people.person_id,
        contact_tags.tag_kind,
        contact_tags.tag_id,
        contact_tags.tag_name,
        contact_tags.tagged_at as reached_at
    from contact_tags
    inner join contacts on contact_tags.contact_id = contacts.contact_id
    inner join people on contacts.workspace_id = people.workspace_id and contacts.email = people.email
    where contact_tags.tagged_at is not null
    union all
    select
        orders.workspace_id,
        orders.person_id,
        'product' as tag_kind,
        transactions.product_id as tag_id,
        cast(null as varchar) as tag_name,
        orders.ordered_at as reached_at
    from transactions
    inner join orders on transactions.order_id = orders.order_id
    where orders.person_id is not null and transactions.amount > 0
),

firsts as (
    select
        had.workspace_id,
        had.person_id,
        had.tag_kind,
        had.tag_id,
        max(had.tag_name) as tag_name,
        min(had.reached_at) as reached_at
    from had
    group by had.workspace_id, had.person_id, had.tag_kind, had.tag_id
),

final as (
    select * from firsts
)

select * from final
