"""How `make dev` starts, and how it ends while a run is under way that holds the slot of the warehouse's writers."""

import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from orchestration.daemon import only_one
from orchestration.partitions import day_tags
from orchestration.warehouse import WRITERS
from tests.browser.conftest import DagsterUI, served
from tests.road import Road

SECONDS_TO_START_A_RUN = 240

LAUNCH = """
mutation ($run: ExecutionParams!) {
  launchRun(executionParams: $run) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
  }
}
"""


@dataclass
class Ended:
    """What is left of a `make dev` that was told to end."""

    exit_code: int
    processes: set[int]
    survivors: set[int]
    instance: dg.DagsterInstance
    run_id: str


@pytest.fixture(scope="module")
def ended(travelled_copy: Road) -> Iterator[Ended]:
    with dg.DagsterInstance.from_config(str(travelled_copy.dagster_home)) as instance:
        with served(travelled_copy) as (ui, server):
            run_id = launch_backfill(ui)
            deadline = time.monotonic() + SECONDS_TO_START_A_RUN
            while run_id not in slot_holders(instance):
                assert time.monotonic() < deadline, "the run did not start"
                time.sleep(0.2)
            processes = descendants(server.pid)
            server.terminate()
            exit_code = server.wait()
        yield Ended(exit_code, processes, processes & living().keys(), instance, run_id)


def launch_backfill(ui: DagsterUI) -> str:
    day = datetime.now(UTC).date() - timedelta(days=40)
    run = {
        "selector": {
            "repositoryLocationName": "dollartrail",
            "repositoryName": "__repository__",
            "jobName": "backfill",
        },
        "runConfigData": {},
        "executionMetadata": {"tags": [{"key": key, "value": value} for key, value in day_tags(day, day).items()]},
    }
    return str(ui.ask(LAUNCH, run=run)["launchRun"]["run"]["runId"])


def slot_holders(instance: dg.DagsterInstance) -> set[str]:
    return {slot.run_id for slot in instance.event_log_storage.get_concurrency_info(WRITERS).claimed_slots}


def descendants(ancestor: int) -> set[int]:
    family = {ancestor}
    while grown := {pid for pid, parent in living().items() if parent in family} - family:
        family |= grown
    return family - {ancestor}


def living() -> dict[int, int]:
    """Return the parent of every process that has not ended."""
    listing = subprocess.run(["ps", "-eo", "pid=,ppid=,stat="], capture_output=True, text=True, check=True).stdout
    rows = (line.split() for line in listing.splitlines())
    return {int(pid): int(parent) for pid, parent, state in rows if not state.startswith("Z")}


def test_ending_is_no_failure(ended: Ended) -> None:
    assert ended.exit_code == 0


def test_every_process_that_was_started_ends(ended: Ended) -> None:
    # The webserver, the daemon, what loads the code, and the run itself.
    assert len(ended.processes) > 4
    assert ended.survivors == set()


def test_a_run_that_was_under_way_is_reported_as_cancelled(ended: Ended) -> None:
    run = ended.instance.get_run_by_id(ended.run_id)
    assert run is not None
    assert run.status is dg.DagsterRunStatus.CANCELED


def test_the_slot_of_the_warehouse_is_free_for_the_next_run(ended: Ended) -> None:
    assert slot_holders(ended.instance) == set()


def test_a_second_one_over_the_same_home_is_refused(travelled_copy: Road) -> None:
    with only_one(travelled_copy.dagster_home):
        code, output = travelled_copy.run("dev")
    assert (code, output.splitlines()[-1]) == (
        1,
        f"dev failed: Dagster is served from {travelled_copy.dagster_home} already; end that first",
    )
