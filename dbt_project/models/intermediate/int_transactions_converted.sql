-- Grain: one live ThriveCart transaction, with its person, its order's start and the rate of the reporting day whose
-- rate it is counted at.
with transactions as (
    select * from {{ ref('stg_thrivecart__transactions') }}
    where not is_test
),

people as (
    select * from {{ ref('int_people_resolved') }}
),

rates as (
    select * from {{ ref('int_exchange_rates') }}
),

order_starts as (
    select
        transactions.order_id,
        min(transactions.occurred_at) as order_started_at,
        min(transactions.occurred_date) as order_date
    from transactions
    group by transactions.order_id
),

paid as (
    select
        transactions.*,
        max(case when transactions.transaction_type in ('charge', 'rebill') then transactions.occurred_date end) over (
            partition by transactions.order_id, transactions.product_id
            order by transactions.occurred_at
        ) as last_payment_date
    from transactions
),

dated as (
    select
        paid.*,
        {{ exchange_date('paid.transaction_type', 'paid.occurred_date', 'paid.last_payment_date') }} as exchange_date
    from paid
),

converted as (
    select
        dated.*,
        people.person_id,
        order_starts.order_started_at,
        order_starts.order_date,
        case
            when dated.currency = dated.reporting_currency then cast(1 as decimal(20, 12))
            else rates.rate
        end as exchange_rate
    from dated
    inner join order_starts on dated.order_id = order_starts.order_id
    left join people on dated.workspace_id = people.workspace_id and dated.email = people.email
    left join rates
        on dated.currency = rates.currency
        and dated.reporting_currency = rates.reporting_currency
        and dated.exchange_date >= rates.valid_from
        and dated.exchange_date < rates.valid_to
),

final as (
    select
        converted.*,
        case
            when converted.transaction_type = 'cancel' then cast(0 as decimal(18, 2))
            else {{ convert_amount('converted.amount', 'converted.exchange_rate') }}
        end as reporting_amount
    from converted
)

select * from final
