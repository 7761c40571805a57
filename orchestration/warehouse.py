"""What the assets share about the warehouse: the one pool of its writers, and how many rows it holds."""

from collections.abc import Iterable

import duckdb

from ingestion.warehouse import warehouse_path

WRITERS = "warehouse"
"""The pool of everything that writes: DuckDB has one writer, so `dagster.yaml` gives the pool one slot."""

OWNERS = ["data@dollartrail.example"]
"""Who answers for the raw tables and the publication; models say it in their dbt groups."""

Relation = tuple[str, str]
"""A schema and a table in it."""


def row_counts(relations: Iterable[Relation]) -> dict[Relation, int]:
    """Count the rows of each relation that exists. The file is let go of again: dbt needs it from another process."""
    wanted = set(relations)
    with duckdb.connect(str(warehouse_path()), read_only=True) as connection:
        known = connection.execute("select table_schema, table_name from information_schema.tables").fetchall()
        return {
            (schema, table): _count(connection, schema, table) for schema, table in known if (schema, table) in wanted
        }


def _count(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> int:
    row = connection.execute(f'select count(*) from "{schema}"."{table}"').fetchone()  # noqa: S608
    return int(row[0]) if row else 0
