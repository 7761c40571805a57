-- Grain: one live ThriveCart transaction, with its person, its order's start and the rate of its own reporting day.
with transactions as (
    select * from {{ ref('stg_thrivecart__transactions') }}
    where not is_test
),

people as (
    select * from {{ ref('int_people_resolved') }}
),

rates as (
    select * from {{ ref('stg_reference__exchange_rates') }}
),

order_starts as (
    select
        transactions.order_id,
        min(transactions.occurred_at) as order_started_at,
        min(transactions.occurred_date) as order_date
    from transactions
    group by transactions.order_id
),

converted as (
    select
        transactions.*,
        people.person_id,
        order_starts.order_started_at,
        order_starts.order_date,
        case
            when transactions.currency = transactions.reporting_currency then cast(1 as decimal(18, 8))
            else rates.rate
        end as exchange_rate
    from transactions
    inner join order_starts on transactions.order_id = order_starts.order_id
    left join people on transactions.workspace_id = people.workspace_id and transactions.email = people.email
    left join rates
        on transactions.currency = rates.currency
        and transactions.reporting_currency = rates.reporting_currency
        and transactions.occurred_date >= rates.valid_from
        and transactions.occurred_date < rates.valid_to
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
