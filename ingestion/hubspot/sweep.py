"""All ids once a week: nothing tells who was deleted for good, and what the search failed to find comes to light."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import dlt

from ingestion.hubspot import settings
from ingestion.hubspot.client import HubSpot
from ingestion.hubspot.tables import CONTACTS
from ingestion.progress import Progress
from ingestion.rejections import Defect, land, moment
from ingestion.tables import Extraction, Table

SWEPT_ON = "swept_on"

KNOWN_CONTACTS = """
select contacts.id, contacts.archived, contacts.updated_at, missing.missed_at >= contacts.seen_at
from raw_hubspot.contacts as contacts
left join raw_hubspot.missing_contacts as missing
    on contacts.connection_id = missing.connection_id and contacts.id = missing.contact_id
where contacts.connection_id = ?
"""


def missing_contacts(account: HubSpot, extraction: Extraction, table: Table) -> Iterator[Any]:
    """Compare what is here with what HubSpot lists: read again what differs, and note what it does not have any more.

    Nothing counts as missing because a list lacks it: HubSpot is asked for it by id before.
    """
    remembered, today = dlt.current.resource_state(), datetime.now(UTC).date()
    swept_on = remembered.get(SWEPT_ON)
    is_due = not swept_on or date.fromisoformat(swept_on) <= today - timedelta(days=settings.SWEEP_DAYS)
    if not (is_due or extraction.is_full):
        return
    progress, listed_at = Progress(extraction.say), datetime.now(UTC)
    live, archived = _listed(account, progress, False), _listed(account, progress, True)
    progress.end()
    known = {
        contact_id: (is_archived, updated_at, bool(is_missing))
        for contact_id, is_archived, updated_at, is_missing in extraction.ask_warehouse(
            KNOWN_CONTACTS, [extraction.connection.connection_id]
        )
    }
    differing = [contact_id for contact_id, modified_at in live.items() if _differs(known.get(contact_id), modified_at)]
    missing = [
        contact_id
        for contact_id, (_, _, is_missing) in known.items()
        if not is_missing and contact_id not in live and contact_id not in archived
    ]
    found: set[str] = set()
    for is_archived in (False, True):
        asked = [contact_id for contact_id in [*differing, *missing] if contact_id not in found]
        for rows in account.contacts(asked, account.property_names, is_archived):
            found |= {str(row["id"]) for row in rows if isinstance(row, dict) and "id" in row}
            for landed in land(extraction, CONTACTS, rows):
                yield CONTACTS.marked(landed) if isinstance(landed, list) else landed
    gone = [contact_id for contact_id in missing if contact_id not in found]
    if differing or gone:
        extraction.say(f"{len(differing)} contacts read again, {len(gone)} are not at HubSpot any more")
    yield from land(extraction, table, [{"contact_id": contact_id, "missed_at": listed_at} for contact_id in gone])
    remembered[SWEPT_ON] = today.isoformat()


def _listed(account: HubSpot, progress: Progress, is_archived: bool) -> dict[str, datetime | None]:
    """Return when each listed contact was last modified."""
    listed: dict[str, datetime | None] = {}
    for page in account.contact_pages([settings.MODIFIED], is_archived=is_archived):
        for row in page.rows:
            if isinstance(row, dict) and row.get("id"):
                listed[str(row["id"])] = _modified_at(row)
        progress.reach(f"{len(listed)} ids of {'archived' if is_archived else 'live'} contacts")
    return listed


def _modified_at(row: dict[str, Any]) -> datetime | None:
    try:
        return moment("updatedAt", str(row.get("updatedAt")))
    except Defect:
        return None


def _differs(known: tuple[Any, ...] | None, modified_at: datetime | None) -> bool:
    """Tell whether a live contact is not here, or here as it was before, in the recycle bin, or as missing."""
    if known is None:
        return True
    is_archived, updated_at, is_missing = known
    return bool(is_archived or is_missing or (modified_at and (updated_at is None or updated_at < modified_at)))
