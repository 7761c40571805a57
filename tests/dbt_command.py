"""dbt as the tests run it."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

DBT_PROJECT = Path(__file__).resolve().parents[1] / "dbt_project"


def run_dbt(folder: Path, *arguments: str, environment: Mapping[str, str] = os.environ) -> str:
    """Run dbt and return what it says; without success the test fails with it. Artifacts and logs go to `folder`."""
    finished = subprocess.run(
        [sys.executable, "-m", "dbt.cli.main", *arguments, "--profiles-dir", ".", "--target-path", folder / "target"],
        cwd=DBT_PROJECT,
        env={**environment, "DBT_LOG_PATH": str(folder / "logs")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout
    return finished.stdout
