"""A generated folder, read for the tests."""

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sandbox import generate

ZONES = {"northwind": ZoneInfo("America/Los_Angeles"), "lumen": ZoneInfo("Europe/Berlin")}
WORKSPACES = list(ZONES)
START, TODAY = date(2025, 3, 1), date(2026, 11, 20)
SMALLEST = 0.02

Row = dict[str, Any]


class Folder:
    """A generated folder, read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.thrivecart = {name: self.read("thrivecart", f"{name}_thrivecart") for name in WORKSPACES}
        self.kit = {name: self.read("kit", f"{name}_kit") for name in WORKSPACES}
        self.deliveries = {name: self._deliveries(f"{name}_thrivecart") for name in WORKSPACES}
        self.business: Row = json.loads((path / "business.json").read_text())

    def read(self, vendor: str, connection_id: str) -> Row:
        return json.loads((self.path / vendor / f"{connection_id}.json").read_text())

    def _deliveries(self, connection_id: str) -> list[Row]:
        with (self.path / "webhooks" / f"{connection_id}.jsonl").open() as file:
            return [json.loads(line) for line in file]

    def table(self, name: str) -> list[dict[str, str]]:
        with (self.path / name).open(newline="") as file:
            return list(csv.DictReader(file))

    def rows(self, workspace: str, email: str, mode: str = "live") -> list[Row]:
        """Give the transactions of an address, oldest first."""
        return [
            row
            for row in self.thrivecart[workspace]["transactions"]
            if row["mode"] == mode and row["customer"]["email"].strip().lower() == email
        ]

    def subscriber(self, workspace: str, email: str) -> Row:
        return next(row for row in self.kit[workspace]["subscribers"] if row["email_address"] == email)

    def attended(self, workspace: str, email: str) -> dict[str, str]:
        rows = self.table(f"drop/{workspace}_files/contacts_webinar.csv")
        return next(row for row in rows if row["email"].lower() == email)


def generated(tmp_path_factory: pytest.TempPathFactory, today: date = TODAY) -> Folder:
    """Generate the smallest businesses, up to a day, into a folder of their own."""
    path = tmp_path_factory.mktemp("business")
    generate(path, start=START, today=today, scale=SMALLEST)
    return Folder(path)
