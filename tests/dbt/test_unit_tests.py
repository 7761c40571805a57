"""dbt's own unit tests: the rules that decide numbers, on rows made for each."""

from pathlib import Path

from tests.dbt_command import run_dbt
from tests.road import Road


def test_every_unit_test_of_dbt_passes(travelled_road: Road, tmp_path: Path) -> None:
    said = run_dbt(tmp_path, "test", "--select", "test_type:unit", environment=travelled_road.environment)
    assert "ERROR=0" in said, said[-5000:]
