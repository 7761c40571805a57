-- Guards: ThriveCart's side of the reconciliation is all that its rows and webhooks state, test mode included, and
-- nothing twice: gross is what was charged, net is that less refunds, tax and commissions.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_thrivecart_reconciliation'}}}) }}

with stated as (
    select
        connection_id,
        currency,
        case when transaction_type = 'refund' then 'refunds' else 'gross' end as measure,
        -- With the tax, where only the webhook's amount is with it.
        case
            when abs(gross_amount) = stated_amount + abs(tax_amount) then abs(gross_amount) else stated_amount
        end as amount
    from {{ ref('stg_thrivecart__transactions') }}
    where transaction_type <> 'cancel'
    union all
    select
        connection_id,
        currency,
        case when transaction_type = 'refund' then 'refunds' else 'gross' end as measure,
        coalesce(gross_amount, amount + coalesce(tax_amount, 0)) as amount
    from {{ ref('stg_thrivecart__webhook_items') }}
    where transaction_id is null and transaction_type <> 'cancel' and not is_test
    union all
    select
        connection_id,
        currency,
        'tax' as measure,
        tax_amount as amount
    from {{ ref('stg_thrivecart__transactions') }}
    where transaction_type in ('charge', 'rebill', 'refund')
    union all
    select
        connection_id,
        currency,
        'tax' as measure,
        case when transaction_type = 'refund' then -tax_amount else tax_amount end as amount
    from {{ ref('stg_thrivecart__webhook_items') }}
    where transaction_id is null and transaction_type <> 'cancel' and not is_test
    union all
    select
        connection_id,
        currency,
        'commissions' as measure,
        case change when 'earned' then amount when 'refunded' then -amount end as amount
    from {{ ref('stg_thrivecart__affiliate_commissions') }}
),

measured as (
    select connection_id, currency, measure, amount
    from stated
    union all
    select
        connection_id,
        currency,
        'net' as measure,
        case when measure = 'gross' then amount else -amount end as amount
    from stated
    union all
    select
        connection_id,
        currency,
        'contact_linked_net' as measure,
        case when measure = 'gross' then amount else -amount end as amount
    from stated
),

expected as (
    select
        connection_id,
        currency,
        measure,
        sum(amount) as amount
    from measured
    where currency is not null
    group by connection_id, currency, measure
),

reconciled as (
    select
        connection_id,
        currency,
        measure,
        sum(thrivecart_amount) as amount
    from {{ ref('rpt_thrivecart_reconciliation') }}
    where subject = 'day_product'
    group by connection_id, currency, measure
)

select
    coalesce(expected.connection_id, reconciled.connection_id) as connection_id,
    coalesce(expected.currency, reconciled.currency) as currency,
    coalesce(expected.measure, reconciled.measure) as measure,
    expected.amount as stated_amount,
    reconciled.amount as reconciled_amount
from expected
full outer join reconciled
    on expected.connection_id = reconciled.connection_id
    and expected.currency = reconciled.currency
    and expected.measure = reconciled.measure
where coalesce(expected.amount, 0) <> coalesce(reconciled.amount, 0)
