"""How `make dev` begins and ends."""

import os
import subprocess
from pathlib import Path

from tests.browser.conftest import served


def test_dev_ends_with_every_process_it_started_when_it_is_told_to_end(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "DOLLARTRAIL_WAREHOUSE": str(tmp_path / "warehouse" / "dollartrail.duckdb"),
        "DAGSTER_HOME": str(tmp_path / "dagster"),
    }
    with served(environment, tmp_path / "dagster.log") as (_, server):
        started = descendants(server.pid)
        server.terminate()
        code = server.wait()
    assert started, "no process was seen"
    assert (code, {pid: living()[pid] for pid in started & living().keys()}) == (0, {})


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
