"""Forgotten people out of DuckDB files: from the rows that were built, and from the blocks that a file keeps."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingestion.tombstones import ADDRESS_IN_TEXT, Forgotten
from orchestration.publish import log_of, text_literal

ADDRESS = "email"
IDS = ("person_id", "customer_id", "address_id")
"""Columns whose values are made from the address beside them: who knows an address can find them."""

MONEY = ("transaction_id", "order_id", "subscription_id")
"""A row with one of these columns, or with an amount, is about money: it stays, without the person."""


@dataclass(frozen=True, eq=False)
class Built:
    """A table that dbt has built. `texts` maps its columns of text to whether they may be null."""

    schema: str
    name: str
    texts: dict[str, bool]
    columns: frozenset[str]

    @property
    def quoted(self) -> str:
        """The table's name in SQL."""
        return f'"{self.schema}"."{self.name}"'

    @property
    def is_about_money(self) -> bool:
        """Whether its rows count when their person is forgotten."""
        return any(name in MONEY or name.endswith("amount") for name in self.columns)


def erase_built_rows(
    file: duckdb.DuckDBPyConnection, workspace_id: str, connection_ids: Collection[str], forgotten: Forgotten
) -> Counter[str]:
    """Erase forgotten people from what was built in a file, and return how many rows of each table that concerned.

    A row about money stays with nulls in their place, or goes where its table allows none: the next build counts it
    anew. Any other row goes.
    """
    tables = _built_tables(file)
    scopes = {table: _scope(table, workspace_id, connection_ids) for table in tables}
    secrets: set[str] = set()
    for table in tables:
        for name in table.texts:
            where, values = scopes[table]
            found = file.execute(
                f'select distinct unnest(regexp_extract_all("{name}", ?)) from {table.quoted} '  # noqa: S608
                f"""where {where} and (contains("{name}", '@') or contains("{name}", '%40'))""",
                [ADDRESS_IN_TEXT, *values],
            ).fetchall()
            secrets.update(form for (form,) in found if forgotten.knows(form))
    addresses = sorted(secrets)
    for table in tables if addresses else []:
        for name in {*IDS}.intersection(table.texts) if ADDRESS in table.texts else ():
            where, values = scopes[table]
            found = file.execute(
                f'select distinct "{name}" from {table.quoted} '  # noqa: S608
                f'where {where} and "{name}" is not null and {_tells([ADDRESS])}',
                [*values, addresses],
            ).fetchall()
            secrets.update(value for (value,) in found)
    erased: Counter[str] = Counter()
    for table in tables if secrets else []:
        where, values = scopes[table]
        parameters = [*values, sorted(secrets)]
        count = file.execute(
            f"select count(*) from {table.quoted} where {where} and {_tells(table.texts)}",  # noqa: S608
            parameters,
        ).fetchone()
        if not count or not count[0]:
            continue
        erased[f"{table.schema}.{table.name}"] = int(count[0])
        fixed = [name for name, is_nullable in table.texts.items() if not (is_nullable and table.is_about_money)]
        if fixed:
            file.execute(f"delete from {table.quoted} where {where} and {_tells(fixed)}", parameters)  # noqa: S608
        for name in set(table.texts) - set(fixed):
            file.execute(
                f'update {table.quoted} set "{name}" = null where {where} and {_tells([name])}',  # noqa: S608
                parameters,
            )
    return erased


def write_anew(source: Path, target: Path) -> None:
    """Write a DuckDB file anew in the place of another, which may be itself, in one step.

    DuckDB keeps what was deleted in blocks that are free, until it happens to need them. The file that was there keeps
    out every other writer until its place is taken.
    """
    copy = target.with_name(f"{target.stem}.being_written.duckdb")
    for leftover in (copy, log_of(copy)):
        leftover.unlink(missing_ok=True)
    # A view names its database, which is called after its file.
    name = f'"{target.stem}"'
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach {text_literal(source)} as written_before (read_only)")
        (tags,) = connection.execute(
            "select tags from duckdb_databases() where database_name = 'written_before'"
        ).fetchone() or ({},)
        version = str(tags.get("storage_version", "v1.0.0")).removesuffix("+")
        connection.execute(f"attach {text_literal(copy)} as {name} (storage_version {text_literal(version)})")
        connection.execute(f"copy from database written_before to {name}")
        connection.execute(f"checkpoint {name}")
        connection.execute(f"detach {name}")
        log_of(target).unlink(missing_ok=True)
        copy.replace(target)


def _built_tables(file: duckdb.DuckDBPyConnection) -> list[Built]:
    columns = file.execute(
        "select columns.table_schema, columns.table_name, column_name, data_type, is_nullable = 'YES' "
        "from information_schema.columns as columns inner join information_schema.tables as tables "
        "using (table_catalog, table_schema, table_name) "
        "where table_catalog = current_database() and table_type = 'BASE TABLE' "
        "and not starts_with(columns.table_schema, 'raw_') order by all"
    ).fetchall()
    texts: dict[tuple[str, str], dict[str, bool]] = {}
    names: dict[tuple[str, str], set[str]] = {}
    for schema, table, column, kind, is_nullable in columns:
        names.setdefault((schema, table), set()).add(column)
        if kind in ("VARCHAR", "JSON"):
            texts.setdefault((schema, table), {})[column] = is_nullable
    return [Built(*key, columns_of_text, frozenset(names[key])) for key, columns_of_text in texts.items()]


def _scope(table: Built, workspace_id: str, connection_ids: Collection[str]) -> tuple[str, list[str]]:
    """Return a condition for the rows of a workspace, and its parameters. Where none is named, all rows are its."""
    if "workspace_id" in table.columns:
        return "workspace_id = ?", [workspace_id]
    if "connection_id" in table.columns and connection_ids:
        return f"connection_id in ({', '.join('?' * len(connection_ids))})", list(connection_ids)
    return "true", []


def _tells(names: Collection[str]) -> str:
    listed = ", ".join(f'"{name}"' for name in names)
    return f"len(list_filter(?::varchar[], lambda secret: contains(concat_ws(chr(10), {listed}), secret))) > 0"
