"""The copy of the marts that BI tools read, so that no reader ever meets the writer's lock."""

from pathlib import Path

import dagster as dg
import duckdb
from dagster._core.storage.asset_check_execution_record import (
    AssetCheckExecutionRecord,
    AssetCheckExecutionRecordStatus,
)

from ingestion.warehouse import published_folder, warehouse_path
from orchestration.warehouse import OWNERS, WRITERS

SCHEMA = "marts"
STORAGE_VERSION = "v1.2.0"
"""Of the published file: what DuckDB 1.2 and newer can read, and so the tools that embed one of them."""


def published_path() -> Path:
    """Return the file that BI tools open."""
    return published_folder() / "marts.duckdb"


def publish_marts() -> dict[str, int]:
    """Copy all marts, with their keys and comments, and return the rows of each.

    The copy is written beside the published file and then takes its place in one step: a reader has the old one or the
    new one, whole. A copy that is interrupted leaves the old one as it was.

    Whoever opens marts.duckdb finds the tables in the main schema of a database called `marts`. So `marts.fct_orders`
    means the same there as in the warehouse; a schema `marts` in a file of that name would make it ambiguous.
    """
    path = published_path()
    copy = path.with_name(f"{path.stem}.being_written.duckdb")
    path.parent.mkdir(parents=True, exist_ok=True)
    for leftover in (copy, log_of(copy)):
        leftover.unlink(missing_ok=True)
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach {text_literal(warehouse_path())} as warehouse (read_only)")
        connection.execute(f"attach {text_literal(copy)} as {SCHEMA} (storage_version {text_literal(STORAGE_VERSION)})")
        counts = _copy_tables(connection)
        connection.execute(f"checkpoint {SCHEMA}")
        connection.execute(f"detach {SCHEMA}")
    # A log of the file that was there would be replayed into the one that comes.
    log_of(path).unlink(missing_ok=True)
    copy.replace(path)
    return counts


def _copy_tables(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    tables = connection.execute(
        "select table_name, sql, comment from duckdb_tables() "
        "where database_name = 'warehouse' and schema_name = ? order by table_name",
        [SCHEMA],
    ).fetchall()
    counts = {}
    for name, definition, comment in tables:
        # The definition as written has the keys, which `create table as` would leave out.
        connection.execute(definition)
        inserted = connection.execute(f'insert into {SCHEMA}."{name}" from warehouse.{SCHEMA}."{name}"').fetchone()
        counts[name] = int(inserted[0]) if inserted else 0
        if comment:
            connection.execute(f'comment on table {SCHEMA}."{name}" is {text_literal(comment)}')
    columns = connection.execute(
        "select table_name, column_name, comment from duckdb_columns() "
        "where database_name = 'warehouse' and schema_name = ? and comment is not null",
        [SCHEMA],
    ).fetchall()
    for table, column, comment in columns:
        connection.execute(f'comment on column {SCHEMA}."{table}"."{column}" is {text_literal(comment)}')
    return counts


def log_of(path: Path) -> Path:
    """Return the log that DuckDB keeps beside a file."""
    return path.with_name(f"{path.name}.wal")


def text_literal(value: object) -> str:
    """Return an SQL literal: neither files to attach nor comments can be parameters."""
    escaped = str(value).replace("'", "''")
    return f"'{escaped}'"


def publication_asset(models: dg.AssetsDefinition) -> dg.AssetsDefinition:
    """Return the publication: what follows after the marts are built and none of their checks fails."""
    marts = [key for key in models.keys if key.path[0] == SCHEMA]
    checks = list(models.check_keys)

    @dg.asset(
        key=["published", SCHEMA],
        description="published/marts.duckdb: the marts for SQL and BI tools, replaced in one step once all checks pass",
        group_name="published",
        kinds={"duckdb"},
        owners=OWNERS,
        deps=marts,
        pool=WRITERS,
    )
    def publication(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        failing = _failing_checks(context.instance, checks)
        if failing:
            raise dg.Failure(
                f"not published, as these checks fail: {', '.join(failing)}; readers keep the last good copy",
                allow_retries=False,
            )
        counts = publish_marts()
        context.log.info(f"published {len(counts)} marts to {published_path()}")
        return dg.MaterializeResult(
            metadata={
                "path": dg.MetadataValue.path(published_path()),
                "rows": dg.MetadataValue.table(
                    [dg.TableRecord({"mart": name, "rows": count}) for name, count in counts.items()]
                ),
            }
        )

    return publication


def _failing_checks(instance: dg.DagsterInstance, checks: list[dg.AssetCheckKey]) -> list[str]:
    """Name the checks that failed, or that a build which ended early never came to.

    Asked of the instance, as a publication may run alone, long after the build.
    """
    records = instance.event_log_storage.get_latest_asset_check_execution_by_key(checks)
    return sorted(key.name for key, record in records.items() if _is_failing(instance, record))


def _is_failing(instance: dg.DagsterInstance, record: AssetCheckExecutionRecord) -> bool:
    if record.status is AssetCheckExecutionRecordStatus.PLANNED:
        run = instance.get_run_by_id(record.run_id)
        # A run that is still to come will publish for itself.
        return run is not None and run.is_finished
    return (
        record.status is AssetCheckExecutionRecordStatus.FAILED
        and record.evaluation is not None
        and record.evaluation.severity is dg.AssetCheckSeverity.ERROR
    )
