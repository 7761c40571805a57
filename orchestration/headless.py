"""Runs without a daemon: one at a time, and each cleans up after one that was killed."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import dagster as dg

from ingestion.connections import ConfigurationError, read_connections, validate_configuration
from ingestion.warehouse import config_folder, project_root
from orchestration import daemon
from orchestration.locks import held

HEADLESS = "dollartrail/headless"
"""Tag of runs that live and die with the process that started them."""

REPOSITORY = ".dagster/repository"
"""By this tag the UI finds the runs of a job; the location's name is that of workspace.yaml."""


class AnotherRun(Exception):
    """Another headless run of the same Dagster home is under way."""


class RunFailed(Exception):
    """The run ended without success; the text says which steps failed, and why."""


def dagster_home() -> Path:
    """Return Dagster's home with the project's settings in it (DAGSTER_HOME, default `.dagster`)."""
    home = (project_root() / os.environ.get("DAGSTER_HOME", ".dagster")).resolve()
    home.mkdir(parents=True, exist_ok=True)
    shutil.copy2(project_root() / "dagster.yaml", home)
    os.environ["DAGSTER_HOME"] = str(home)
    return home


def run_job(name: str, tags: Mapping[str, str]) -> None:
    """Run a job of the code location in this process, to its end; without a connection that fails, if there is one.

    Raises ConfigurationError before anything is started, AnotherRun, and RunFailed.
    """
    validate_configuration()
    if not read_connections():
        raise ConfigurationError(
            f"{config_folder() / 'connections.csv'} names no connection; README.md says how to add your accounts"
        )
    dagster_home()
    # Parses the models: not before it is known whether there is a use in it.
    from orchestration.definitions import defs
    from orchestration.failed_loads import can_build_without
    from orchestration.schedules import REBUILD

    with alone() as instance:
        failures = _failures(_execute(defs.resolve_job_def(name), tags, instance))
        if can_build_without(failures.keys(), instance):
            print("\nGoing on without what failed: the models are built from what is there\n", flush=True)
            failures |= _failures(_execute(defs.resolve_job_def(REBUILD), {}, instance))
    if failures:
        raise RunFailed("; ".join(f"{step}: {reason}" if step else reason for step, reason in failures.items()))


def _execute(job: dg.JobDefinition, tags: Mapping[str, str], instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    return job.execute_in_process(
        instance=instance,
        tags={**tags, HEADLESS: "true", REPOSITORY: "__repository__@dollartrail"},
        run_config={"loggers": {"console": {}}},
        raise_on_error=False,
    )


@contextmanager
def alone() -> Iterator[dg.DagsterInstance]:
    """Give Dagster's instance to the one headless process that may use it, cleaned of what a killed one left behind.

    Raises AnotherRun.
    """
    home = dagster_home()
    refusal = AnotherRun(f"another run is under way in {home}; wait for its end, then start again")
    with held(home / "headless.lock", refusal), dg.DagsterInstance.get() as instance:
        fail_dead_runs(instance)
        with suppress(daemon.AnotherDaemon), daemon.only_one(home):
            daemon.cancel_ended_runs(instance)
        yield instance


def fail_dead_runs(instance: dg.DagsterInstance) -> list[str]:
    """Report headless runs as failed whose process is gone, free their slots in the pools, and return their ids.

    Only for who is alone with the home: then no headless run can be alive. Runs of the daemon are its own to watch.
    """
    unfinished = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.NOT_STARTED]
    dead = instance.get_runs(dg.RunsFilter(statuses=unfinished, tags={HEADLESS: "true"}))
    for run in dead:
        instance.report_run_failed(run, "its process was ended from outside")
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
    return [run.run_id for run in dead]


def _failures(result: dg.ExecuteInProcessResult) -> dict[str, str]:
    """Return why a run failed, by step; without a step, if it came to none."""
    failures = {}
    for event in result.all_events:
        if event.is_step_failure:
            failure = event.step_failure_data
            text = failure.user_failure_data.description if failure.user_failure_data else None
            if not text and failure.error:
                text = (failure.error.cause or failure.error).message
            failures[str(event.step_key)] = (text or "failed").strip()
    if not result.success and not failures:
        failures[""] = "the run failed before its first step; the log above says why"
    return failures
