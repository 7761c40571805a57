"""Files in a drop folder: ad spend that no API gives, ad exports, contacts of no CRM, and touchpoints.

A file is landed whole or not at all, and a new version of it replaces the rows of the old one. While a version is
refused, the rows of the last good one stay. The rows of a file that is taken out of the folder stay as well: to
correct a file, put it back under its name; to withdraw its rows, put it back with its header only.

Exports of web analytics are large, and most of them of days that are over: one that is as it was is not read again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import dlt
import pyarrow
from dlt.extract import DltResource

from ingestion.connections import SECRET_NAMES
from ingestion.files import settings
from ingestion.files.events import EVENT_TYPES, events_without_forgotten, fingerprint
from ingestion.files.folder import drop_files
from ingestion.files.reading import UNKNOWN_KIND, ReadFile, Rejection, read_file
from ingestion.files.tables import REJECTED_FILE_ROWS, TABLES, TOUCHPOINTS
from ingestion.http import without_addresses
from ingestion.personal import without_forgotten
from ingestion.tables import Extraction, Source, Table

EVENTS_AT_A_TIME = 50_000
LANDED = "landed"
"""In what is remembered of touchpoints: the fingerprint of each export whose events are in the warehouse."""


def extract(extraction: Extraction) -> Iterator[DltResource]:
    """Yield a resource for each table that is asked for, each of which replaces the rows of the files found.

    Raises ConfigurationError if the folder is not there.
    """
    seen_at = datetime.now(UTC)
    files = _read(extraction)
    good = [file for file in files if not file.rejections and not file.is_landed]
    for table in TABLES:
        # Also rows of a good file's last version go, that was of another kind.
        if good and table is not REJECTED_FILE_ROWS and table.name in extraction.table_names:
            rows = partial(_rows, extraction, table, good, seen_at)
            yield table.resource(rows, replacing=_rows_of(extraction, good))
    if files:
        rows = partial(_rejected_rows, extraction, files, seen_at)
        yield REJECTED_FILE_ROWS.resource(rows, replacing=_rows_of(extraction, files))


def _read(extraction: Extraction) -> list[ReadFile]:
    """Read the files of the tables that are asked for, and those of no table, whatever is asked for."""
    files = []
    landed = {} if extraction.is_full else extraction.state.get(TOUCHPOINTS.name, {}).get(LANDED, {})
    not_asked_for = {table.name for table in TABLES} - extraction.table_names
    for dropped in drop_files(extraction.connection):
        try:
            content = dropped.content()
            mark = fingerprint(content)
            if landed.get(dropped.name) == mark:
                files.append(ReadFile(dropped.name, TOUCHPOINTS.name, is_landed=True))
                continue
            file = replace(read_file(dropped.name, content, extraction.connection.currency), fingerprint=mark)
        except OSError as error:
            reason = f"cannot be opened ({type(error).__name__}); let it be read, or take it out of the folder"
            file = ReadFile(dropped.name, UNKNOWN_KIND, rejections=[Rejection(0, "file", dropped.name, reason, {})])
        if file.kind not in not_asked_for:
            file = _without_forgotten(extraction, file)
            files.append(file)
            _report_file(extraction, file)
    return files


def _without_forgotten(extraction: Extraction, file: ReadFile) -> ReadFile:
    """Return a file without the rows of people who were forgotten; whether it is refused is not up to them."""
    forgotten = extraction.forgotten
    table = next((table for table in TABLES if table.name == file.kind), None)
    rows = [row for row in file.rows if table is None or without_forgotten(table, row, forgotten) is not None]
    rejections = [
        rejection
        for rejection in file.rejections
        if without_forgotten(REJECTED_FILE_ROWS, vars(rejection), forgotten) is not None
    ]
    events = events_without_forgotten(file.events, forgotten)
    left_out = file.row_count - len(rows) - events.num_rows + len(file.rejections) - len(rejections)
    if left_out:
        extraction.say(f"{file.name}: {left_out} row(s) of people who were forgotten are left out")
    if file.rejections and not rejections:
        rejections = [Rejection(0, "file", "", "is refused for rows of people who were forgotten; correct them", {})]
    return replace(file, rows=rows, events=events, rejections=rejections)


def _report_file(extraction: Extraction, file: ReadFile) -> None:
    if not file.rejections:
        left_out = f", {len(file.totals)} of totals left out" if file.totals else ""
        extraction.say(f"{file.name}: {file.row_count} rows{left_out}")
        return
    extraction.say(f"{file.name} is refused: {len(file.defects)} defect(s); what it held before stays")
    for defect in file.defects[: settings.REPORTED_DEFECTS]:
        value = f" '{without_addresses(defect.value)}'" if defect.value else ""
        extraction.say(f"{file.name}, row {defect.line}: {defect.field}{value} {defect.reason}")


def _rows(extraction: Extraction, table: Table, files: list[ReadFile], seen_at: datetime) -> Iterator[Any]:
    own = {"connection_id": extraction.connection.connection_id, "seen_at": seen_at}
    is_empty = True
    if table is TOUCHPOINTS:
        landed = dlt.current.resource_state().setdefault(LANDED, {})
        for file in files:
            landed.pop(file.name, None)
            landed |= {file.name: file.fingerprint} if file.events.num_rows else {}
    for file in files:
        if file.kind == table.name and file.rows:
            is_empty = False
            extraction.loaded[table.name] += len(file.rows)
            yield [row | own for row in file.rows]
        if file.kind == table.name and file.events.num_rows:
            is_empty = False
            extraction.loaded[table.name] += file.events.num_rows
            yield from _as_landed(file.events, own)
    if is_empty:
        # Without rows dlt merges nothing, and the rows of a file's last version would stay.
        yield dlt.mark.materialize_table_schema()


def _as_landed(events: pyarrow.Table, own: Mapping[str, Any]) -> Iterator[pyarrow.Table]:
    """Yield events in batches, with the columns that are ours."""
    for batch in events.to_batches(EVENTS_AT_A_TIME):
        table = pyarrow.Table.from_batches([batch])
        for name, value in own.items():
            kind = EVENT_TYPES[TOUCHPOINTS.columns[name]]
            table = table.append_column(name, pyarrow.repeat(pyarrow.scalar(value, kind), batch.num_rows))
        yield table.select(list(TOUCHPOINTS.columns))


def _rejected_rows(extraction: Extraction, files: list[ReadFile], seen_at: datetime) -> Iterator[Any]:
    rows = [
        {
            "connection_id": extraction.connection.connection_id,
            "seen_at": seen_at,
            "resource": file.kind,
            "row_key": f"{file.name}:{rejection.line}",
            "source_file": file.name,
            "row_number": rejection.line,
            "field": rejection.field,
            "value": rejection.value,
            "reason": rejection.reason,
            "row": rejection.row,
        }
        for file in files
        for rejection in file.rejections
    ]
    extraction.loaded[REJECTED_FILE_ROWS.name] += len(rows)
    extraction.rejected.update(str(row["resource"]) for row in rows)
    yield rows or dlt.mark.materialize_table_schema()


def _rows_of(extraction: Extraction, files: list[ReadFile]) -> str:
    names = ", ".join("'" + file.name.replace("'", "''") + "'" for file in files)
    return f"connection_id = '{extraction.connection.connection_id}' and source_file in ({names})"


SOURCE = Source(
    name="files",
    description="Files from a drop folder.",
    tables=TABLES,
    secret_names=SECRET_NAMES["files"],
    look_back_days=0,
    extract=extract,
)
