-- Guards: what the reconciliation says to be ThriveCart's lifetime value of a customer is a figure that ThriveCart
-- gave.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_thrivecart_reconciliation'}}}) }}

with reconciled as (
    select
        subject_id,
        currency,
        sum(thrivecart_amount) as amount
    from {{ ref('rpt_thrivecart_reconciliation') }}
    where subject = 'customer' and measure = 'lifetime_value'
    group by subject_id, currency
)

select
    reconciled.subject_id,
    reconciled.currency,
    reconciled.amount
from reconciled
left join {{ ref('stg_thrivecart__lifetime_values') }} as lifetime_values
    on reconciled.subject_id = lifetime_values.customer_id
    and reconciled.currency = lifetime_values.currency
    and reconciled.amount = lifetime_values.amount
where lifetime_values.customer_id is null
