"""Which customers to ask ThriveCart about: it has no list of subscriptions, only one customer at a time."""

from datetime import UTC, datetime, timedelta

import dlt

from ingestion.tables import Extraction
from ingestion.thrivecart import settings

# An address is one person's however it is written. The status on the rows is the one of the day they were read.
PAYERS_OF_SUBSCRIPTIONS = """
with payments as (
    select
        trim(json_extract_string(customer, '$.email')) as email,
        coalesce(nullif(internal_subscription_id, ''), nullif(subscription_id, '')) as subscription_number,
        nullif(subscription_current_status, '') as status,
        seen_at,
        timestamp
    from raw_thrivecart.transactions
    where connection_id = ? and mode = 'live'
),
subscriptions as (
    select
        lower(email) as address,
        subscription_number,
        arg_max(email, timestamp) as email,
        arg_max(status, (seen_at, timestamp)) as status
    from payments
    where email <> '' and subscription_number is not null
    group by lower(email), subscription_number
),
payers as (
    select
        address,
        max(email) as email,
        bool_or(coalesce(status, 'unknown') not in ('cancelled', 'completed')) as is_open
    from subscriptions
    group by address
),
checks as (
    select lower(email) as address, max(seen_at) as checked_at
    from raw_thrivecart.customers
    where connection_id = ?
    group by lower(email)
)
select payers.email
from payers
left join checks on payers.address = checks.address
where checks.checked_at is null or checks.checked_at < ?
order by payers.is_open desc, checks.checked_at nulls first, payers.address
limit ?
"""


def customers_to_ask(extraction: Extraction) -> list[str]:
    """Return addresses of payers of subscriptions within the budget: open ones first, then the oldest check."""
    budget = dlt.config.get("sources.thrivecart.customer_budget", int)
    connection_id = extraction.connection.connection_id
    rested = datetime.now(UTC) - timedelta(hours=settings.CUSTOMER_REST_HOURS)
    rows = extraction.ask_warehouse(
        PAYERS_OF_SUBSCRIPTIONS,
        [connection_id, connection_id, rested, settings.CUSTOMER_BUDGET if budget is None else budget],
    )
    return [email for (email,) in rows]
