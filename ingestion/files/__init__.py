"""Files in a drop folder: ad spend that no API gives, and contacts of no CRM.

A file is landed whole or not at all, and a new version of it replaces the rows of the old one. While a version is
refused, the rows of the last good one stay. The rows of a file that is taken out of the folder stay as well: to
correct a file, put it back under its name; to withdraw its rows, put it back with its header only.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from fnmatch import fnmatch
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import dlt
from dlt.extract import DltResource

from ingestion.connections import SECRET_NAMES, ConfigurationError, Connection
from ingestion.files import settings
from ingestion.files.reading import ReadFile, Rejection, read_file
from ingestion.files.tables import AD_SPEND, CONTACTS, REJECTED_FILE_ROWS, TABLES
from ingestion.http import without_addresses
from ingestion.personal import without_forgotten
from ingestion.tables import Extraction, Source, Table
from ingestion.warehouse import project_root

UNKNOWN_KIND = "files"


def extract(extraction: Extraction) -> Iterator[DltResource]:
    """Yield a resource for each table that is asked for, each of which replaces the rows of the files found.

    Raises ConfigurationError if the folder is not there.
    """
    seen_at = datetime.now(UTC)
    found = _found(extraction)
    for table in (AD_SPEND, CONTACTS):
        good = [file for file in found.get(table.name, []) if not file.rejections]
        if good:
            rows = partial(_rows, extraction, table, good, seen_at)
            yield table.resource(rows, replacing=_rows_of(extraction, good))
    all_files = [file for files in found.values() for file in files]
    if all_files:
        rows = partial(_rejected_rows, extraction, found, seen_at)
        yield REJECTED_FILE_ROWS.resource(rows, replacing=_rows_of(extraction, all_files))


def _found(extraction: Extraction) -> dict[str, list[ReadFile]]:
    """Read the files of the tables that are asked for, by table."""
    found: dict[str, list[ReadFile]] = {}
    tables = {table.name: table for table in TABLES}
    for path in files_in(extraction.connection):
        names = [name for pattern, name in settings.KINDS.items() if fnmatch(path.name.lower(), pattern)]
        if not names:
            reason = f"fits no kind of file; name it {' or '.join(settings.KINDS)}"
            file = ReadFile(path.name, rejections=[Rejection(0, "file name", path.name, reason, {})])
        elif names[0] in extraction.table_names:
            file = read_file(path, tables[names[0]])
        else:
            continue
        file = _without_forgotten(extraction, tables.get(names[0] if names else ""), file)
        found.setdefault(names[0] if names else UNKNOWN_KIND, []).append(file)
        _report_file(extraction, file)
    return found


def _without_forgotten(extraction: Extraction, table: Table | None, file: ReadFile) -> ReadFile:
    """Return a file without the rows of people who were forgotten; whether it is refused is not up to them."""
    forgotten = extraction.forgotten
    rows = [row for row in file.rows if table is None or without_forgotten(table, row, forgotten) is not None]
    rejections = [
        rejection
        for rejection in file.rejections
        if without_forgotten(REJECTED_FILE_ROWS, vars(rejection), forgotten) is not None
    ]
    left_out = len(file.rows) - len(rows) + len(file.rejections) - len(rejections)
    if left_out:
        extraction.say(f"{file.name}: {left_out} row(s) of people who were forgotten are left out")
    if file.rejections and not rejections:
        rejections = [Rejection(0, "file", "", "is refused for rows of people who were forgotten; correct them", {})]
    return ReadFile(file.name, rows, rejections)


def _report_file(extraction: Extraction, file: ReadFile) -> None:
    if not file.rejections:
        extraction.say(f"{file.name}: {len(file.rows)} rows")
        return
    extraction.say(f"{file.name} is refused: {len(file.defects)} defect(s); what it held before stays")
    for defect in file.defects[: settings.REPORTED_DEFECTS]:
        value = f" '{without_addresses(defect.value)}'" if defect.value else ""
        extraction.say(f"{file.name}, row {defect.line}: {defect.field}{value} {defect.reason}")


def _rows(extraction: Extraction, table: Table, files: list[ReadFile], seen_at: datetime) -> Iterator[Any]:
    own = {"connection_id": extraction.connection.connection_id, "seen_at": seen_at}
    is_empty = True
    for file in files:
        if file.rows:
            is_empty = False
            extraction.loaded[table.name] += len(file.rows)
            yield [row | own for row in file.rows]
    if is_empty:
        # Without rows dlt merges nothing, and the rows of a file's last version would stay.
        yield dlt.mark.materialize_table_schema()


def _rejected_rows(extraction: Extraction, found: dict[str, list[ReadFile]], seen_at: datetime) -> Iterator[Any]:
    rows = [
        {
            "connection_id": extraction.connection.connection_id,
            "seen_at": seen_at,
            "resource": resource,
            "row_key": f"{file.name}:{rejection.line}",
            "source_file": file.name,
            "row_number": rejection.line,
            "field": rejection.field,
            "value": rejection.value,
            "reason": rejection.reason,
            "row": rejection.row,
        }
        for resource, files in found.items()
        for file in files
        for rejection in file.rejections
    ]
    extraction.loaded[REJECTED_FILE_ROWS.name] += len(rows)
    extraction.rejected.update(str(row["resource"]) for row in rows)
    yield rows or dlt.mark.materialize_table_schema()


def _rows_of(extraction: Extraction, files: list[ReadFile]) -> str:
    names = ", ".join("'" + file.name.replace("'", "''") + "'" for file in files)
    return f"connection_id = '{extraction.connection.connection_id}' and source_file in ({names})"


def files_in(connection: Connection) -> list[Path]:
    """Return the CSV files of a connection's folder. Raises ConfigurationError if the folder is not there."""
    return sorted(_folder(connection).glob("*.[cC][sS][vV]"))


def _folder(connection: Connection) -> Path:
    """Return the drop folder: a path, relative ones from the project's folder, or a file:// address."""
    address = connection.base_url
    parts = urlsplit(address)
    if parts.scheme == "file":
        folder = Path(unquote(parts.path))
    elif "://" in address:
        raise ConfigurationError(
            f"{connection.connection_id}: base_url {parts.scheme}:// is not read; set a folder or file://"
        )
    else:
        folder = project_root() / Path(address).expanduser()
    if not folder.is_dir():
        raise ConfigurationError(
            f"{connection.connection_id}: folder {folder} is not there; correct base_url in connections.csv"
        )
    return folder


SOURCE = Source(
    name="files",
    description="Files from a drop folder.",
    tables=TABLES,
    secret_names=SECRET_NAMES["files"],
    look_back_days=0,
    extract=extract,
)
