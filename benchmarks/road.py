"""The whole road: a small and a four times larger business, each loaded twice, built and published."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

import duckdb

from ingestion import SOURCES, load
from ingestion.warehouse import warehouse_path
from orchestration import demo
from orchestration.publish import publish_marts
from orchestration.transform import BUILD, PROJECT_FOLDER
from sandbox import generate

GROWTH = 4


def compare(scale: float) -> None:
    """Print seconds of both sizes, and the ratios that say whether anything grows faster than its rows."""
    small, large = measure(scale), measure(scale * GROWTH)
    print(f"\n{'':<24}{'small':>12}{'large':>12}{'ratio':>8}")
    for name in small:
        print(f"{name:<24}{small[name]:>12,.1f}{large[name]:>12,.1f}{large[name] / small[name]:>8.2f}")
    print("\nA ratio above that of the rows grows faster than they do.")
    print(f"load of what is new / first load     {large['second load'] / large['first load']:.2f}")
    print(f"build / first load                   {large['build'] / large['first load']:.2f}")
    print(f"publication / build                  {large['publication'] / large['build']:.2f}")


def measure(scale: float) -> dict[str, float]:
    """Return the rows of the businesses and the seconds of each stretch of the road."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DOLLARTRAIL_DEMO"] = folder
        demo.settle()
        print(f"scale {scale}: generating", flush=True)
        generate(demo.folder() / "business", scale=scale)
        with demo.vendors():
            seconds = {"first load": _seconds(_load), "second load": _seconds(_load)}
            seconds["build"] = _seconds(_build)
            seconds["publication"] = _seconds(publish_marts)
        return {"rows": float(_raw_rows()), **seconds}


def _seconds(stretch: Callable[[], object]) -> float:
    started = time.perf_counter()
    stretch()
    seconds = time.perf_counter() - started
    print(f"  {stretch.__name__.strip('_')}: {seconds:.1f} s", flush=True)
    return seconds


def _load() -> None:
    for name in SOURCES:
        load(name, report=lambda line: None)


def _build() -> None:
    folders = ("--profiles-dir", ".", "--target-path", f"{demo.folder()}/target")
    command = [sys.executable, "-m", "dbt.cli.main", "--quiet", *BUILD, *folders]
    subprocess.run(command, cwd=PROJECT_FOLDER, check=True)


def _raw_rows() -> int:
    with duckdb.connect(str(warehouse_path()), read_only=True) as connection:
        tables = connection.execute("select schema_name, table_name, estimated_size from duckdb_tables()").fetchall()
    return sum(size for schema, table, size in tables if schema.startswith("raw_") and not table.startswith("_dlt"))
