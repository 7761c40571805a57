-- Grain: one person who became a lead or ordered, by the conversion that won them: becoming a lead, and the first order
-- of those who never did. An order whose payer nobody knows stands for somebody of its own.
with conversions as (
    select * from {{ ref('int_conversions_unioned') }}
),

orders as (
    select * from {{ ref('int_orders_placed') }}
),

transactions as (
    select * from {{ ref('int_transactions_converted') }}
),

buyers as (
    select
        orders.acquisition_id,
        count(*) as orders,
        sum(case when orders.is_returning then 1 else 0 end) as returning_orders,
        min(case when orders.makes_customer then orders.order_date end) as customer_since_date
    from orders
    group by orders.acquisition_id
),

purchases as (
    select
        orders.acquisition_id,
        min(transactions.occurred_date) as first_purchase_date,
        max(transactions.occurred_date) as last_purchase_date
    from transactions
    inner join orders on transactions.order_id = orders.order_id
    where transactions.amount > 0
    group by orders.acquisition_id
),

acquired as (
    select
        conversions.conversion_id as acquisition_id,
        conversions.conversion_type,
        conversions.conversion_id,
        conversions.workspace_id,
        conversions.person_id,
        conversions.converted_at as acquired_at,
        conversions.converted_date as acquired_date
    from conversions
    where conversions.conversion_type = 'lead'
    union all
    select
        orders.acquisition_id,
        'order' as conversion_type,
        orders.order_id as conversion_id,
        orders.workspace_id,
        orders.person_id,
        orders.ordered_at as acquired_at,
        orders.order_date as acquired_date
    from orders
    where orders.order_position = 1 and not orders.is_of_lead
),

final as (
    select
        acquired.acquisition_id,
        acquired.conversion_type,
        acquired.conversion_id,
        acquired.workspace_id,
        acquired.person_id,
        acquired.acquired_at,
        acquired.acquired_date,
        acquired.conversion_type = 'lead' as is_lead,
        buyers.customer_since_date is not null as is_customer,
        buyers.customer_since_date,
        coalesce(buyers.orders, 0) as orders,
        coalesce(buyers.returning_orders, 0) as returning_orders,
        case
            when buyers.customer_since_date is not null
                then {{ dbt.datediff('purchases.first_purchase_date', 'purchases.last_purchase_date', 'day') }}
        end as days_first_to_last_purchase
    from acquired
    left join buyers on acquired.acquisition_id = buyers.acquisition_id
    left join purchases on acquired.acquisition_id = purchases.acquisition_id
)

select * from final
