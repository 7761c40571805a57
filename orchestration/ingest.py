"""One asset per raw table. The tables of a source that can be loaded by day are one step, the others another."""

from collections.abc import Iterator, Mapping

import dagster as dg

from ingestion import SOURCES, LoadFailed, Source, Table, load
from ingestion.connections import ConfigurationError, validate_configuration
from ingestion.warehouse import WarehouseLocked, dataset
from orchestration.partitions import ALL_HISTORY, DAYS, window_of
from orchestration.warehouse import OWNERS, WRITERS, row_counts

ABOUT_DAYS = (
    "A connection's first load brings all of its history; a day is marked only when a daily run or a backfill names it."
)


def raw_assets(freshness: Mapping[str, dg.FreshnessPolicy]) -> list[dg.AssetsDefinition]:
    """Return the assets of all sources; `freshness` says of some how old they may grow."""
    return [_assets_of(step, source, tables, freshness.get(source.name)) for step, source, tables in _steps()]


def tables_of_steps() -> dict[str, list[dg.AssetKey]]:
    """Return the tables that each loading step of a run lands, by the name of the step."""
    return {step: [_key(source, table) for table in tables] for step, source, tables in _steps()}


def _steps() -> Iterator[tuple[str, Source, list[Table]]]:
    for source in SOURCES.values():
        for is_partitioned in (True, False):
            if tables := [table for table in source.tables if table.is_partitioned is is_partitioned]:
                yield f"{source.name}_{'daily' if is_partitioned else 'whole'}", source, tables


def _assets_of(
    step: str, source: Source, tables: list[Table], freshness: dg.FreshnessPolicy | None
) -> dg.AssetsDefinition:
    is_partitioned = tables[0].is_partitioned

    @dg.multi_asset(
        name=step,
        specs=[_spec(source, table, freshness) for table in tables],
        partitions_def=DAYS if is_partitioned else None,
        backfill_policy=dg.BackfillPolicy.single_run() if is_partitioned else None,
        can_subset=True,
        pool=WRITERS,
    )
    def ingest(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        asked_for = [table for table in tables if _key(source, table) in context.selected_asset_keys]
        try:
            validate_configuration()
            loads = load(
                source.name,
                [table.name for table in asked_for],
                window_of(context) if is_partitioned else None,
                context.log.info,
                is_full=ALL_HISTORY in context.run.tags,
            )
        except (ConfigurationError, LoadFailed, WarehouseLocked) as error:
            # The text is made for the user; what it came from may quote a customer.
            raise dg.Failure(str(error), allow_retries=isinstance(error, LoadFailed)) from None
        counts = row_counts((dataset(source.name), table.name) for table in asked_for)
        for table in asked_for:
            loaded = loads[table.name]
            yield dg.MaterializeResult(
                asset_key=_key(source, table),
                metadata={
                    "dagster/row_count": counts[dataset(source.name), table.name],
                    "rows_loaded": loaded.rows_loaded,
                    "rows_rejected": loaded.rows_rejected,
                    "dagster/column_schema": dg.TableSchema(
                        [dg.TableColumn(name, type=kind) for name, kind in loaded.columns.items()]
                    ),
                },
            )

    return ingest


def _spec(source: Source, table: Table, freshness: dg.FreshnessPolicy | None) -> dg.AssetSpec:
    return dg.AssetSpec(
        _key(source, table),
        description=f"{table.description} {ABOUT_DAYS}" if table.is_partitioned else table.description,
        group_name=source.name,
        kinds={"dlt", "duckdb"},
        owners=OWNERS,
        # Whom to ask for is read from the tables that landed first.
        deps=[_key(source, other) for other in source.tables if table.needs_landed_rows and other.is_partitioned],
        metadata={"dagster/table_name": f"{dataset(source.name)}.{table.name}"},
        freshness_policy=freshness,
    )


def _key(source: Source, table: Table) -> dg.AssetKey:
    return dg.AssetKey([source.name, table.name])
