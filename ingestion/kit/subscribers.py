"""Who subscribes, and who is not there any more: Kit lists nobody who was deleted."""

from collections.abc import Iterator
from typing import Any

import dlt

from ingestion.kit import settings
from ingestion.kit.client import Kit
from ingestion.kit.readings import Reading
from ingestion.kit.tables import SUBSCRIBERS
from ingestion.progress import Progress
from ingestion.reading import missing_rows
from ingestion.rejections import land
from ingestion.tables import Extraction, Table

ASKED_FOR = {"status": "all", "include": settings.INCLUDE}


def subscribers(account: Kit, extraction: Extraction, table: Table) -> Iterator[Any]:
    """Read what changed since the last load; the records do not say when they changed, so we remember when we asked."""
    reading = Reading(dlt.current.resource_state(), extraction)
    since = reading.since("updated_after")
    extraction.say(f"subscribers updated after {since['updated_after']}" if since else "all subscribers")
    progress = Progress(extraction.say)
    for rows in account.pages("/subscribers", "subscribers", progress, **ASKED_FOR, **since):
        yield from land(extraction, table, rows)
    progress.end()
    reading.end()


def missing_subscribers(account: Kit, extraction: Extraction, table: Table) -> Iterator[Any]:
    """After each reading of all subscribers, ask for those that it lacks, by their ids, and note who is not there."""
    progress = Progress(extraction.say)

    def rows_of(subscriber_id: str) -> list[Any] | None:
        address = account.address_of(subscriber_id)
        if address is None:
            return None
        # Only the list tells all of somebody.
        pages = account.pages("/subscribers", "subscribers", progress, email_address=address, **ASKED_FOR)
        return [row for rows in pages for row in rows]

    yield from missing_rows(extraction, table, SUBSCRIBERS, "Kit", rows_of)
