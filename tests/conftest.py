from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox import Faults, Sandbox, generate, write_configuration
from tests.road import Road

# Yesterday is over, so that no row of the businesses lies in the future, whatever time the tests run at.
TODAY = datetime.now(UTC).date() - timedelta(days=1)


def travel(folder: Path, scale: float) -> Iterator[Road]:
    generate(folder / "business", seed=7, today=TODAY, scale=scale)
    with Sandbox(folder / "business", requests_per_minute=None) as vendors:
        write_configuration(folder / "business", vendors.base_url)
        yield Road(folder, vendors)


@pytest.fixture(scope="session")
def travelled_road(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Road]:
    """Small businesses whose whole history is loaded, built and published. Tests only read it."""
    for road in travel(tmp_path_factory.mktemp("travelled"), scale=0.1):
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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of one road, or of one file, in one process."""
    for item in items:
        roads = [name for name in getattr(item, "fixturenames", ()) if name.endswith("_road")]
        item.add_marker(pytest.mark.xdist_group(roads[0] if roads else str(item.path)))
