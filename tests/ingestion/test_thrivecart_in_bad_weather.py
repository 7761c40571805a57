"""ThriveCart at its worst: a tenth of the requests fails, sales arrive, pages change places, and the load is killed."""

import json
import math
import multiprocessing
import os
import random
import signal
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import pytest

from ingestion import load
from ingestion.thrivecart import settings
from sandbox import Faults, Sandbox
from tests.ingestion.conftest import Project
from tests.sandbox.serving_folder import transaction

ROWS = 1040
PAGES = 11
MINUTE = 60
KEYS = "select event_id, item_type from raw_thrivecart.transactions where mode = 'live'"


@pytest.fixture(scope="module")
def business(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write an account of 1,040 live rows, one an hour up to an hour ago, of which every eighth event has a bump."""
    folder = tmp_path_factory.mktemp("bad_weather")
    now = int(time.time())
    rows = [
        transaction(
            number,
            event_id=str(number - number % 8 if number % 8 == 1 else number),
            item_type="bump" if number % 8 == 1 else "product",
            timestamp=now - (ROWS - number) * 60 * MINUTE,
        )
        for number in range(ROWS)
    ]
    account = {"api_key": "key-of-acme_thrivecart", "transactions": rows}
    (folder / "business.json").write_text("{}")
    (folder / "thrivecart").mkdir()
    (folder / "thrivecart" / "acme_thrivecart.json").write_text(json.dumps(account))
    return folder


@pytest.fixture(scope="module")
def processes() -> ForkServerContext:
    """Start processes in which the ingestion is imported already: that takes longer than a load."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["ingestion"])
    return context


@pytest.fixture
def vendor(business: Path) -> Iterator[Sandbox]:
    with Sandbox(business, requests_per_minute=None) as sandbox:
        yield sandbox


@pytest.fixture
def connected(project: Project, vendor: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Project:
    project.connect("acme_thrivecart", "thrivecart", f"{vendor.base_url}/thrivecart")
    monkeypatch.setenv("SOURCES__THRIVECART__ATTEMPTS", "12")
    monkeypatch.setattr(settings, "PAGES_LANDED_AT_ONCE", 4)
    return project


def load_in_parts(environment: dict[str, str]) -> None:
    """Load as a process of its own does."""
    os.environ.update(environment)
    settings.PAGES_LANDED_AT_ONCE = 4
    load("thrivecart", ["transactions"], report=lambda line: None)


def load_and_kill(vendor: Sandbox, processes: ForkServerContext, after_pages: int) -> None:
    """Load in a process of its own, and kill that once it has asked for so many pages, if it is not done by then."""
    environment = {name: value for name, value in os.environ.items() if "__" in name or name.startswith("DOLLAR")}
    process = processes.Process(target=load_in_parts, args=(environment,))
    process.start()
    while process.is_alive() and pages_asked(vendor) < after_pages:
        time.sleep(0.002)
    process.kill()
    process.join()
    assert process.exitcode in (-signal.SIGKILL, 0)


def there(vendor: Sandbox) -> Counter[tuple[str, str]]:
    """Ask the vendor itself for all its live rows; nothing goes wrong meanwhile."""
    found: Counter[tuple[str, str]] = Counter()
    for page in range(1, 100):
        request = urllib.request.Request(
            f"{vendor.base_url}/thrivecart/transactions?page={page}&perPage=100",
            headers={"Authorization": "Bearer key-of-acme_thrivecart", "X-TC-Mode": "live"},
        )
        rows = json.loads(urllib.request.urlopen(request, timeout=10).read())["transactions"]
        if not rows:
            return found
        found.update((str(row["event_id"]), str(row["item_type"])) for row in rows)
    raise AssertionError("the vendor's pages have no end")


def here(project: Project) -> Counter[tuple[str, str]]:
    return Counter((event_id, item_type) for event_id, item_type in project.rows(KEYS))


def pages_asked(vendor: Sandbox) -> int:
    return sum(1 for request in vendor.requests if request.path.endswith("/transactions"))


@pytest.mark.parametrize("seed", range(20))
def test_raw_is_the_truth_after_a_kill_at_any_page_in_any_weather(
    connected: Project, vendor: Sandbox, processes: ForkServerContext, seed: int
) -> None:
    draws = random.Random(seed)
    vendor.faults = Faults(
        random_share=0.1,
        random_seed=seed,
        insert_while_paging=draws.choice([2, 3, 5]),
        swapped_page=draws.choice([0, 0, 2, 5, 9]),
    )
    load_and_kill(vendor, processes, after_pages=draws.randint(1, PAGES + 3))
    connected.load("thrivecart", "transactions")
    vendor.faults = Faults()
    connected.load("thrivecart", "transactions")
    assert here(connected) == there(vendor)


def test_after_a_kill_at_most_two_pages_are_read_again(
    connected: Project, vendor: Sandbox, processes: ForkServerContext
) -> None:
    vendor.faults = Faults(insert_while_paging=4)
    load_and_kill(vendor, processes, after_pages=7)
    connected.load("thrivecart", "transactions")
    # One for test mode.
    assert pages_asked(vendor) <= math.ceil(sum(there(vendor).values()) / 100) + 2 + 1


def test_the_pages_of_a_daily_load_are_those_of_its_days_and_one_more(connected: Project, vendor: Sandbox) -> None:
    connected.load("thrivecart", "transactions")
    before = pages_asked(vendor)
    vendor.insert_transactions("acme_thrivecart", [new_sale(number) for number in range(150)])
    connected.load("thrivecart", "transactions")
    # 150 new ones and at most 4 days of 24 older ones are on three pages; test mode is one more.
    assert pages_asked(vendor) - before <= 3 + 1
    assert here(connected) == there(vendor)


def new_sale(number: int) -> dict[str, Any]:
    return transaction(number, event_id=f"{800_000 + number}", timestamp=int(time.time()) - 150 + number)
