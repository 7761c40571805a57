"""A history of many pages: landed in parts, gone on with after an interruption, complete in the end."""

import re
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from ingestion import LoadFailed, load, progress
from ingestion.thrivecart import settings
from tests.ingestion.conftest import Project
from tests.ingestion.fake_vendor import Answer, FakeVendor, Request

PAGE_SIZE = 10
HOUR = 3600
NOON = 1795089600
LANDED = "select event_id::int from raw_thrivecart.transactions where mode = 'live' order by all"
LOAD_IN_PARTS_OF_THREE = """
import ingestion
from ingestion.thrivecart import settings
settings.PAGES_LANDED_AT_ONCE = 3
ingestion.load("thrivecart", ("transactions",))
"""


def row(event_id: int, **fields: Any) -> dict[str, Any]:
    """Return a sale, newer by six hours than the one with the number before."""
    sale = {
        "event_id": str(event_id),
        "transaction_type": "charge",
        "item_type": "product",
        "item_id": 1,
        "amount": 4900,
        "currency": "USD",
        "timestamp": NOON - 6 * HOUR * (80 - event_id),
        "customer": {"email": "ada@example.com"},
    }
    return sale | fields


class Account:
    """Live rows, newest first, in pages of ten; what `before_page` does happens before a page is answered."""

    def __init__(self, vendor: FakeVendor, numbers: Iterable[int]) -> None:
        self.vendor = vendor
        self.rows = [row(number) for number in sorted(numbers, reverse=True)]
        self.before_page: Callable[[int], Any] = lambda number: None
        vendor.routes["/transactions"] = self.serve

    def serve(self, request: Request) -> Any:
        if request.headers["X-TC-Mode"] == "test":
            return {"transactions": [], "meta": {"total": 0, "results": 0}}
        number = int(request.query["page"])
        refusal = self.before_page(number)
        if isinstance(refusal, Answer):
            return refusal
        page = self.rows[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
        return {"transactions": page, "meta": {"total": len(self.rows), "results": len(page)}}

    def sell(self, *numbers: int) -> None:
        self.rows = [row(number) for number in sorted(numbers, reverse=True)] + self.rows

    def asked(self) -> list[int]:
        """Return the live pages asked for since the last time, in their order."""
        pages = [
            int(request.query["page"]) for request in self.vendor.requests if request.headers["X-TC-Mode"] == "live"
        ]
        self.vendor.requests.clear()
        return pages


@pytest.fixture
def account(project: Project, vendor: FakeVendor, monkeypatch: pytest.MonkeyPatch) -> Account:
    """Connect an account with 75 rows on 8 pages, of which three are landed at once."""
    monkeypatch.setattr(settings, "PAGES_LANDED_AT_ONCE", 3)
    project.connect("acme_thrivecart", "thrivecart", vendor.url)
    return Account(vendor, range(1, 76))


def refuse(number: int, at: int) -> Answer | None:
    return Answer({"error": "no"}, status=400) if number == at else None


def break_off(project: Project, account: Account, at: int) -> None:
    """Load until a page is refused; after that all pages are given."""
    account.before_page = lambda number: refuse(number, at)
    with pytest.raises(LoadFailed):
        project.load("thrivecart", "transactions")
    account.before_page = lambda number: None


def landed(project: Project) -> list[int]:
    return [number for (number,) in project.rows(LANDED)]


def test_a_history_is_landed_in_parts_and_whole(project: Project, account: Account) -> None:
    loaded = project.load("thrivecart", "transactions")
    assert landed(project) == list(range(1, 76))
    assert loaded["transactions"].rows_loaded == 75


def test_a_history_takes_a_request_a_page_and_one_for_test_mode(project: Project, account: Account) -> None:
    project.load("thrivecart", "transactions")
    assert len(account.vendor.requests) == 8 + 1


@pytest.mark.parametrize("page", range(1, 9))
def test_a_history_that_breaks_off_goes_on_at_its_page(project: Project, account: Account, page: int) -> None:
    break_off(project, account, at=page)
    account.asked()
    project.load("thrivecart", "transactions")
    assert account.asked() == list(range(page, 9))
    assert landed(project) == list(range(1, 76))


@pytest.mark.parametrize("page", [2, 5, 8])
def test_a_history_that_is_killed_at_a_page_goes_on_there(project: Project, account: Account, page: int) -> None:
    child: list[subprocess.Popen[bytes]] = []
    account.before_page = lambda number: child[0].kill() if number == page else None
    child.append(subprocess.Popen([sys.executable, "-c", LOAD_IN_PARTS_OF_THREE], cwd=Path.cwd()))
    assert child[0].wait() == -signal.SIGKILL
    account.before_page = lambda number: None
    assert account.asked() == list(range(1, page + 1))
    project.load("thrivecart", "transactions")
    assert account.asked() == list(range(page, 9))
    assert landed(project) == list(range(1, 76))


def test_what_was_read_before_a_kill_is_as_it_was_seen_then(project: Project, account: Account) -> None:
    break_off(project, account, at=3)
    project.load("thrivecart", "transactions")
    seen = project.rows(
        "select count(distinct seen_at), max(seen_at) filter (where event_id::int > 55)"
        " < min(seen_at) filter (where event_id::int <= 55) from raw_thrivecart.transactions"
    )
    assert seen == [(8, True)]


def test_sales_made_between_an_interruption_and_the_going_on_are_landed(project: Project, account: Account) -> None:
    break_off(project, account, at=5)
    account.sell(76, 77, 78)
    account.asked()
    project.load("thrivecart", "transactions")
    # Only the newest page comes again, for the sales made meanwhile.
    assert account.asked() == [5, 6, 7, 8, 1]
    assert landed(project) == list(range(1, 79))


def test_sales_made_while_reading_are_landed_too(project: Project, account: Account) -> None:
    account.before_page = lambda number: account.sell(76, 77) if number == 4 else None
    project.load("thrivecart", "transactions")
    assert landed(project) == list(range(1, 78))


def test_rows_that_vanish_while_reading_hide_no_other(project: Project, account: Account) -> None:
    def take_back(number: int) -> None:
        if number == 4:
            # Of the pages above: what begins page 4 is then the end of page 3.
            del account.rows[2:7]

    account.before_page = take_back
    project.load("thrivecart", "transactions")
    assert set(range(1, 76)) - set(landed(project)) == set()


def test_rows_that_vanish_while_nothing_runs_hide_no_other(project: Project, account: Account) -> None:
    break_off(project, account, at=5)
    del account.rows[5:25]
    project.load("thrivecart", "transactions")
    assert set(range(1, 76)) - set(landed(project)) == set()


@pytest.mark.parametrize("copy", ["deleted", "put back from a copy"])
def test_a_history_of_a_warehouse_that_is_lost_begins_anew(
    project: Project, account: Account, empty_warehouse: Path, copy: str
) -> None:
    break_off(project, account, at=6)
    project.warehouse.unlink()
    if copy != "deleted":
        shutil.copy(empty_warehouse, project.warehouse)
    project.load("thrivecart", "transactions")
    assert landed(project) == list(range(1, 76))


def test_a_page_that_cannot_be_read_from_disk_is_asked_for_again(project: Project, account: Account) -> None:
    break_off(project, account, at=3)
    (page,) = (project.warehouse.parent / ".unlanded" / "acme_thrivecart").glob("live-*2.json.gz")
    page.write_bytes(page.read_bytes()[:20])
    account.asked()
    project.load("thrivecart", "transactions")
    assert account.asked() == [2, 3, 4, 5, 6, 7, 8]
    assert landed(project) == list(range(1, 76))


def test_a_history_from_another_first_day_begins_anew(project: Project, account: Account) -> None:
    break_off(project, account, at=5)
    lines = (project.config / "connections.csv").read_text().replace(",,\n", ",2026-11-10,\n")
    (project.config / "connections.csv").write_text(lines)
    account.asked()
    project.load("thrivecart", "transactions")
    assert account.asked()[0] == 1


def test_pages_on_disk_are_the_owners_alone_and_gone_when_they_have_landed(project: Project, account: Account) -> None:
    folder = project.warehouse.parent / ".unlanded" / "acme_thrivecart"
    break_off(project, account, at=3)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    project.load("thrivecart", "transactions")
    assert not folder.exists()


def test_a_row_that_the_daily_load_could_not_see_is_found_by_the_count(project: Project, account: Account) -> None:
    # Sold a month ago, and only now in ThriveCart's list.
    late = account.rows.pop(70)
    project.load("thrivecart", "transactions")
    account.rows.insert(70, late)
    project.load("thrivecart", "transactions")
    assert landed(project) == list(range(1, 76))
    assert "acme_thrivecart: 1 transaction(s) that ThriveCart counts are not here: reading all pages" in project.lines


def test_rows_that_no_reading_can_find_are_not_looked_for_again(project: Project, account: Account) -> None:
    # Two rows with one key are one row here, and two to ThriveCart.
    account.rows.insert(40, dict(account.rows[40]))
    project.load("thrivecart", "transactions")
    account.asked()
    project.load("thrivecart", "transactions")
    assert max(account.asked()) < 8
    assert "are not here" not in project.report


def test_rows_that_stay_missing_are_looked_for_once_in_a_week(project: Project, account: Account) -> None:
    project.load("thrivecart", "transactions")
    # From now on ThriveCart counts a row that it never shows.
    serve = account.serve
    account.vendor.routes["/transactions"] = lambda request: _counting_one_more(serve(request))
    project.load("thrivecart", "transactions")
    account.asked()
    account.vendor.routes["/transactions"] = lambda request: _counting_one_more(_counting_one_more(serve(request)))
    project.load("thrivecart", "transactions")
    assert max(account.asked()) < 8
    assert "1 transaction(s) that ThriveCart counts are not here; all pages were read on" in project.report


def _counting_one_more(answer: dict[str, Any]) -> dict[str, Any]:
    meta = answer["meta"]
    return answer | {"meta": meta | {"total": meta["total"] + 1 if meta["total"] else 0}}


def test_rows_that_were_set_aside_are_not_missing(project: Project, account: Account) -> None:
    account.rows[3] |= {"amount": "49.00"}
    project.load("thrivecart", "transactions")
    account.asked()
    project.load("thrivecart", "transactions")
    assert "are not here" not in project.report


def test_all_history_is_read_again_when_asked_to(project: Project, account: Account) -> None:
    project.load("thrivecart", "transactions")
    account.asked()
    account.rows[74] |= {"subscription_current_status": "paused"}
    load("thrivecart", ("transactions",), report=project.lines.append, is_full=True)
    assert account.asked() == list(range(1, 9))
    status = "select subscription_current_status from raw_thrivecart.transactions where event_id = '1'"
    assert project.rows(status) == [("paused",)]


def test_a_second_reading_of_all_changes_nothing(project: Project, account: Account) -> None:
    project.load("thrivecart", "transactions")
    before = project.rows(
        "select * exclude (seen_at, _dlt_load_id, _dlt_id) from raw_thrivecart.transactions order by all"
    )
    load("thrivecart", ("transactions",), report=project.lines.append, is_full=True)
    after = project.rows(
        "select * exclude (seen_at, _dlt_load_id, _dlt_id) from raw_thrivecart.transactions order by all"
    )
    assert after == before


def test_a_long_reading_says_how_long_it_will_take(
    project: Project, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    # At 60 a minute 36,000 pages take ten hours, however quickly the first ones came.
    monkeypatch.setenv("SOURCES__THRIVECART__REQUESTS_PER_MINUTE", "60")
    serve = account.serve
    account.vendor.routes["/transactions"] = lambda request: serve(request) | {"meta": {"total": 360_010}}
    project.load("thrivecart", "transactions")
    first_line = next(line for line in project.lines if "page 1 of" in line)
    said = re.fullmatch(r"acme_thrivecart: page 1 of 36001 \(live\), about ([0-9.]+) h left", first_line)
    assert said and float(said[1]) >= 10.0


def test_a_long_reading_says_how_far_it_is(project: Project, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0)
    project.load("thrivecart", "transactions")
    told = [line for line in project.lines if "(live)" in line]
    assert told == [f"acme_thrivecart: page {number} of 8 (live)" for number in range(1, 9)]
