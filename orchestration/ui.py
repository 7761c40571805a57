"""Dagster's UI and daemon on loopback."""

import subprocess
import sys
from contextlib import ExitStack

from ingestion.warehouse import project_root
from orchestration import demo, headless


def serve(port: int, is_demo: bool) -> None:
    """Serve until Ctrl-C. Raises RunFailed if Dagster does not start."""
    with ExitStack() as stack:
        if is_demo:
            demo.settle()
            demo.generate()
            stack.enter_context(demo.vendors())
        headless.dagster_home()
        command = [sys.executable, "-m", "dagster", "dev", "-w", "workspace.yaml", "-h", "127.0.0.1", "-p", str(port)]
        with subprocess.Popen(command, cwd=project_root()) as dagster:
            try:
                code = dagster.wait()
            except KeyboardInterrupt:
                # It got the same signal, and takes its time to end its processes.
                code = 0 if dagster.wait() is not None else 1
    if code:
        raise headless.RunFailed(f"dagster dev ended with exit code {code}")
