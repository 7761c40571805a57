from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from sandbox import Faults, Sandbox, generate, write_configuration
from tests.road import Road

# Yesterday is over, so that no row of the businesses lies in the future, whatever time the tests run at.
TODAY = datetime.now(UTC).date() - timedelta(days=1)


@pytest.fixture(scope="session", autouse=True)
def requests_counted_apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Count the requests of the tests in a folder of their own, and not in the user's."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


def travel(folder: Path, scale: float) -> Iterator[Road]:
    generate(folder / "business", seed=7, today=TODAY, scale=scale)
    with Sandbox(folder / "business", requests_per_minute=None) as vendors:
        write_configuration(folder / "business", vendors.base_url)
        yield Road(folder, vendors)


@pytest.fixture(scope="session")
def travelled_road(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Road]:
    """Small businesses whose whole history is loaded, built and published. Tests only read it."""
    for road in travel(tmp_path_factory.mktemp("travelled"), scale=0.1):
        road.receive_webhooks()
        road.succeed("run")
        yield road


@pytest.fixture(scope="session")
def changing_road(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Road]:
    """Tiny businesses, loaded once from vendors that play badly, for tests that load again or change what they say."""
    for road in travel(tmp_path_factory.mktemp("changing"), scale=0.02):
        road.vendors.faults = Faults(rate_limited_every=7, server_error_every=11, drop_connection_every=13)
        road.succeed("run")
        road.vendors.faults = Faults()
        yield road


# What takes longest begins first. Files in one tuple share a road, and with it a process.
LONGEST_FIRST = (
    ("tests/test_second_load.py",),
    ("tests/orchestration/test_runs.py",),
    (
        "tests/test_end_to_end.py",
        "tests/test_webhooks_end_to_end.py",
        "tests/test_mrr_end_to_end.py",
        "tests/test_subscriptions_end_to_end.py",
        "tests/test_last_screen.py",
        "tests/test_metrics.py",
        "tests/test_explaining.py",
        "tests/test_reconciliation.py",
        "tests/test_identity_end_to_end.py",
        "tests/test_forgetting_end_to_end.py",
        "tests/dbt/test_unit_tests.py",
        "tests/browser/test_dagster_ui.py",
        "tests/browser/test_serving.py",
    ),
)


class ByRoad(LoadScopeScheduling):
    """Deal out whole files, or the files of a road together: pytest-xdist's groups are lost on this pytest."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::")[0]
        return next((" ".join(files) for files in LONGEST_FIRST if file in files), file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    return ByRoad(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    files = [file for files in LONGEST_FIRST for file in files]
    items.sort(key=lambda item: _place(item.nodeid.split("::")[0], files))


def _place(file: str, files: list[str]) -> int:
    return files.index(file) if file in files else len(files)
