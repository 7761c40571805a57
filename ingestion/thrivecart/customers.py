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
        arg_max(status, (seen_at, timestamp)) as status,
        max(timestamp) as changed
    from payments
    where email <> '' and subscription_number is not null
    group by lower(email), subscription_number
),
payers as (
    select
        address,
        max(email) as email,
        bool_or(coalesce(status, 'unknown') not in ('cancelled', 'completed') or changed >= ?) as can_change
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
where checks.checked_at is null or (payers.can_change and checks.checked_at < ?)
order by payers.can_change desc, checks.checked_at nulls first, payers.address
limit ?
"""


def customers_to_ask(extraction: Extraction) -> list[str]:
    """Return addresses of payers of subscriptions within the budget, the one asked about longest ago first.

    Whose subscriptions are open or have lately changed come first; all others are asked about once.
    """
    budget = dlt.config.get("sources.thrivecart.customer_budget", int)
    connection_id = extraction.connection.connection_id
    now = datetime.now(UTC)
    rows = extraction.ask_warehouse(
        PAYERS_OF_SUBSCRIPTIONS,
        [
            connection_id,
            int((now - timedelta(days=settings.CUSTOMER_RECENT_DAYS)).timestamp()),
            connection_id,
            now - timedelta(hours=settings.CUSTOMER_REST_HOURS),
            settings.CUSTOMER_BUDGET if budget is None else budget,
        ],
    )
    return [email for (email,) in rows]
