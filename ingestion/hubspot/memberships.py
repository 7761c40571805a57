"""Who is on which list, and since when. HubSpot does not tell who is not any more: what a later reading lacks."""

from collections.abc import Iterator, MutableMapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import dlt

from ingestion.hubspot import settings
from ingestion.hubspot.client import HubSpot
from ingestion.hubspot.tables import LIST_READS
from ingestion.progress import Progress
from ingestion.rejections import land
from ingestion.tables import Extraction, Table

SIGNS_OF_CHANGE = ("hs_list_size", "hs_last_record_added_at", "hs_last_record_removed_at")


def list_memberships(account: HubSpot, extraction: Extraction, table: Table) -> Iterator[Any]:
    """Read the lists that seem to have changed, each as a whole, and note each reading.

    A reading counts only once it has come to its end, so that nobody is taken for removed by an answer that broke off.
    A list that was deleted is noted as a reading that found nobody.
    """
    remembered, today = dlt.current.resource_state(), datetime.now(UTC).date()
    progress, gone = Progress(extraction.say), set(remembered)
    for lists in account.lists():
        for row in lists:
            if not isinstance(row, dict) or not row.get("listId"):
                continue
            list_id, signs = str(row["listId"]), _signs(row)
            gone.discard(list_id)
            if _is_as_before(remembered.get(list_id), signs, today) and not extraction.is_full:
                continue
            yield from _members(account, extraction, table, list_id, progress)
            remembered[list_id] = {"signs": signs, "read_on": today.isoformat()}
    for list_id in gone:
        yield _read(extraction, list_id, datetime.now(UTC), is_found=False, members=0)
        del remembered[list_id]
    progress.end()


def _members(account: HubSpot, extraction: Extraction, table: Table, list_id: str, progress: Progress) -> Iterator[Any]:
    read_at, members = datetime.now(UTC), 0
    for rows in account.members(list_id):
        members += len(rows)
        progress.reach(f"{members} contacts on list {list_id}")
        yield from land(extraction, table, rows, {"list_id": list_id, "read_at": read_at})
    yield _read(extraction, list_id, read_at, is_found=True, members=members)


def _read(extraction: Extraction, list_id: str, read_at: datetime, is_found: bool, members: int) -> Any:
    extraction.loaded[LIST_READS.name] += 1
    return LIST_READS.marked(
        [
            {
                "connection_id": extraction.connection.connection_id,
                "seen_at": datetime.now(UTC),
                "list_id": list_id,
                "read_at": read_at,
                "is_found": is_found,
                "members": members,
            }
        ]
    )


def _signs(row: dict[str, Any]) -> list[str]:
    """Return what would change with who is on the list; without any of it there is no telling."""
    told = row.get("additionalProperties") or {}
    return [str(told.get(name, "")) for name in SIGNS_OF_CHANGE]


def _is_as_before(before: MutableMapping[str, Any] | None, signs: list[str], today: date) -> bool:
    if before is None or not signs[0] or list(before["signs"]) != signs:
        return False
    return date.fromisoformat(before["read_on"]) > today - timedelta(days=settings.MEMBERS_IN_FULL_DAYS)
