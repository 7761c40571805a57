"""A person is erased from all that vendors' data lies in before any model: raw tables, inbox, pages, working folders.

Whoever has a tombstone is erased, and not only the one who is being forgotten: so what was interrupted is finished by
the next time, whoever that is about. Every step can be repeated.
"""

import json
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb

from ingestion import SOURCES
from ingestion.connections import ConfigurationError, Connection, read_connections, read_workspaces
from ingestion.files.events import events_without_forgotten
from ingestion.files.folder import DropFile, drop_files
from ingestion.files.reading import read_file
from ingestion.personal import without_forgotten
from ingestion.tables import Table
from ingestion.thrivecart.inbox import Inbox
from ingestion.thrivecart.journal import Journal
from ingestion.tombstones import ADDRESS_IN_TEXT, Forgotten, addresses_in
from ingestion.warehouse import config_folder, dataset, inbox_folder, unlanded_folder, working_folder

DECISIONS = "identity_decisions.csv"
TEXTS = ("VARCHAR", "JSON")
ROWS_AT_A_TIME = 10_000


def connections_of(workspace_id: str) -> list[Connection]:
    """Return the connections of a workspace. Raises ConfigurationError if there is no such workspace."""
    known = [workspace.workspace_id for workspace in read_workspaces()]
    if workspace_id not in known:
        raise ConfigurationError(f"workspace '{workspace_id}' is not in workspaces.csv; it has {', '.join(known)}")
    return [connection for connection in read_connections() if connection.workspace_id == workspace_id]


def erase_raw_rows(warehouse: duckdb.DuckDBPyConnection, workspace_id: str, forgotten: Forgotten) -> Counter[str]:
    """Erase forgotten people from the raw tables, and return how many rows of each went or were changed.

    Rows of a connection that no workspace has any more are looked through as well. What dlt keeps of its last load
    beside the tables goes whole: the next load makes it anew.
    """
    others = [each.connection_id for each in read_connections() if each.workspace_id != workspace_id]
    erased: Counter[str] = Counter()
    for source in SOURCES.values():
        schema = dataset(source.name)
        gone: dict[str, list[tuple[str, dict[str, Any]]]] = {}
        for table in source.tables:
            if _columns(warehouse, schema, table.name):
                gone[table.name], changed = _erase_from(warehouse, schema, table, others, forgotten)
                erased[f"{schema}.{table.name}"] = len(gone[table.name]) + changed
        for table in source.tables:
            if table.follows and table.name in gone:
                column, followed, key = table.follows
                for connection_id, row in gone.get(followed, []):
                    erased[f"{schema}.{table.name}"] += _count_of(
                        warehouse.execute(
                            f'delete from "{schema}"."{table.name}" where connection_id = ? and "{column}" = ?',  # noqa: S608
                            [connection_id, row[key]],
                        )
                    )
        for (name,) in warehouse.execute(
            "select table_name from information_schema.tables where table_schema = ? and table_catalog = ?",
            [f"{schema}_staging", _catalog(warehouse)],
        ).fetchall():
            if not name.startswith("_dlt"):
                warehouse.execute(f'delete from "{schema}_staging"."{name}"')  # noqa: S608
    return +erased


def addresses_of_raw_rows(warehouse: duckdb.DuckDBPyConnection, workspace_id: str) -> Iterator[str]:
    """Yield every address that the raw tables hold of a workspace, as it is written there."""
    others = [each.connection_id for each in read_connections() if each.workspace_id != workspace_id]
    for source in SOURCES.values():
        for table in source.tables:
            if _columns(warehouse, dataset(source.name), table.name):
                yield from _written_forms(warehouse, dataset(source.name), table, others)


def erase_received_webhooks(connections: Iterable[Connection], forgotten: Forgotten) -> int:
    """Erase forgotten people from the inboxes and their archives, and return of how many events."""
    return sum(Inbox(inbox_folder(each.connection_id), forgotten).forget() for each in connections)


def are_waiting(connections: Iterable[Connection], people: Forgotten) -> bool:
    """Tell whether people are in an inbox, its archive, or pages that are not landed."""
    return any(
        Inbox(inbox_folder(each.connection_id), people).holds_forgotten()
        or Journal(unlanded_folder(each.connection_id)).holds(people)
        for each in connections
    )


def erase_unlanded_pages(connections: Iterable[Connection], forgotten: Forgotten) -> int:
    """Erase forgotten people from the pages that are read and not landed, and return of how many rows."""
    return sum(Journal(unlanded_folder(each.connection_id)).forget(forgotten) for each in connections)


def drop_working_folder() -> int:
    """Drop what dlt keeps beside the warehouse, rows on their way among them, and return how many files that were.

    Nothing is lost: what dlt remembers is in the warehouse, and what was on its way is read again.
    """
    files = [path for path in working_folder().rglob("*") if path.is_file()] if working_folder().exists() else []
    shutil.rmtree(working_folder(), ignore_errors=True)
    return len(files)


def drop_decisions(workspace_id: str, forgotten: Forgotten) -> int:
    """Take the user's decisions about forgotten people out of their file, and return how many lines that were."""
    path = config_folder() / DECISIONS
    before = path.read_text(encoding="utf-8").splitlines(keepends=True)
    after = [
        line
        for number, line in enumerate(before)
        if number == 0 or workspace_id not in [cell.strip() for cell in line.split(",")] or not forgotten.is_in(line)
    ]
    if after != before:
        unfinished = path.with_name(f".{DECISIONS}.unfinished")
        unfinished.write_text("".join(after), encoding="utf-8")
        unfinished.replace(path)
    return len(before) - len(after)


