"""Runs, backfills and what is left of one that was killed."""

import calendar
import fcntl
import json
import os
import signal
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pytest

from orchestration.headless import fail_dead_runs
from sandbox import Faults
from tests.conftest import TODAY, travel
from tests.road import PROJECT, Road


@pytest.fixture(scope="module")
def untravelled_road(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Road]:
    yield from travel(tmp_path_factory.mktemp("untravelled"), scale=0.02)


def test_the_graph_of_one_partition_is_built_and_holds_that_day_alone(untravelled_road: Road) -> None:
    day = TODAY - timedelta(days=30)
    untravelled_road.succeed("backfill", day.isoformat(), day.isoformat())
    landed = untravelled_road.warehouse_rows(
        """
        select connection_id, count(*), min(to_timestamp(timestamp))::date, max(to_timestamp(timestamp))::date
        from raw_thrivecart.transactions
        group by connection_id
        order by connection_id
        """
    )
    assert landed == [
        (connection, rows_of_day(untravelled_road, connection, day), day, day)
        for connection in ("lumen_thrivecart", "northwind_thrivecart")
    ]
    assert untravelled_road.warehouse_rows(
        "select distinct cast(date_start as date) from raw_meta_ads.ad_insights"
    ) == [(day,)]


def rows_of_day(road: Road, connection: str, day: date) -> int:
    """ThriveCart rows of a UTC day, counted in what the vendor has."""
    rows = json.loads((road.business / "thrivecart" / f"{connection}.json").read_text())["transactions"]
    start = calendar.timegm(day.timetuple())
    return sum(start <= int(row["timestamp"]) < start + 86400 for row in rows)


def test_row_counts_and_column_schema_are_metadata(untravelled_road: Road) -> None:
    with untravelled_road.dagster() as instance:
        for key in (["thrivecart", "transactions"], ["marts", "fct_transactions"]):
            event = instance.get_latest_materialization_event(dg.AssetKey(key))
            assert event is not None and event.asset_materialization is not None
            metadata = event.asset_materialization.metadata
            table = f"raw_{key[0]}.{key[1]}" if key[0] == "thrivecart" else ".".join(key)
            ((count,),) = untravelled_road.warehouse_rows(f"select count(*) from {table}")
            assert metadata["dagster/row_count"].value == count, key


def test_a_run_parses_nothing_that_is_parsed_already(untravelled_road: Road) -> None:
    logs = (untravelled_road.warehouse.parent / ".dbt_target" / "run").glob("dbt.log*")
    said = "".join(path.read_text() for path in logs)
    assert "Partial parsing enabled: 0 files deleted, 0 files added, 0 files changed." in said


def test_a_killed_run_leaves_its_slot_and_its_state_to_the_next(untravelled_road: Road) -> None:
    untravelled_road.vendors.faults = Faults(slow_every=1, slow_seconds=2.0)
    try:
        process = untravelled_road.start("run")
        wait_for_a_request(untravelled_road)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    finally:
        untravelled_road.vendors.faults = Faults()
    with untravelled_road.dagster() as instance:
        (killed,) = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
        assert instance.event_log_storage.get_concurrency_info("warehouse").active_slot_count == 1
    untravelled_road.succeed("run")
    with untravelled_road.dagster() as instance:
        assert instance.get_run_by_id(killed.run_id).status is dg.DagsterRunStatus.FAILURE
        assert instance.event_log_storage.get_concurrency_info("warehouse").active_slot_count == 0
    assert untravelled_road.rows("select count(*) > 0 from marts.fct_transactions") == [(True,)]


def wait_for_a_request(road: Road) -> None:
    already = len(road.vendors.requests)
    deadline = time.monotonic() + 120
    while len(road.vendors.requests) == already:
        assert time.monotonic() < deadline, "the run asked no vendor for anything"
        time.sleep(0.05)


def test_a_second_headless_run_of_one_home_is_refused_while_the_first_lives(untravelled_road: Road) -> None:
    with (untravelled_road.dagster_home / "headless.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        code, output = untravelled_road.run("run")
    assert code == 1
    assert "another run is under way" in output.strip().splitlines()[-1]


def test_a_living_run_of_the_daemon_is_left_alone(tmp_path: Path) -> None:
    with dg.instance_for_test(temp_dir=str(tmp_path)) as instance:

        @dg.op
        def nothing() -> None: ...

        @dg.job
        def daily() -> None:
            nothing()

        run = instance.create_run_for_job(daily, status=dg.DagsterRunStatus.STARTED)
        assert fail_dead_runs(instance) == []
        assert instance.get_run_by_id(run.run_id).status is dg.DagsterRunStatus.STARTED


def test_a_failing_check_keeps_the_marts_from_being_published(untravelled_road: Road) -> None:
    day = (TODAY - timedelta(days=30)).isoformat()
    before = untravelled_road.published.read_bytes()
    rates = untravelled_road.business / "config" / "exchange_rates.csv"
    text = rates.read_text()
    rates.write_text(text.splitlines()[0] + "\n")
    try:
        code, output = untravelled_road.run("backfill", day, day)
    finally:
        rates.write_text(text)
    assert code == 1
    assert "assert_no_money_without_an_exchange_rate" in output
    assert untravelled_road.published.read_bytes() == before


def test_the_settings_of_dagster_are_the_projects(untravelled_road: Road) -> None:
    assert (untravelled_road.dagster_home / "dagster.yaml").read_text() == (PROJECT / "dagster.yaml").read_text()
