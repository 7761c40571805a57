"""A configuration, a warehouse and a vendor of each test's own."""

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dlt.common.configuration.container import Container
from dlt.common.configuration.specs import PluggableRunContext

from ingestion import SOURCES, TableLoad, Window, load
from ingestion.connections import SECRET_NAMES
from ingestion.warehouse import project_root
from tests.ingestion.fake_vendor import FakeVendor

FIXTURES = Path(__file__).parent / "fixtures"
CONNECTION_COLUMNS = (
    "connection_id,workspace_id,source,name,vendor_account_id,base_url,time_zone,currency,in_use_from,in_use_until"
)


def fixture_of(name: str) -> Any:
    return json.loads((FIXTURES / name).read_text())


class Project:
    """A configuration with one workspace, and the warehouse that loads go to."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.config = folder / "config"
        self.config.mkdir()
        self.warehouse = folder / "warehouse" / "test.duckdb"
        self.lines: list[str] = []
        self._connections: list[str] = []
        self._monkeypatch = monkeypatch
        monkeypatch.setenv("DOLLARTRAIL_CONFIG", str(self.config))
        monkeypatch.setenv("DOLLARTRAIL_WAREHOUSE", str(self.warehouse))
        for source in ("THRIVECART", "KIT", "HUBSPOT", "ACTIVECAMPAIGN", "META_ADS", "GOOGLE_ADS", "ECB"):
            monkeypatch.setenv(f"SOURCES__{source}__REQUESTS_PER_MINUTE", "600000")
            monkeypatch.setenv(f"SOURCES__{source}__RETRY_WAIT_SECONDS", "0.001")
            monkeypatch.setenv(f"SOURCES__{source}__LONGEST_WAIT_SECONDS", "0.002")
            monkeypatch.setenv(f"SOURCES__{source}__ATTEMPTS", "3")
        self.write(
            "workspaces.csv",
            "workspace_id,name,reporting_time_zone,reporting_currency",
            "acme,Acme,America/New_York,USD",
        )
        self.write("identity_decisions.csv", "workspace_id,email,other_email,decision,decided_at,reason")
        self.write("exchange_rates.csv", "rate_date,currency,reporting_currency,rate")
        self.write("connections.csv", CONNECTION_COLUMNS)

    def start_from(self, warehouse: Path) -> None:
        """Take a copy of a warehouse for this project's."""
        self.warehouse.parent.mkdir()
        shutil.copy(warehouse, self.warehouse)

    def write(self, name: str, *lines: str) -> None:
        (self.config / name).write_text("\n".join(lines) + "\n")

    def connect(self, connection_id: str, source: str, base_url: str = "", **given: str) -> None:
        """Add a connection, with a key called key-of-<connection>."""
        cells = {
            "connection_id": connection_id,
            "workspace_id": "acme",
            "source": source,
            "name": connection_id,
            "base_url": base_url,
            **given,
        }
        self._connections.append(",".join(cells.get(name, "") for name in CONNECTION_COLUMNS.split(",")))
        self.write("connections.csv", CONNECTION_COLUMNS, *self._connections)
        for secret in SECRET_NAMES.get(source, ()):
            # The other secrets of a source that has several are told apart by what they are.
            what = "key" if secret in ("api_key", "access_token") else secret.replace("_", "-")
            self._monkeypatch.setenv(f"CONNECTIONS__{connection_id}__{secret}".upper(), f"{what}-of-{connection_id}")

    def load(self, source: str, *tables: str, window: Window | None = None) -> dict[str, TableLoad]:
        return load(source, tables or None, window, self.lines.append)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            return connection.execute(sql).fetchall()

    @property
    def report(self) -> str:
        return "\n".join(self.lines)


@pytest.fixture(scope="session")
def empty_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Make a warehouse that has the tables and no row: once, as it takes longer than most tests."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        made = Project(tmp_path_factory.mktemp("empty"), monkeypatch)
        for source in SOURCES:
            made.load(source)
        yield made.warehouse


@pytest.fixture
def project(bare_project: Project, empty_warehouse: Path) -> Project:
    bare_project.start_from(empty_warehouse)
    return bare_project


@pytest.fixture(scope="module")
def read_only_project(empty_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Give a file's tests a project to share: one fixture loads into it, and the tests only look at what came of it."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        shared = Project(tmp_path_factory.mktemp("read_only"), monkeypatch)
        shared.start_from(empty_warehouse)
        yield shared


@pytest.fixture(scope="module")
def read_only_vendor() -> Iterator[FakeVendor]:
    with closing(FakeVendor()) as fake:
        yield fake


@pytest.fixture
def later_project(bare_project: Project, read_only_project: Project, loaded_account: object) -> Project:
    """Give a test that loads again its own copy of the warehouse that its file's `loaded_account` was loaded into."""
    bare_project.start_from(read_only_project.warehouse)
    return bare_project


@pytest.fixture
def bare_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    return Project(tmp_path, monkeypatch)


@pytest.fixture
def secrets_file(tmp_path: Path) -> Iterator[Path]:
    """Let dlt read the settings of a project of the test's own, which has no file of secrets yet."""
    settings = tmp_path / "project" / ".dlt"
    settings.mkdir(parents=True)
    shutil.copy(project_root() / ".dlt" / "config.toml", settings)
    with pytest.MonkeyPatch.context() as elsewhere:
        elsewhere.setenv("DLT_PROJECT_DIR", str(settings.parent))
        Container()[PluggableRunContext].reload_providers()
        yield settings / "secrets.toml"
    Container()[PluggableRunContext].reload_providers()


@pytest.fixture
def vendor() -> Iterator[FakeVendor]:
    with closing(FakeVendor()) as fake:
        yield fake
