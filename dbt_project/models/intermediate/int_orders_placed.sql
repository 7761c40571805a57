-- Grain: one order and whom it is counted under: its person, or itself where nobody knows who paid. Says whether it made
-- the person a customer, or whether they had been one before.
with conversions as (
    select * from {{ ref('int_conversions_unioned') }}
),

transactions as (
    select * from {{ ref('int_transactions_converted') }}
),

payments as (
    select
        transactions.order_id,
        max(case when transactions.amount > 0 then 1 else 0 end) as is_paid
    from transactions
    group by transactions.order_id
),

placed as (
    select
        conversions.conversion_id as order_id,
        conversions.workspace_id,
        conversions.person_id,
        coalesce(conversions.person_id, conversions.conversion_id) as acquisition_id,
        leads.person_id is not null as is_of_lead,
        conversions.converted_at as ordered_at,
        conversions.converted_date as order_date,
        payments.is_paid
    from conversions
    inner join payments on conversions.conversion_id = payments.order_id
    left join conversions as leads
        on conversions.person_id = leads.conversion_id and leads.conversion_type = 'lead'
    where conversions.conversion_type = 'order'
),

ranked as (
    select
        placed.*,
        row_number() over (
            partition by placed.acquisition_id
            order by placed.ordered_at, placed.order_id
        ) as order_position,
        coalesce(
            sum(placed.is_paid) over (
                partition by placed.acquisition_id
                order by placed.ordered_at, placed.order_id
                rows between unbounded preceding and 1 preceding
            ), 0
        ) as orders_paid_before
    from placed
),

-- Who only got something for nothing is no customer yet. Nor is one whom nobody knows: it may be one that is counted.
final as (
    select
        ranked.order_id,
        ranked.workspace_id,
        ranked.person_id,
        ranked.acquisition_id,
        ranked.is_of_lead,
        ranked.ordered_at,
        ranked.order_date,
        ranked.is_paid = 1 as is_paid,
        ranked.order_position,
        ranked.person_id is not null and ranked.is_paid = 1 and ranked.orders_paid_before = 0 as makes_customer,
        ranked.orders_paid_before > 0 as is_returning
    from ranked
)

select * from final
