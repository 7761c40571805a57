-- Guards: where ThriveCart and the warehouse differ, one of the seed reconciliation_reasons says why; where they agree,
-- there is none. `unexplained` is no reason.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_thrivecart_reconciliation'}}}) }}

select
    connection_id,
    subject,
    subject_id,
    measure,
    currency,
    thrivecart_value,
    warehouse_value,
    reason
from {{ ref('rpt_thrivecart_reconciliation') }}
where
    reason = 'unexplained'
    or (reason is null and thrivecart_value is distinct from warehouse_value)
    -- Of money, the amounts of several payments may happen to be equal.
    or (reason is not null and currency is null and thrivecart_value = warehouse_value)
