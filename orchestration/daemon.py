"""Whether a Dagster home has a daemon, and what is left of its runs when that was ended."""

from contextlib import AbstractContextManager
from pathlib import Path

import dagster as dg

from orchestration.locks import held


class AnotherDaemon(Exception):
    """Dagster is served from the same home already."""


def only_one(home: Path) -> AbstractContextManager[int]:
    """Hold the lock of the one who may start a daemon; a process that is given the file's number holds it too.

    Raises AnotherDaemon.
    """
    refusal = AnotherDaemon(f"Dagster is served from {home} already; end that first")
    return held(home / "daemon.lock", refusal)


def cancel_ended_runs(instance: dg.DagsterInstance) -> list[str]:
    """Report runs as cancelled that ended with their daemon, free their slots in the pools, and return their ids.

    Only under the lock. Dagster itself notices a run that is killed while the daemon lives, but never again looks for
    the process of one that was under way when it ended: each run after it would wait for the one slot for ever.
    """
    under_way = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
    # A headless run knows its job, but not by way of the code location that the daemon asks.
    ended = [run for run in instance.get_runs(dg.RunsFilter(statuses=under_way)) if run.remote_job_origin]
    for run in ended:
        # Cancelled, not failed: a failed one would be run again when Dagster is started next, whenever that is.
        instance.report_run_canceled(run, message="Dagster was ended while this ran")
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
    return [run.run_id for run in ended]
