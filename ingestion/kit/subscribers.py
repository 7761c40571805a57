"""Who subscribes, and who is not there any more: Kit lists nobody who was deleted."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import dlt

from ingestion.kit import settings
from ingestion.kit.client import Kit
from ingestion.kit.readings import ALL_READ_AT, Reading
from ingestion.kit.tables import SUBSCRIBERS
from ingestion.progress import Progress
from ingestion.rejections import land
from ingestion.tables import Extraction, Table

SWEPT_UNTIL = "swept_until"
"""In what is remembered of missing subscribers: the reading of all that was last compared with what is here."""

NOT_SEEN = """
select subscribers.id
from raw_kit.subscribers as subscribers
left join raw_kit.missing_subscribers as missing
    on subscribers.connection_id = missing.connection_id
    and subscribers.id = missing.subscriber_id
    and subscribers.seen_at < missing.missed_at
where subscribers.connection_id = ? and subscribers.seen_at < ? and missing.subscriber_id is null
order by subscribers.id
"""

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
    remembered, read_at = dlt.current.resource_state(), extraction.state.get(SUBSCRIBERS.name, {}).get(ALL_READ_AT)
    if read_at is None or remembered.get(SWEPT_UNTIL) == read_at:
        return
    parameters = [extraction.connection.connection_id, datetime.fromisoformat(read_at)]
    not_seen = [subscriber_id for (subscriber_id,) in extraction.ask_warehouse(NOT_SEEN, parameters)]
    progress, gone = Progress(extraction.say), []
    for count, subscriber_id in enumerate(not_seen, start=1):
        address = account.address_of(subscriber_id)
        progress.reach(f"{count} of {len(not_seen)} subscribers who were not listed")
        if address is None:
            gone.append({"subscriber_id": subscriber_id, "missed_at": datetime.now(UTC)})
            continue
        # Only the list tells all of somebody.
        for rows in account.pages("/subscribers", "subscribers", progress, email_address=address, **ASKED_FOR):
            for landed in land(extraction, SUBSCRIBERS, rows):
                yield SUBSCRIBERS.marked(landed) if isinstance(landed, list) else landed
    progress.end()
    if gone:
        extraction.say(f"{len(gone)} subscribers are not at Kit any more")
    yield from land(extraction, table, gone)
    remembered[SWEPT_UNTIL] = read_at
