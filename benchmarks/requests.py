"""How many pages of transactions ThriveCart is asked for, beside the pages that hold what was wanted.

The sandbox counts. What is read is not landed: that takes time, and not a request more or less.
"""

import json
import math
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from ingestion import Window
from ingestion.connections import read_connections
from ingestion.tables import Extraction
from ingestion.thrivecart import settings
from ingestion.thrivecart.client import ThriveCart
from ingestion.thrivecart.history import begun, pages_left
from ingestion.thrivecart.journal import Journal
from ingestion.thrivecart.seeking import pages_between, pages_since
from ingestion.warehouse import project_root
from sandbox import Sandbox

DAYS = 730
CONNECTION = "bench_thrivecart"
KEY = "sandbox-bench"
MARK = "<!-- {} of the table that `make bench` writes -->"

Row = dict[str, Any]


def count(sizes: Sequence[int]) -> None:
    """Count on accounts of so many events in two years, print the table, and write it into the README."""
    lines = ["| events | first load | a day | backfill of a day | of a week | of a year |", "|---|---|---|---|---|---|"]
    for events in sizes:
        cells = [f"{asked:,} ({least:,})" for asked, least in _of_account(events)]
        lines.append(f"| {events:,} | {' | '.join(cells)} |")
        print("\n".join(["", *lines]), flush=True)
    _write_into_readme("\n".join(lines))


def _of_account(events: int) -> list[tuple[int, int]]:
    """Return the requests made and the least possible ones: first load, a day, and a day, week and year again."""
    with tempfile.TemporaryDirectory() as folder:
        today = datetime.now(UTC).date()
        rows = [_sale(number, _moment(number, events, today)) for number in range(events)]
        _write_account(Path(folder), rows)
        with Sandbox(Path(folder), requests_per_minute=None) as vendor:
            _settle(Path(folder), vendor)
            everything = partial(_everything, Path(folder))
            counts = [(_asked(vendor, f"{events:,} events", everything), math.ceil(events / settings.PAGE_SIZE))]
            # A day later: as many new sales as every day. The newest sale of the first load is yesterday's.
            new = [_sale(events + number, int(time.time())) for number in range(events // DAYS)]
            vendor.insert_transactions(CONNECTION, new)
            moments = [row["timestamp"] for row in [*rows, *new]]
            first_day = today - timedelta(days=1 + settings.LOOK_BACK_DAYS)
            least = _pages_with(moments, first_day, today)
            counts.append((_asked(vendor, "a day later", partial(_what_is_new, first_day)), least))
            for days in (1, 7, 365):
                window = Window(today - timedelta(days=400), today - timedelta(days=401 - days))
                least = _pages_with(moments, window.first_day, window.last_day)
                counts.append((_asked(vendor, f"{days} day(s) again", partial(_days, window)), least))
    return counts


def _asked(vendor: Sandbox, what: str, read: Callable[[ThriveCart], Iterable[Any]]) -> int:
    """Let one load's pages be read, and return how many requests that took."""
    before, started = len(vendor.requests), time.perf_counter()
    (connection,) = read_connections()
    extraction = Extraction(connection, frozenset(), None, lambda line: None, {}, lambda sql, parameters: [])
    pages = sum(1 for _ in read(ThriveCart(extraction)))
    asked = len(vendor.requests) - before
    print(f"{what}: {asked:,} requests, {pages:,} pages, {time.perf_counter() - started:.0f} s", flush=True)
    return asked


def _everything(folder: Path, account: ThriveCart) -> Iterable[Any]:
    journal = Journal(folder / "journal")
    return pages_left(begun(None, journal, None), journal, account.transaction_page)


def _what_is_new(first_day: date, account: ThriveCart) -> Iterable[Any]:
    return chain.from_iterable(
        pages_since(partial(account.transaction_page, mode), first_day) for mode in settings.MODES
    )


def _days(window: Window, account: ThriveCart) -> Iterable[Any]:
    return chain.from_iterable(
        pages_between(partial(account.transaction_page, mode), window.first_day, window.last_day, print)
        for mode in settings.MODES
    )


def _pages_with(moments: list[int], first_day: date, last_day: date) -> int:
    """Return how many pages hold rows of these days, of rows given oldest first."""
    newest_first = moments[::-1]
    first, last = (int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) for day in (first_day, last_day))
    places = [place for place, moment in enumerate(newest_first) if first <= moment < last + 86_400]
    return places[-1] // settings.PAGE_SIZE - places[0] // settings.PAGE_SIZE + 1 if places else 0


def _moment(number: int, events: int, today: date) -> int:
    midnight = int(datetime(today.year, today.month, today.day, tzinfo=UTC).timestamp())
    return midnight - DAYS * 86_400 + number * DAYS * 86_400 // events


def _sale(number: int, timestamp: int) -> Row:
    return {
        "event_id": str(number),
        "transaction_type": "charge",
        "item_type": "product",
        "item_id": 1,
        "amount": 4900,
        "order_id": str(number),
        "currency": "USD",
        "timestamp": timestamp,
        "customer": {"email": f"person{number % 5000}@example.com"},
    }


def _write_account(folder: Path, rows: list[Row]) -> None:
    account = {"api_key": KEY, "transactions": rows}
    (folder / "business.json").write_text("{}")
    (folder / "thrivecart").mkdir()
    (folder / "thrivecart" / f"{CONNECTION}.json").write_text(json.dumps(account))


def _settle(folder: Path, vendor: Sandbox) -> None:
    config = folder / "config"
    config.mkdir()
    (config / "workspaces.csv").write_text(
        "workspace_id,name,reporting_time_zone,reporting_currency\nbench,Bench,Etc/UTC,USD\n"
    )
    (config / "connections.csv").write_text(
        "connection_id,workspace_id,source,name,vendor_account_id,base_url,time_zone,currency,in_use_from,in_use_until\n"
        f"{CONNECTION},bench,thrivecart,Bench,,{vendor.base_url}/thrivecart,,,,\n"
    )
    (config / "identity_decisions.csv").write_text("workspace_id,email,other_email,decision,decided_at,reason\n")
    (config / "exchange_rates.csv").write_text("rate_date,currency,reporting_currency,rate\n")
    os.environ.update(
        {
            "DOLLARTRAIL_CONFIG": str(config),
            "DOLLARTRAIL_WAREHOUSE": str(folder / "warehouse.duckdb"),
            "CONNECTIONS__BENCH_THRIVECART__API_KEY": KEY,
            "SOURCES__THRIVECART__REQUESTS_PER_MINUTE": "1000000",
        }
    )


def _write_into_readme(table: str) -> None:
    readme = project_root() / "README.md"
    begin, end = MARK.format("begin"), MARK.format("end")
    before, _, rest = readme.read_text().partition(begin)
    _, _, after = rest.partition(end)
    readme.write_text(f"{before}{begin}\n{table}\n{end}{after}")
