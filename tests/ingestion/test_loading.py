"""Loads that are interrupted, locked out, or half misconfigured."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from ingestion import SOURCES, LoadFailed, Window, load
from ingestion.connections import SECRET_NAMES, ConfigurationError
from ingestion.warehouse import WarehouseLocked
from tests.ingestion.conftest import Project, fixture_of
from tests.ingestion.fake_vendor import Answer, FakeVendor

COUNT = "select count(*) from raw_kit.subscribers"
DUCKDB_TYPES = {
    "text": "VARCHAR",
    "bigint": "BIGINT",
    "bool": "BOOLEAN",
    "timestamp": "TIMESTAMP WITH TIME ZONE",
    "date": "DATE",
    "decimal": "DECIMAL(18,4)",
    "json": "JSON",
}
HOLD = "import duckdb, sys, time; c = duckdb.connect(sys.argv[1]); print('held', flush=True); time.sleep(60)"
DIE = """
import os, signal, sys
import dlt
from dlt.load.load import Load
from ingestion import load
owner, name = {"read": (dlt.Pipeline, "normalize"), "prepared": (Load, "run"), "merged": (Load, "complete_package")}[
    sys.argv[1]
]
setattr(owner, name, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
load("kit", ("subscribers",))
"""


@pytest.fixture
def kit(project: Project, vendor: FakeVendor) -> FakeVendor:
    project.connect("acme_kit", "kit", vendor.url)
    vendor.routes["/subscribers"] = lambda _: fixture_of("kit/subscribers_page_2.json")
    return vendor


def hold(warehouse: Path) -> "subprocess.Popen[bytes]":
    """Open the warehouse for writing in another process, and return once that is done."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(warehouse)], stdout=subprocess.PIPE)
    assert process.stdout and process.stdout.readline() == b"held\n"
    return process


def is_waiting_for(process: "subprocess.Popen[bytes]", line: str) -> bool:
    return line.startswith("test.duckdb is in use by ") and line.endswith(f" (PID {process.pid}): waiting for it")


def let_go(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.communicate()


def test_every_declared_table_and_column_exists_without_any_connection(project: Project) -> None:
    declared = []
    for source in SOURCES.values():
        for table in source.tables:
            columns = table.columns.items()
            declared += [(f"raw_{source.name}", table.name, name, DUCKDB_TYPES[kind]) for name, kind in columns]
    schemas = ", ".join(f"'raw_{name}'" for name in SOURCES)
    found = project.rows(
        "select table_schema, table_name, column_name, data_type from information_schema.columns"
        f" where table_schema in ({schemas})"
        " and table_name not like '\\_dlt%' escape '\\' and column_name not like '\\_dlt%' escape '\\'"
    )
    assert sorted(found) == sorted(declared)


def test_every_source_says_what_it_needs_to_be_let_in() -> None:
    assert {source.name: source.secret_names for source in SOURCES.values()} == SECRET_NAMES


def test_a_connection_that_fails_holds_up_no_other(project: Project, kit: FakeVendor) -> None:
    project.connect("closed_kit", "kit", f"{kit.url}/closed")
    project.connect("other_kit", "kit", kit.url)
    with pytest.raises(LoadFailed) as raised:
        project.load("kit", "subscribers")
    assert str(raised.value).splitlines() == [
        'closed_kit: Kit answered 501 to GET /subscribers: {"error": "method.invalid"}'
    ]
    landed = "select connection_id from raw_kit.subscribers order by 1"
    assert project.rows(landed) == [("acme_kit",), ("other_kit",)]


def test_a_missing_secret_is_named_before_any_request(
    project: Project, kit: FakeVendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CONNECTIONS__ACME_KIT__API_KEY")
    with pytest.raises(LoadFailed, match="acme_kit: api_key is missing; set CONNECTIONS__ACME_KIT__API_KEY"):
        project.load("kit")
    assert kit.requests == []


def test_a_defect_of_the_configuration_is_found_before_anything_is_written(bare_project: Project) -> None:
    bare_project.connect("acme_kit", "kitt")
    with pytest.raises(ConfigurationError):
        bare_project.load("kit")
    assert not bare_project.warehouse.exists()


def test_an_unknown_table_is_refused(project: Project) -> None:
    with pytest.raises(ValueError, match="kit has no table contacts"):
        project.load("kit", "contacts")


def test_the_columns_of_a_table_are_told_with_their_types(project: Project, kit: FakeVendor) -> None:
    columns = project.load("kit", "subscribers")["subscribers"].columns
    assert (columns["created_at"], columns["fields"], columns["seen_at"]) == ("timestamp", "json", "timestamp")


def test_a_connection_is_not_asked_after_its_last_day(project: Project, vendor: FakeVendor) -> None:
    project.connect("old_kit", "kit", vendor.url, in_use_until="2025-01-31")
    project.load("kit")
    assert vendor.requests == []
    assert project.lines == ["old_kit: not in use any more"]


def test_an_ad_account_is_read_up_to_its_last_day(project: Project, vendor: FakeVendor) -> None:
    until = datetime.now(UTC).date() - timedelta(days=5)
    project.connect(
        "old_meta",
        "meta_ads",
        vendor.url,
        vendor_account_id="1",
        time_zone="Etc/UTC",
        in_use_from=(until - timedelta(days=3)).isoformat(),
        in_use_until=until.isoformat(),
    )
    vendor.routes["/v26.0/act_1/insights"] = lambda _: {"data": []}
    project.load("meta_ads", "ad_insights")
    assert f'"until": "{until}"' in vendor.requests[-1].query["time_range"]


def test_a_lock_is_waited_for(project: Project, kit: FakeVendor) -> None:
    holder = hold(project.warehouse)
    load("kit", ("subscribers",), report=lambda line: let_go(holder) if is_waiting_for(holder, line) else None)
    assert holder.returncode == -signal.SIGKILL
    assert project.rows(COUNT) == [(1,)]


def test_a_lock_that_comes_while_rows_are_read_costs_no_second_reading(project: Project, kit: FakeVendor) -> None:
    serve = kit.routes["/subscribers"]
    holders = []

    def serve_and_hold(request: object) -> object:
        holders.append(hold(project.warehouse))
        return serve(request)

    kit.routes["/subscribers"] = serve_and_hold
    load(
        "kit",
        ("subscribers",),
        report=lambda line: let_go(holders[0]) if holders and is_waiting_for(holders[0], line) else None,
    )
    assert len(kit.requests) == 1
    assert project.rows(COUNT) == [(1,)]


def test_patience_with_a_lock_ends_with_who_holds_it_and_what_to_do(
    project: Project, kit: FakeVendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAREHOUSE__LOCK_WAIT_SECONDS", "0.1")
    holder = hold(project.warehouse)
    try:
        told = rf"test\.duckdb stayed locked by .*python.* \(PID {holder.pid}\); close what has it open"
        with pytest.raises(WarehouseLocked, match=told):
            project.load("kit", "subscribers")
    finally:
        let_go(holder)


@pytest.mark.parametrize("moment", ["read", "prepared", "merged"])
def test_a_load_that_was_killed_is_made_good_by_the_next(project: Project, kit: FakeVendor, moment: str) -> None:
    killed = subprocess.run([sys.executable, "-c", DIE, moment], cwd=Path.cwd(), capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL
    project.load("kit", "subscribers")
    project.load("kit", "subscribers")
    assert project.rows(COUNT) == [(1,)]


def test_a_load_killed_while_reading_is_made_good_by_the_next(project: Project, kit: FakeVendor) -> None:
    first_page = fixture_of("kit/subscribers_page_1.json")
    is_dead = threading.Event()
    kit.routes["/subscribers"] = lambda request: is_dead.wait(60) if "after" in request.query else first_page
    child = subprocess.Popen([sys.executable, "-c", "import ingestion; ingestion.load('kit', ('subscribers',))"])
    while len(kit.requests) < 2:
        assert child.poll() is None
        time.sleep(0.05)
    child.kill()
    child.wait()
    is_dead.set()
    kit.routes["/subscribers"] = lambda _: fixture_of("kit/subscribers_page_2.json")
    project.load("kit", "subscribers")
    assert project.rows("select id from raw_kit.subscribers") == [("503",)]


@pytest.mark.parametrize("copy", ["deleted", "put back from a copy"])
def test_what_was_read_before_is_what_the_warehouse_says(
    project: Project, kit: FakeVendor, empty_warehouse: Path, copy: str
) -> None:
    project.load("kit", "subscribers")
    project.warehouse.unlink()
    if copy != "deleted":
        shutil.copy(empty_warehouse, project.warehouse)
    kit.requests.clear()
    project.load("kit", "subscribers")
    assert "updated_after" not in kit.requests[0].query
    assert project.rows(COUNT) == [(1,)]


def test_pages_that_do_not_move_on_are_named(project: Project, kit: FakeVendor) -> None:
    page = fixture_of("kit/subscribers_page_2.json") | {"pagination": {"has_next_page": True, "end_cursor": None}}
    kit.routes["/subscribers"] = lambda _: page
    with pytest.raises(LoadFailed, match=r"^acme_kit: Kit's pages of /subscribers do not move on after page 1$"):
        project.load("kit", "subscribers")


def test_an_answer_that_is_no_json_is_named(project: Project, kit: FakeVendor) -> None:
    kit.routes["/subscribers"] = lambda _: Answer("<html>Down for maintenance, ask ada@example.com</html>")
    with pytest.raises(LoadFailed, match=r"^acme_kit: Kit answered GET /subscribers with something that is not JSON$"):
        project.load("kit", "subscribers")


def test_a_vendor_out_of_reach_is_named(project: Project) -> None:
    project.connect("acme_kit", "kit", "http://127.0.0.1:9")
    with pytest.raises(LoadFailed, match="acme_kit: Kit could not be reached for GET /subscribers"):
        project.load("kit", "subscribers")


def test_progress_goes_to_standard_output_unless_told_otherwise(
    project: Project, kit: FakeVendor, capsys: pytest.CaptureFixture[str]
) -> None:
    load("kit", ("subscribers",))
    assert "acme_kit: landed 1 subscribers" in capsys.readouterr().out


def test_a_window_cannot_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="cannot end"):
        Window(date(2026, 11, 2), date(2026, 11, 1))


def test_telemetry_is_off_in_the_project(project: Project) -> None:
    assert "dlthub_telemetry = false" in (Path(os.environ["DLT_PROJECT_DIR"]) / ".dlt" / "config.toml").read_text()
