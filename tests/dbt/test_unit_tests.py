"""dbt's own unit tests: the rules that decide numbers, on rows made for each."""

import subprocess
import sys
from pathlib import Path

from tests.road import PROJECT, Road


def test_every_unit_test_of_dbt_passes(travelled_road: Road, tmp_path: Path) -> None:
    answer = subprocess.run(
        [
            str(Path(sys.executable).with_name("dbt")),
            "test",
            "--select",
            "test_type:unit",
            "--project-dir",
            "dbt_project",
            "--profiles-dir",
            "dbt_project",
            "--target-path",
            str(tmp_path),
        ],
        cwd=PROJECT,
        env=travelled_road.environment,
        capture_output=True,
        text=True,
    )
    assert "ERROR=0" in answer.stdout and answer.returncode == 0, answer.stdout[-5000:]
