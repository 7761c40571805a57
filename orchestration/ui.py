"""Dagster's UI and daemon on loopback."""

import os
import signal
import subprocess
import sys
from contextlib import ExitStack, suppress

import dagster as dg

from ingestion.warehouse import project_root
from orchestration import daemon, demo, headless

SECONDS_TO_END = 60
"""Given to Dagster's processes to end by themselves."""


def serve(port: int, is_demo: bool) -> None:
    """Serve until Ctrl-C or SIGTERM, and leave nothing behind: no process, no run that only seems to be under way.

    Raises RunFailed if Dagster ends by itself, or is served from the same home already.
    """
    # What is started in the background of a script ignores SIGINT, and so would Dagster.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    with ExitStack() as stack:
        if is_demo:
            demo.settle()
        try:
            lock = stack.enter_context(daemon.only_one(headless.dagster_home()))
        except daemon.AnotherDaemon as error:
            raise headless.RunFailed(str(error)) from None
        if is_demo:
            demo.generate()
            stack.enter_context(demo.vendors())
        instance = stack.enter_context(dg.DagsterInstance.get())
        daemon.cancel_ended_runs(instance)
        code = _serve_dagster(port, lock)
        daemon.cancel_ended_runs(instance)
    if code:
        raise headless.RunFailed(f"dagster dev ended with exit code {code}")


def _serve_dagster(port: int, lock: int) -> int:
    """Return the exit code of Dagster, 0 if it was asked to end. It holds the lock even if this process is killed."""
    command = [sys.executable, "-m", "dagster", "dev", "-w", "workspace.yaml", "-h", "127.0.0.1", "-p", str(port)]
    # `dg dev`, which Dagster would rather have, is a package of its own and expects a project laid out its way.
    environment = {**os.environ, "PYTHONWARNINGS": "ignore:Function `dev_command` is superseded"}
    # A session of its own: Ctrl-C on a terminal goes to all, and a second signal interrupts Dagster's tidying up.
    dagster = subprocess.Popen(command, cwd=project_root(), env=environment, start_new_session=True, pass_fds=[lock])
    try:
        return dagster.wait()
    except KeyboardInterrupt:
        dagster.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            dagster.wait(SECONDS_TO_END)
        return 0
    finally:
        # Its session is the group of all that it started.
        with suppress(ProcessLookupError):
            os.killpg(dagster.pid, signal.SIGKILL)
        dagster.wait()