def black_out_logs(folders: Iterable[Path], forgotten: Forgotten) -> int:
    """Black addresses of forgotten people out of log files, and return in how many files."""
    changed = 0
    for path in _logs_in(folders):
        before = path.read_bytes()
        after = blacked_out(before.decode(errors="surrogateescape"), forgotten).encode(errors="surrogateescape")
        if after != before:
            changed += 1
            # In place: who writes to it goes on doing so.
            path.write_bytes(after)
    return changed


def blacked_out(text: str, forgotten: Forgotten) -> str:
    """Return a text with every address of forgotten people blacked out."""
    for address in {found for found in addresses_in(text) if forgotten.knows(found)}:
        text = text.replace(address, "<address>")
    return text


def files_of_the_user(connections: Iterable[Connection], forgotten: Forgotten) -> list[str]:
    """Return the files of drop folders that hold forgotten people, with their folders: they are the user's own."""
    found = []
    for connection in connections:
        if connection.source == "files":
            # A drive may be away.
            with suppress(ConfigurationError, OSError):
                found += [
                    f"{connection.base_url.rstrip('/')}/{dropped.name}"
                    for dropped in drop_files(connection)
                    if _holds(dropped, connection.currency, forgotten)
                ]
    return found


def _holds(dropped: DropFile, currency: str, forgotten: Forgotten) -> bool:
    content = dropped.content()
    if forgotten.is_in(content.decode("utf-8", errors="replace")):
        return True
    # In other encodings, and in workbooks, an address is no run of bytes.
    file = read_file(dropped.name, content, currency)
    texts = [vars(rejection) for rejection in file.rejections] + file.rows
    if events_without_forgotten(file.events, forgotten).num_rows < file.events.num_rows:
        return True
    return any(forgotten.is_in(json.dumps(text, default=str, ensure_ascii=False)) for text in texts)


def _logs_in(folders: Iterable[Path]) -> list[Path]:
    suffixes = (".log", ".out", ".err")
    return sorted(
        {path for folder in folders for path in folder.rglob("*") if path.suffix in suffixes and path.is_file()}
    )


def _erase_from(
    warehouse: duckdb.DuckDBPyConnection, schema: str, table: Table, others: Sequence[str], forgotten: Forgotten
) -> tuple[list[tuple[str, dict[str, Any]]], int]:
    """Return the rows that went, with their connection, and how many were changed."""
    forms = [form for form in _written_forms(warehouse, schema, table, others) if forgotten.knows(form)]
    if not forms:
        return [], 0
    names = _texts(warehouse, schema, table.name)
    listed = ", ".join(f'"{name}"' for name in names)
    found = warehouse.execute(
        f'select rowid, connection_id, {listed} from "{schema}"."{table.name}" where {_of_us(others)} '  # noqa: S608
        f"and len(list_filter(?::varchar[], lambda form: contains(concat_ws(chr(10), {listed}), form))) > 0",
        [*others, forms],
    ).fetchall()
    where = f'"{schema}"."{table.name}"'
    gone, changed = [], 0
    for row_id, connection_id, *values in found:
        row = dict(zip(names, values, strict=True))
        kept = without_forgotten(table, row, forgotten)
        if kept is None:
            warehouse.execute(f"delete from {where} where rowid = ?", [row_id])  # noqa: S608
            gone.append((connection_id, row))
        elif kept != row:
            different = [name for name in names if kept[name] != row[name]]
            assignments = ", ".join(f'"{name}" = ?' for name in different)
            warehouse.execute(
                f"update {where} set {assignments} where rowid = ?",  # noqa: S608
                [*(kept[name] for name in different), row_id],
            )
            changed += 1
    return gone, changed


def _written_forms(warehouse: duckdb.DuckDBPyConnection, schema: str, table: Table, others: Sequence[str]) -> list[str]:
    forms: set[str] = set()
    for name in _texts(warehouse, schema, table.name):
        found = warehouse.execute(
            f'select distinct unnest(regexp_extract_all("{name}", ?)) from "{schema}"."{table.name}" '  # noqa: S608
            f"where {_of_us(others)}",
            [ADDRESS_IN_TEXT, *others],
        )
        while some := found.fetchmany(ROWS_AT_A_TIME):
            forms.update(form for (form,) in some)
    return sorted(forms)


def _of_us(others: Sequence[str]) -> str:
    return f"connection_id not in ({', '.join('?' * len(others))})" if others else "true"


def _texts(warehouse: duckdb.DuckDBPyConnection, schema: str, table: str) -> list[str]:
    return [
        name
        for name, kind in _columns(warehouse, schema, table)
        if kind in TEXTS and name != "connection_id" and not name.startswith("_dlt")
    ]


def _columns(warehouse: duckdb.DuckDBPyConnection, schema: str, table: str) -> list[tuple[str, str]]:
    return warehouse.execute(
        "select column_name, data_type from information_schema.columns "
        "where table_catalog = ? and table_schema = ? and table_name = ? order by ordinal_position",
        [_catalog(warehouse), schema, table],
    ).fetchall()


def _catalog(warehouse: duckdb.DuckDBPyConnection) -> str:
    row = warehouse.execute("select current_database()").fetchone()
    return str(row[0]) if row else ""


def _count_of(result: duckdb.DuckDBPyConnection) -> int:
    row = result.fetchone()
    return int(row[0]) if row else 0
