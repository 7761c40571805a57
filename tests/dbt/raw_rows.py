"""A warehouse with ThriveCart's raw rows as a test writes them, for the real models to read."""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from ingestion import SOURCES
from tests.dbt_command import run_dbt

CONNECTION = "acme_thrivecart"
CONFIGURATION = {
    "workspaces.csv": "workspace_id,name,reporting_time_zone,reporting_currency\nacme,Acme,America/New_York,USD\n",
    "connections.csv": (
        "connection_id,workspace_id,source,name,vendor_account_id,base_url,time_zone,currency,in_use_from,in_use_until\n"
        f"{CONNECTION},acme,thrivecart,Acme,,,,,,\n"
    ),
    "identity_decisions.csv": "workspace_id,email,other_email,decision,decided_at,reason\n",
    "exchange_rates.csv": "rate_date,currency,reporting_currency,rate\n",
}
SQL_TYPES = {
    "text": "varchar",
    "bigint": "bigint",
    "bool": "boolean",
    "date": "date",
    "decimal": "decimal(18, 4)",
    "json": "json",
    "timestamp": "timestamp with time zone",
}
TABLES = {(source.name, table.name): table for source in SOURCES.values() for table in source.tables}
Row = Mapping[str, Any]


def charge(number: int, customer: int, email: str, connection: str = CONNECTION) -> dict[str, Any]:
    """Return a live purchase of one product for 49.00, in an order of its own, by a customer of ThriveCart's."""
    return {
        "connection_id": connection,
        "event_id": str(number),
        "transaction_type": "charge",
        "item_type": "product",
        "item_id": "1",
        "amount": 4900,
        "order_id": str(number),
        "currency": "USD",
        "timestamp": 1_760_000_000 + number,
        "mode": "live",
        "seen_at": "2026-01-01T00:00:00+00:00",
        "customer": {"id": str(customer), "email": email},
    }


class RawWarehouse:
    """One workspace with one ThriveCart account, whose raw tables are empty at first. All amounts are in USD."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "warehouse.duckdb"
        self.configuration = folder / "config"
        self.configuration.mkdir()
        for name, text in CONFIGURATION.items():
            (self.configuration / name).write_text(text)
        with duckdb.connect(str(self.file)) as connection:
            for source in SOURCES.values():
                connection.execute(f"create schema raw_{source.name}")
                for table in source.tables:
                    columns = ", ".join(f'"{name}" {SQL_TYPES[kind]}' for name, kind in table.columns.items())
                    connection.execute(f'create table raw_{source.name}."{table.name}" ({columns})')

    def put(self, table: str, rows: Iterable[Row], source: str = "thrivecart") -> None:
        """Let one of a source's raw tables hold these rows, and no others."""
        lines = self.folder / f"{table}.jsonl"
        with lines.open("w") as file:
            file.writelines(json.dumps({"connection_id": CONNECTION, **row}, default=str) + "\n" for row in rows)
        columns = {name: SQL_TYPES[kind] for name, kind in TABLES[source, table].columns.items()}
        with duckdb.connect(str(self.file)) as connection:
            connection.execute("set TimeZone = 'UTC'")
            connection.execute(f"delete from raw_{source}.{table}")
            if lines.stat().st_size:
                connection.execute(
                    f"insert into raw_{source}.{table} by name "
                    f"select * from read_json('{lines}', format = 'newline_delimited', columns = {columns})"
                )

    def dbt(self, *arguments: str) -> str:
        """Run dbt over this warehouse and return what it says."""
        places = {"DOLLARTRAIL_CONFIG": str(self.configuration), "DOLLARTRAIL_WAREHOUSE": str(self.file)}
        return run_dbt(self.folder, *arguments, environment={**os.environ, **places})

    def rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Query the warehouse. Moments come in UTC."""
        with duckdb.connect(str(self.file), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            return connection.execute(sql, parameters).fetchall()
