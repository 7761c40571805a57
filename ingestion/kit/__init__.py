"""Kit (ConvertKit): subscribers with their attribution, tags, and when who got which tag."""

from collections.abc import Iterator, MutableMapping
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import dlt
from dlt.extract import DltResource

from ingestion.connections import SECRET_NAMES
from ingestion.kit import settings
from ingestion.kit.client import Kit
from ingestion.kit.tables import SUBSCRIBER_TAGS, SUBSCRIBERS, TABLES, TAGS
from ingestion.personal import without_forgotten
from ingestion.progress import Progress
from ingestion.rejections import land
from ingestion.tables import Extraction, Source, Table


def extract(extraction: Extraction) -> Iterator[DltResource]:
    """Yield a resource for each table that is asked for."""
    account = Kit(extraction)
    rows_of = {SUBSCRIBERS: _subscribers, TAGS: _tags, SUBSCRIBER_TAGS: _subscriber_tags}
    for table, rows in rows_of.items():
        if table.name in extraction.table_names:
            yield table.resource(partial(rows, account, extraction, table))


def _subscribers(account: Kit, extraction: Extraction, table: Table) -> Iterator[Any]:
    """Read what changed since the last load; the records do not say when they changed, so we remember when we asked."""
    remembered, today = dlt.current.resource_state(), datetime.now(UTC).date()
    since = _since(remembered, "updated_after", today)
    extraction.say(f"subscribers updated after {since['updated_after']}" if since else "all subscribers")
    progress, asked_for = Progress(extraction.say), {"status": "all", "include": settings.INCLUDE}
    for rows in account.pages("/subscribers", "subscribers", progress, **asked_for, **since):
        yield from land(extraction, table, rows)
    progress.end()
    _remember(remembered, today, is_full=not since)


def _tags(account: Kit, extraction: Extraction, table: Table) -> Iterator[Any]:
    progress = Progress(extraction.say)
    for rows in account.pages("/tags", "tags", progress):
        yield from land(extraction, table, rows)
    progress.end()


def _subscriber_tags(account: Kit, extraction: Extraction, table: Table) -> Iterator[Any]:
    """Read who got which tag; this is the only list that says when."""
    remembered, today = dlt.current.resource_state(), datetime.now(UTC).date()
    progress = Progress(extraction.say)
    for tags in account.pages("/tags", "tags", progress):
        for tag_id in [str(tag["id"]) for tag in tags if isinstance(tag, dict) and "id" in tag]:
            of_tag = remembered.setdefault(tag_id, {})
            since = _since(of_tag, "tagged_after", today)
            for rows in account.pages(f"/tags/{tag_id}/subscribers", "subscribers", progress, status="all", **since):
                # Of a tagging only this list says whose it is.
                kept = [row for row in rows if without_forgotten(table, row, extraction.forgotten) is not None]
                yield from land(extraction, table, [_tagging(row) for row in kept], {"tag_id": tag_id})
            _remember(of_tag, today, is_full=not since)
    progress.end()


def _tagging(row: Any) -> Any:
    """Keep of a tagged subscriber what belongs to the tagging; the rest is in the table of subscribers."""
    if not isinstance(row, dict):
        return row
    return {"subscriber_id": row.get("id"), "tagged_at": row.get("tagged_at")}


def _since(remembered: MutableMapping[str, Any], parameter: str, today: date) -> dict[str, str]:
    """Return the parameter that asks for what is new, nothing if all is to be read."""
    asked_on, read_in_full_on = remembered.get("asked_on"), remembered.get("read_in_full_on")
    if not asked_on or not read_in_full_on:
        return {}
    if date.fromisoformat(read_in_full_on) <= today - timedelta(days=settings.FULL_READ_DAYS):
        return {}
    return {parameter: (date.fromisoformat(asked_on) - timedelta(days=settings.OVERLAP_DAYS)).isoformat()}


def _remember(remembered: MutableMapping[str, Any], today: date, is_full: bool) -> None:
    remembered["asked_on"] = today.isoformat()
    if is_full:
        remembered["read_in_full_on"] = today.isoformat()


SOURCE = Source(
    name="kit",
    description="Kit's API v4.",
    tables=TABLES,
    secret_names=SECRET_NAMES["kit"],
    look_back_days=0,
    extract=extract,
)
