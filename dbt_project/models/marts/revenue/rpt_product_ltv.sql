-- Grain: one product that made somebody a customer: the main item of the first order that paid. Who is not known to be
-- anybody's customer is in no row.
with orders as (
    select * from {{ ref('fct_orders') }}
),

placed as (
    select * from {{ ref('int_orders_placed') }}
    where person_id is not null
),

transactions as (
    select * from {{ ref('fct_transactions') }}
),

products as (
    select * from {{ ref('dim_products') }}
),

people as (
    select * from {{ ref('int_people_acquired') }}
),

money as (
    select
        transactions.order_id,
        sum(case when transactions.transaction_type = 'refund' then -transactions.reporting_amount else 0 end)
            as refund_amount,
        sum(transactions.reporting_amount) as net_amount,
        count(*) - count(transactions.reporting_amount) as money_without_rate
    from transactions
    group by transactions.order_id
),

firsts as (
    select
        placed.workspace_id,
        placed.acquisition_id,
        placed.order_id,
        orders.product_id,
        orders.reporting_currency
    from placed
    inner join orders on placed.order_id = orders.order_id
    where placed.makes_customer
),

-- All orders of a customer under the product that made them one.
owned as (
    select
        firsts.workspace_id,
        firsts.product_id,
        firsts.reporting_currency,
        placed.makes_customer,
        placed.is_paid,
        placed.is_returning,
        money.refund_amount,
        money.net_amount,
        money.money_without_rate,
        case when placed.makes_customer and people.returning_orders > 0 then 1 else 0 end as returning_customers,
        case when placed.makes_customer then people.days_first_to_last_purchase end as purchase_days
    from firsts
    inner join placed on firsts.acquisition_id = placed.acquisition_id
    inner join people on firsts.acquisition_id = people.acquisition_id
    inner join money on placed.order_id = money.order_id
),

summed as (
    select
        owned.workspace_id,
        owned.product_id,
        owned.reporting_currency,
        sum(case when owned.makes_customer then 1 else 0 end) as customers,
        sum(owned.returning_customers) as returning_customers,
        sum(case when owned.is_paid then 1 else 0 end) as orders,
        sum(owned.purchase_days) as purchase_days,
        case when sum(owned.money_without_rate) = 0 then sum(owned.net_amount + owned.refund_amount) end
            as revenue_amount,
        case when sum(owned.money_without_rate) = 0 then sum(owned.refund_amount) end as refund_amount,
        case when sum(owned.money_without_rate) = 0 then sum(owned.net_amount) end as net_amount,
        case
            when sum(owned.money_without_rate) = 0
                then sum(case when owned.is_returning then owned.net_amount else 0 end)
        end as returning_net_amount
    from owned
    group by owned.workspace_id, owned.product_id, owned.reporting_currency
),

final as (
    select
        summed.workspace_id,
        summed.product_id,
        products.item_type,
        products.product_name,
        cast(summed.customers as bigint) as customers,
        cast(summed.returning_customers as bigint) as returning_customers,
        cast(summed.orders as bigint) as orders,
        summed.reporting_currency,
        cast(summed.revenue_amount as decimal(18, 2)) as reporting_revenue_amount,
        cast(summed.refund_amount as decimal(18, 2)) as reporting_refund_amount,
        cast(summed.net_amount as decimal(18, 2)) as reporting_net_amount,
        cast(summed.net_amount - summed.returning_net_amount as decimal(18, 2)) as reporting_new_net_amount,
        cast(summed.returning_net_amount as decimal(18, 2)) as reporting_returning_net_amount,
        {{ ratio('summed.net_amount', 'summed.customers') }} as reporting_value_per_customer_ratio,
        {{ ratio('summed.orders', 'summed.customers') }} as orders_per_customer_ratio,
        {{ ratio('summed.returning_customers', 'summed.customers') }} as returning_customer_ratio,
        {{ ratio('summed.purchase_days', 'summed.customers') }} as average_days_first_to_last_purchase
    from summed
    left join products on summed.product_id = products.product_id
)

select * from final
