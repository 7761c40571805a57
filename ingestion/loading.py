"""Load a source: one dlt pipeline per connection, one connection after the other."""

import shutil
from collections import Counter
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

import dlt
from dlt.common.schema.typing import TSchemaContractDict
from dlt.extract import DltResource
from dlt.pipeline.exceptions import PipelineStepFailed

from ingestion import warehouse
from ingestion.connections import ConfigurationError, Connection, read_connections, validate_configuration
from ingestion.http import VendorError, without_addresses
from ingestion.tables import REJECTED_ROWS, Extraction, Report, Source, Table, TableLoad
from ingestion.tombstones import forgotten_in
from ingestion.warehouse import WarehouseLocked, once_unlocked
from ingestion.window import Window

CONTRACT: TSchemaContractDict = {"tables": "evolve", "columns": "evolve", "data_type": "freeze"}
"""Vendors' new fields are welcome; a declared column never changes its type."""

PLAIN_ERRORS = (ConfigurationError, VendorError, WarehouseLocked)
"""Errors whose text is made for the user."""


class LoadFailed(Exception):
    """Some connections could not be loaded: one line each. The others were."""


def load_source(
    source: Source, table_names: Collection[str] | None, window: Window | None, report: Report, is_full: bool
) -> dict[str, TableLoad]:
    """Load tables of all connections of a source; see `ingestion.load`."""
    validate_configuration(check_secrets=False)
    names = _asked_for(source, table_names)
    if not warehouse.warehouse_path().exists():
        # What dlt remembers belongs to a warehouse that is gone.
        shutil.rmtree(warehouse.working_folder(), ignore_errors=True)
    columns = declare_tables(source, report)
    loaded: Counter[str] = Counter()
    rejected: Counter[str] = Counter()
    failures = []
    for connection in read_connections(source.name):
        if not _is_in_use(connection, source):
            report(f"{connection.connection_id}: not in use any more")
            continue
        extraction = Extraction(connection, frozenset(), window, report, {}, lambda sql, parameters: [], is_full)
        try:
            extraction.forgotten = forgotten_in(connection.workspace_id)
            found = _load_connection(source, names, extraction)
        except Exception as error:
            failures.append(_line_about(connection, error))
            report(failures[-1])
            continue
        loaded += extraction.loaded
        rejected += extraction.rejected
        for name in columns:
            columns[name] = columns[name] | found.get(name, {})
    if failures:
        raise LoadFailed("\n".join(failures))
    return {name: TableLoad(loaded[name], rejected[name], columns[name]) for name in names}


def _asked_for(source: Source, table_names: Collection[str] | None) -> list[str]:
    known = [table.name for table in source.tables]
    unknown = set(table_names or ()) - set(known)
    if unknown:
        raise ValueError(f"{source.name} has no table {', '.join(sorted(unknown))}; it has {', '.join(known)}")
    # Rows are set aside by whatever load meets them.
    return [name for name in known if table_names is None or name in table_names or name == REJECTED_ROWS.name]


def _is_in_use(connection: Connection, source: Source) -> bool:
    until = connection.in_use_until
    return until is None or datetime.now(UTC).date() <= until + timedelta(days=source.look_back_days)


def declare_tables(source: Source, report: Report) -> dict[str, dict[str, str]]:
    """Create what is missing of the source's tables, so that they exist before, and without, any connection."""

    def declare() -> None:
        # No connection can be called so: their ids have no double underscore.
        pipeline = warehouse.named_pipeline(f"{source.name}__tables", source.name)
        if not _has_tables(pipeline, source):
            # What an interrupted declaration left behind would be loaded instead.
            _run(pipeline.drop(), source.name, [table.resource(_no_rows) for table in source.tables])

    once_unlocked(declare, report)
    return {table.name: dict(table.columns) for table in source.tables}


def _no_rows() -> Any:
    yield dlt.mark.materialize_table_schema()


def _has_tables(pipeline: dlt.Pipeline, source: Source) -> bool:
    columns = warehouse.rows_of(
        pipeline,
        "select table_name, column_name from information_schema.columns where table_schema = ?",
        [warehouse.dataset(source.name)],
    )
    return {(table.name, column) for table in source.tables for column in table.columns} <= set(columns)


