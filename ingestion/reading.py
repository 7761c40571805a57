"""A reading of everything that a vendor has of a kind, in parts, and who turns out to be missing after it."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import dlt

from ingestion.progress import Progress
from ingestion.rejections import land
from ingestion.tables import Extraction, Table
from ingestion.warehouse import dataset

READING = "reading"
"""In what is remembered of a table: a reading of all of it that is not finished, its begin and its cursor."""

ALL_READ_AT = "all_read_at"
"""When the last reading of all of it began (UTC)."""

SWEPT_UNTIL = "swept_until"
"""In what is remembered of missing rows: the reading of all that was last compared with what is here."""

NOT_SEEN = """
select found.id
from {schema}.{found} as found
left join {schema}.{missing} as missing
    on found.connection_id = missing.connection_id
    and found.id = missing.{key}
    and found.seen_at < missing.missed_at
where found.connection_id = ? and found.seen_at < ? and missing.{key} is null
order by found.id
"""


@dataclass(frozen=True)
class Page:
    """A page of a vendor's rows; `after` leads beyond it and is None on the last, where the vendor says so."""

    rows: list[Any]
    after: Any


def read_everything(
    extraction: Extraction,
    table: Table,
    remembered: dict[str, Any],
    pages_from: Callable[[datetime, Any], Iterator[Page]],
    pages_per_landing: int,
) -> Generator[Any, None, datetime | None]:
    """Yield all rows of a table, and return when the reading began once it has come to its end, else None.

    After so many pages the table is unfinished, and its next extraction goes on at the cursor, as does the next load of
    a reading that was interrupted. `pages_from` gets the begin of the reading and the cursor, None at first.
    """
    reading = remembered.setdefault(READING, {"began_at": datetime.now(UTC).isoformat(), "after": None, "pages": 0})
    began_at, progress = datetime.fromisoformat(reading["began_at"]), Progress(extraction.say)
    for count, page in enumerate(pages_from(began_at, reading["after"]), start=1):
        reading |= {"after": page.after, "pages": reading["pages"] + 1}
        progress.reach(f"page {reading['pages']} of all {table.name}")
        yield from land(extraction, table, page.rows)
        if page.after is not None and count == pages_per_landing:
            progress.end()
            extraction.unfinished.add(table.name)
            return None
    progress.end()
    del remembered[READING]
    return began_at


def forget_unfinished(extraction: Extraction, table: Table, remembered: dict[str, Any]) -> None:
    """Let a load that is to read everything itself begin anew, and not where another one was interrupted."""
    if extraction.is_full and not extraction.loaded[table.name]:
        remembered.pop(READING, None)


def is_due(all_read_at: str | None, every: timedelta, now: datetime) -> bool:
    """Tell whether all has to be read once more, by the moment at which the last reading of all began."""
    return all_read_at is None or datetime.fromisoformat(all_read_at) <= now - every


def noted(extraction: Extraction, table: Table, read_at: datetime, rows_read: int, **of: str) -> Any:
    """Return the row of a table of readings for one that came to its end: what broke off takes nothing away."""
    own = {"connection_id": extraction.connection.connection_id, "seen_at": datetime.now(UTC)}
    extraction.loaded[table.name] += 1
    return table.marked([{**own, **of, "read_at": read_at, "rows_read": rows_read}])


def alone(row: Any | None) -> list[Any] | None:
    """Return the rows of a vendor that has one of an id, or none."""
    return None if row is None else [row]


def missing_rows(
    extraction: Extraction, table: Table, of: Table, vendor_name: str, rows_of: Callable[[str], list[Any] | None]
) -> Iterator[Any]:
    """After each reading of all, ask for those that it lacks, by their ids, and note who is not there.

    `rows_of` returns the rows of an id, None if the vendor says that it does not have it: nobody counts as missing
    because a list lacks them. The last column of the table's key is the id.
    """
    remembered, read_at = dlt.current.resource_state(), extraction.state.get(of.name, {}).get(ALL_READ_AT)
    if read_at is None or remembered.get(SWEPT_UNTIL) == read_at:
        return
    schema, key = dataset(extraction.connection.source), table.primary_key[-1]
    not_seen = extraction.ask_warehouse(
        NOT_SEEN.format(schema=schema, found=of.name, missing=table.name, key=key),
        [extraction.connection.connection_id, datetime.fromisoformat(read_at)],
    )
    progress, gone = Progress(extraction.say), []
    for count, (row_id,) in enumerate(not_seen, start=1):
        found = rows_of(row_id)
        progress.reach(f"{count} of {len(not_seen)} {of.name} that were not listed")
        if found is None:
            gone.append({key: row_id, "missed_at": datetime.now(UTC)})
            continue
        for landed in land(extraction, of, found):
            yield of.marked(landed) if isinstance(landed, list) else landed
    progress.end()
    if gone:
        extraction.say(f"{len(gone)} {of.name} are not at {vendor_name} any more")
    yield from land(extraction, table, gone)
    remembered[SWEPT_UNTIL] = read_at
