"""What belongs to contacts: values of custom fields, and tags, lists and automations with their times.

ActiveCampaign tells when a tag was given and deletes what was taken away: so each of these collections is read as a
whole, and what a later reading lacks is gone. None of them says whose row it is but by the contact's number: where
people were forgotten, rows are kept of those only who are still here.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import dlt

from ingestion.activecampaign import settings
from ingestion.activecampaign.client import ActiveCampaign
from ingestion.activecampaign.rows import with_declared_fields
from ingestion.activecampaign.tables import COLLECTION_READS
from ingestion.progress import Progress
from ingestion.reading import ALL_READ_AT, is_due, noted
from ingestion.rejections import land
from ingestion.tables import Extraction, Table

ROWS_READ = "rows_read"
SEEN_UNTIL = "seen_until"
"""The values of the contacts that were read up to this moment (UTC) are loaded."""

KNOWN_CONTACTS = "select id from raw_activecampaign.contacts where connection_id = ?"

CONTACTS_SEEN_SINCE = """
select id, seen_at
from raw_activecampaign.contacts
where connection_id = ? and seen_at > ?
order by seen_at, id
"""

LONG_AGO = "1970-01-01T00:00:00+00:00"


def collection(name: str, account: ActiveCampaign, extraction: Extraction, table: Table) -> Iterator[Any]:
    """Read a short collection that belongs to nobody, such as the tags there are."""
    for rows in account.pages(name):
        yield from land(extraction, table, with_declared_fields(table, rows))


def collection_of_contacts(name: str, account: ActiveCampaign, extraction: Extraction, table: Table) -> Iterator[Any]:
    """Read a whole collection of what contacts have, and note that the reading came to its end.

    Only then does it count, so that nothing is taken for removed by an answer that broke off.
    """
    read_at, is_kept = datetime.now(UTC), _known(extraction)
    progress, found = Progress(extraction.say), 0
    for rows in account.pages(name):
        found += len(rows)
        progress.reach(f"{found} rows of {table.name}")
        kept = [row for row in with_declared_fields(table, rows) if is_kept(row)]
        yield from land(extraction, table, kept, {"read_at": read_at})
    progress.end()
    yield noted(extraction, COLLECTION_READS, read_at, found, collection=table.name)


def field_values(account: ActiveCampaign, extraction: Extraction, table: Table) -> Iterator[Any]:
    """Read the values of contacts that were read since the last time; all once a week, or where that is shorter."""
    remembered, connection_id = dlt.current.resource_state(), extraction.connection.connection_id
    seen_until = datetime.fromisoformat(remembered.get(SEEN_UNTIL, LONG_AGO))
    changed = extraction.ask_warehouse(CONTACTS_SEEN_SINCE, [connection_id, seen_until])
    now = datetime.now(UTC)
    due = is_due(remembered.get(ALL_READ_AT), settings.FULL_READ, now)
    is_kept, progress = _known(extraction), Progress(extraction.say)
    if due or extraction.is_full or len(changed) > remembered[ROWS_READ] / settings.PAGE_SIZE + 1:
        found = 0
        for rows in account.pages("fieldValues"):
            found += len(rows)
            progress.reach(f"{found} values of custom fields")
            yield from land(extraction, table, [row for row in with_declared_fields(table, rows) if is_kept(row)])
        remembered |= {ALL_READ_AT: now.isoformat(), ROWS_READ: found}
    else:
        for count, (contact_id, _) in enumerate(changed, start=1):
            rows = account.field_values(contact_id)
            progress.reach(f"custom fields of {count} of {len(changed)} contacts")
            yield from land(extraction, table, with_declared_fields(table, rows))
    progress.end()
    if changed:
        remembered[SEEN_UNTIL] = changed[-1][1].isoformat()


def _known(extraction: Extraction) -> Callable[[Any], bool]:
    """Return what tells of a row whether its contact may be kept."""
    if not extraction.forgotten:
        return lambda row: True
    rows = extraction.ask_warehouse(KNOWN_CONTACTS, [extraction.connection.connection_id])
    known = {contact_id for (contact_id,) in rows}
    return lambda row: not isinstance(row, dict) or str(row.get("contact")) in known
