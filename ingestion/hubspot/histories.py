"""The past values of some properties: HubSpot gives them contact by contact."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import dlt

from ingestion.hubspot import settings
from ingestion.hubspot.client import HubSpot
from ingestion.progress import Progress
from ingestion.rejections import land
from ingestion.tables import Extraction, Table

SEEN_UNTIL = "seen_until"
"""In what is remembered: the histories of the contacts that were last read up to this moment (UTC) are loaded."""

NEXT_END = """
select max(seen_at), count(*)
from (
    select seen_at
    from raw_hubspot.contacts
    where connection_id = ? and seen_at > ?
    order by seen_at
    limit ?
) as next_contacts
"""

CONTACTS_BETWEEN = """
select id
from raw_hubspot.contacts
where connection_id = ? and seen_at > ? and seen_at <= ? and not coalesce(archived, false)
order by seen_at, id
"""


def property_history(account: HubSpot, extraction: Extraction, table: Table) -> Iterator[Any]:
    """Read the histories of the contacts that were read since the last time, some thousands in one landing."""
    remembered, connection_id = dlt.current.resource_state(), extraction.connection.connection_id
    seen_until = datetime.fromisoformat(remembered.get(SEEN_UNTIL, "1970-01-01T00:00:00+00:00"))
    ((end, count),) = extraction.ask_warehouse(NEXT_END, [connection_id, seen_until, settings.HISTORIES_PER_LANDING])
    if not count:
        return
    rows = extraction.ask_warehouse(CONTACTS_BETWEEN, [connection_id, seen_until, end])
    progress, read = Progress(extraction.say), 0
    for contacts in account.histories([contact_id for (contact_id,) in rows]):
        read += len(contacts)
        progress.reach(f"histories of {read} of {len(rows)} contacts")
        yield from land(extraction, table, [value for contact in contacts for value in _values(contact)])
    progress.end()
    remembered[SEEN_UNTIL] = end.isoformat()
    if count == settings.HISTORIES_PER_LANDING:
        extraction.unfinished.add(table.name)


def _values(contact: Any) -> Iterator[Any]:
    """Yield a row for each value; one that is cleared has none. What is no contact comes as it is, to be set aside."""
    if not isinstance(contact, dict):
        yield contact
        return
    for name, values in (contact.get("propertiesWithHistory") or {}).items():
        for value in values:
            kept = {
                field: value.get(field) for field in ("value", "timestamp", "sourceType", "sourceId", "sourceLabel")
            }
            yield {"contact_id": contact.get("id"), "property": name, **kept}
