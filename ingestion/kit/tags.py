"""Which tags there are, and who has them. Kit tells when a tag was given, and forgets what was taken away.

So who has a tag is read as a whole once a week, and what a later such reading lacks is gone.
"""

from collections.abc import Iterator
from typing import Any

import dlt

from ingestion.kit.client import Kit
from ingestion.kit.readings import Reading
from ingestion.kit.tables import TAG_READS
from ingestion.personal import without_forgotten
from ingestion.progress import Progress
from ingestion.reading import noted
from ingestion.rejections import land
from ingestion.tables import Extraction, Table


def tags(account: Kit, extraction: Extraction, table: Table) -> Iterator[Any]:
    """Read the tags there are."""
    progress = Progress(extraction.say)
    for rows in account.pages("/tags", "tags", progress):
        yield from land(extraction, table, rows)
    progress.end()


def subscriber_tags(account: Kit, extraction: Extraction, table: Table) -> Iterator[Any]:
    """Read who got which tag; this is the only list that says when. A tag that is gone was taken from everybody."""
    remembered, progress = dlt.current.resource_state(), Progress(extraction.say)
    listed = [
        str(tag["id"])
        for page in account.pages("/tags", "tags", progress)
        for tag in page
        if isinstance(tag, dict) and "id" in tag
    ]
    for tag_id in [*listed, *(known for known in list(remembered) if known not in listed)]:
        reading, found = Reading(remembered.setdefault(tag_id, {}), extraction), 0
        # No list alone says that a tag is gone.
        is_gone = tag_id not in listed and not account.has_tag(tag_id)
        for rows in () if is_gone else _tagged(account, progress, tag_id, reading):
            found += len(rows)
            # Of a tagging only this list says whose it is.
            kept = [row for row in rows if without_forgotten(table, row, extraction.forgotten) is not None]
            own = {"tag_id": tag_id, "read_at": reading.began_at}
            yield from land(extraction, table, [_tagging(row) for row in kept], own)
        if reading.is_full or is_gone:
            yield noted(extraction, TAG_READS, reading.began_at, found, tag_id=tag_id)
        reading.end()
        if is_gone:
            del remembered[tag_id]
    progress.end()


def _tagged(account: Kit, progress: Progress, tag_id: str, reading: Reading) -> Iterator[list[Any]]:
    since = reading.since("tagged_after")
    return account.pages(f"/tags/{tag_id}/subscribers", "subscribers", progress, status="all", **since)


def _tagging(row: Any) -> Any:
    """Keep of a tagged subscriber what belongs to the tagging; the rest is in the table of subscribers."""
    if not isinstance(row, dict):
        return row
    return {"subscriber_id": row.get("id"), "tagged_at": row.get("tagged_at")}
