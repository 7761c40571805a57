"""The whole road in a folder of a test's own: businesses, vendors, configuration, warehouse, publication."""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pandas

from orchestration import demo
from sandbox import Delivered, Sandbox, deliver

PROJECT = Path(__file__).resolve().parents[1]


class Road:
    """What a user has: commands, and a published file to query. The vendors are the sandbox's."""

    def __init__(self, folder: Path, vendors: Sandbox) -> None:
        self.folder = folder
        self.business = folder / "business"
        self.vendors = vendors
        self.warehouse = folder / "warehouse" / "dollartrail.duckdb"
        self.published = folder / "published" / "marts.duckdb"
        self.dagster_home = folder / "dagster"

    @property
    def environment(self) -> dict[str, str]:
        secrets = (self.business / "secrets.env").read_text().splitlines()
        return {
            **os.environ,
            **dict(line.split("=", 1) for line in secrets if line),
            "DOLLARTRAIL_CONFIG": str(self.business / "config"),
            "DOLLARTRAIL_WAREHOUSE": str(self.warehouse),
            "DOLLARTRAIL_PUBLISHED": str(self.published.parent),
            "DAGSTER_HOME": str(self.dagster_home),
            **demo.SETTINGS,
            **{
                f"SOURCES__{source}__{setting}": value
                for source in ("THRIVECART", "KIT", "META_ADS", "GOOGLE_ADS")
                for setting, value in (
                    ("RETRY_WAIT_SECONDS", "0.02"),
                    ("LONGEST_WAIT_SECONDS", "0.2"),
                )
            },
        }

    def start(self, *arguments: str, **settings: str) -> "subprocess.Popen[str]":
        """Start a command of the project, as the Makefile does."""
        return subprocess.Popen(
            [sys.executable, "-m", "orchestration", *arguments],
            cwd=PROJECT,
            env={**self.environment, **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str, **settings: str) -> tuple[int, str]:
        """Run a command to its end; its exit code and all it said."""
        process = self.start(*arguments, **settings)
        output, _ = process.communicate()
        return process.returncode, output

    def succeed(self, *arguments: str, **settings: str) -> str:
        code, output = self.run(*arguments, **settings)
        assert code == 0, output[-5000:]
        return output

    def receive_webhooks(self) -> Delivered:
        """Receive what the vendors deliver, as a user does, and say what became of it."""
        port = demo.free_port()
        receiver = subprocess.Popen(
            [sys.executable, "-m", "ingestion", "webhooks", "--port", str(port)],
            cwd=PROJECT,
            env=self.environment,
            stdout=subprocess.DEVNULL,
        )
        try:
            while True:
                with contextlib.suppress(ConnectionError):
                    return deliver(self.business, f"http://127.0.0.1:{port}")
                assert receiver.poll() is None, "the receiver did not start"
                time.sleep(0.1)
        finally:
            receiver.terminate()
            receiver.wait()

    def rows(self, sql: str, *parameters: Any, **named: Any) -> list[tuple[Any, ...]]:
        """Query the published marts, as a BI tool does; parameters by place or by name."""
        return _rows(self.published, sql, named or parameters)

    def warehouse_rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        return _rows(self.warehouse, sql, parameters)

    def dagster(self) -> dg.DagsterInstance:
        """Open the history of the runs; close it with a `with`."""
        return dg.DagsterInstance.from_config(str(self.dagster_home))

    def truth(self, name: str) -> pandas.DataFrame:
        """Read a table of the generator's own answers, as text."""
        return pandas.read_csv(self.business / "truth" / f"{name}.csv", dtype=str, keep_default_na=False)


def _rows(file: Path, sql: str, parameters: tuple[Any, ...] | dict[str, Any]) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(file), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        return connection.execute(sql, parameters).fetchall()
