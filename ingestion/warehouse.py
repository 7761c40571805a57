"""Where things lie: the configuration, the warehouse, what is published, and dlt's pipelines into the warehouse."""

import os
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

PROJECT_ROOT = Path(__file__).resolve().parents[1]
# Whoever starts us from another folder still gets the project's .dlt settings; read when dlt is first imported.
os.environ.setdefault("DLT_PROJECT_DIR", str(PROJECT_ROOT))

import dlt  # noqa: E402
from dlt.common.destination import DestinationCapabilitiesContext  # noqa: E402
from dlt.common.normalizers.naming import NamingConvention  # noqa: E402
from dlt.destinations.impl.duckdb.configuration import DuckDbClientConfiguration  # noqa: E402

if TYPE_CHECKING:
    from ingestion.connections import Connection

LOCK_WAIT_SECONDS = 300.0
"""How long to wait for another writer, unless dlt's config says otherwise (`warehouse.lock_wait_seconds`)."""

Result = TypeVar("Result")


class DuckDb(dlt.destinations.duckdb):
    """DuckDB as dlt knows it, in a quarter less time per small load.

    dlt asks some forty times per load what the destination can do, and each time goes through all configuration for
    it; of DuckDB the answer does not depend on any.
    """

    # What dlt remembers of a pipeline names its destination.
    destination_type = "dlt.destinations.duckdb"

    def capabilities(
        self, config: DuckDbClientConfiguration | None = None, naming: NamingConvention | None = None
    ) -> DestinationCapabilitiesContext:
        """Return what DuckDB can do, without looking for a configuration that is not given."""
        return super().capabilities(self.spec() if config is None else config, naming)


class WarehouseLocked(Exception):
    """Another process kept the warehouse to itself for too long."""


def project_root() -> Path:
    """Return the folder that holds the project."""
    return PROJECT_ROOT


def config_folder() -> Path:
    """Return the folder of the configuration's CSV files (DOLLARTRAIL_CONFIG)."""
    return _path("DOLLARTRAIL_CONFIG", "config")


def warehouse_path() -> Path:
    """Return the DuckDB file that is the warehouse (DOLLARTRAIL_WAREHOUSE)."""
    return _path("DOLLARTRAIL_WAREHOUSE", "warehouse/dollartrail.duckdb")


def published_folder() -> Path:
    """Return the folder that BI tools open (DOLLARTRAIL_PUBLISHED)."""
    return _path("DOLLARTRAIL_PUBLISHED", "published")


def working_folder() -> Path:
    """Return where dlt keeps the pipelines of this warehouse, so that two warehouses never share one."""
    return warehouse_path().parent / ".dlt_pipelines"


def unlanded_folder(connection_id: str) -> Path:
    """Return where what a connection's unfinished reading has read waits to be landed."""
    return warehouse_path().parent / ".unlanded" / connection_id


def inbox_folder(connection_id: str) -> Path:
    """Return where the webhook receiver keeps what a connection's vendor delivered, until it is loaded and after."""
    return warehouse_path().parent / "webhooks" / connection_id


def dataset(source_name: str) -> str:
    """Name the schema of a source's raw tables."""
    return f"raw_{source_name}"


def pipeline(connection: "Connection") -> dlt.Pipeline:
    """Return the dlt pipeline of one connection; its name and working folder are the connection's own."""
    return named_pipeline(connection.connection_id, connection.source)


def named_pipeline(name: str, source_name: str) -> dlt.Pipeline:
    """Return a dlt pipeline into a source's raw tables."""
    warehouse_path().parent.mkdir(parents=True, exist_ok=True)
    pipeline: dlt.Pipeline = dlt.pipeline(
        pipeline_name=name,
        destination=DuckDb(str(warehouse_path())),
        dataset_name=dataset(source_name),
        pipelines_dir=str(working_folder()),
    )
    return pipeline


def rows_of(pipeline: dlt.Pipeline, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run a query over the warehouse and return its rows."""
    with pipeline.sql_client() as client, client.execute_query(sql, *parameters) as cursor:
        return list(cursor.fetchall())


def once_unlocked(action: Callable[[], Result], report: Callable[[str], None]) -> Result:
    """Do something with the warehouse, and again as long as another process holds the file.

    Raises WarehouseLocked when the patience is over.
    """
    patience = dlt.config.get("warehouse.lock_wait_seconds", float)
    deadline = time.monotonic() + (LOCK_WAIT_SECONDS if patience is None else patience)
    pause = 0.25
    while True:
        try:
            return action()
        except Exception as error:
            holder = _lock_holder(error)
            if holder is None:
                raise
        if time.monotonic() >= deadline:
            raise WarehouseLocked(
                f"{warehouse_path()} stayed locked by {holder}; close what has it open, then start again"
            )
        if pause == 0.25:
            report(f"{warehouse_path().name} is in use by {holder}: waiting for it")
        time.sleep(min(pause, max(deadline - time.monotonic(), 0)))
        pause = min(pause * 2, 10)


def _lock_holder(error: BaseException | None) -> str | None:
    """Return who holds the lock that an error came from, as far as DuckDB tells; None where it was no lock."""
    while error is not None:
        if "Could not set lock on file" in str(error):
            named = re.search(r"held in ((?:.+? \()?PID \d+\)?)", str(error))
            return named[1] if named else "another process"
        error = error.__cause__ or error.__context__
    return None


def _path(variable: str, default: str) -> Path:
    return (PROJECT_ROOT / Path(os.environ.get(variable) or default).expanduser()).resolve()