def _load_connection(source: Source, names: Collection[str], extraction: Extraction) -> dict[str, dict[str, str]]:
    """Load one connection and return the columns of its tables. Tables that need landed rows come second."""
    pipeline = _settled_pipeline(extraction)
    extraction.ask_warehouse = lambda sql, parameters: once_unlocked(
        lambda: warehouse.rows_of(pipeline, sql, parameters), extraction.report
    )
    for second in (False, True):
        tables = [table for table in source.tables if table.name in names and table.needs_landed_rows is second]
        left = {table.name for table in tables} - {REJECTED_ROWS.name}
        while left:
            extraction.table_names = frozenset({*left, REJECTED_ROWS.name})
            extraction.state = _state(pipeline)
            _extract_and_load(pipeline, source, extraction)
            left, extraction.unfinished = extraction.unfinished, set()
    extraction.say(_summary(extraction, names))
    return _columns(pipeline, source.tables)


def _settled_pipeline(extraction: Extraction) -> dlt.Pipeline:
    """Return the connection's pipeline in the state the warehouse is in.

    A load that was killed may have left rows that are read but not landed: they are landed first. Were they not to
    go in, nothing is lost, as what is landed only moves on with them: the vendor is asked again.
    """
    connection, report = extraction.connection, extraction.report
    pipeline = warehouse.pipeline(connection)
    if pipeline.has_pending_data:
        extraction.say("finishing the load that was interrupted")
        try:
            once_unlocked(pipeline.run, report)
        except PipelineStepFailed:
            extraction.say("the interrupted load cannot be finished: reading its days again")
    # The working folder may be ahead of a warehouse that was put back from a copy; only the warehouse is right.
    pipeline = pipeline.drop()
    once_unlocked(pipeline.sync_destination, report)
    return pipeline


def _extract_and_load(pipeline: dlt.Pipeline, source: Source, extraction: Extraction) -> None:
    already = extraction.loaded.copy(), extraction.rejected.copy()

    def attempt() -> None:
        if pipeline.has_pending_data:
            pipeline.run()
            return
        extraction.loaded, extraction.rejected = already[0].copy(), already[1].copy()
        extraction.after_landing.clear()
        extraction.unfinished.clear()
        _run(pipeline, extraction.connection.connection_id, list(source.extract(extraction)))

    # When the lock is met on the way in, the rows are already read: they wait in the pipeline.
    once_unlocked(attempt, extraction.report)
    for action in extraction.after_landing:
        action()
    extraction.after_landing.clear()


def _run(pipeline: dlt.Pipeline, schema_name: str, resources: list[DltResource]) -> None:
    """Run resources under a schema of the connection's own: dlt keeps state and replacing conditions there."""
    if not resources:
        return
    make_source = dlt.source(lambda: resources, name=schema_name, max_table_nesting=0, schema_contract=CONTRACT)
    pipeline.run(make_source())


def _state(pipeline: dlt.Pipeline) -> dict[str, Any]:
    sources: dict[str, Any] = dict(pipeline.state.get("sources") or {})
    resources: dict[str, Any] = sources.get(pipeline.pipeline_name, {}).get("resources", {})
    return resources


def _columns(pipeline: dlt.Pipeline, tables: tuple[Table, ...]) -> dict[str, dict[str, str]]:
    if pipeline.pipeline_name not in pipeline.schemas:
        return {}
    schema = pipeline.schemas[pipeline.pipeline_name]
    return {
        table.name: {
            name: str(column["data_type"])
            for name, column in schema.get_table_columns(table.name).items()
            if not name.startswith("_dlt")
        }
        for table in tables
        if table.name in schema.tables
    }


def _summary(extraction: Extraction, names: Collection[str]) -> str:
    counts = [f"{extraction.loaded[name]} {name}" for name in names if extraction.loaded[name]]
    return f"landed {', '.join(counts)}" if counts else "nothing new"


def _line_about(connection: Connection, error: Exception) -> str:
    """Describe a failure in one line without secrets or addresses."""
    cause: BaseException = error
    while not isinstance(cause, PLAIN_ERRORS) and (cause.__cause__ or cause.__context__):
        cause = cause.__cause__ or cause.__context__ or cause
    if isinstance(cause, PLAIN_ERRORS):
        text = " ".join(str(cause).split())
        return text if text.startswith(connection.connection_id) else f"{connection.connection_id}: {text}"
    text = without_addresses(" ".join(str(cause).split()))[:300]
    return f"{connection.connection_id}: {type(cause).__name__}: {text}"
