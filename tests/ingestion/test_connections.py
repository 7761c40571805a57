"""Defects of the configuration: each is one clear line."""

from datetime import date
from pathlib import Path

import pytest

from ingestion import warehouse
from ingestion.connections import (
    ConfigurationError,
    Connection,
    MissingSecret,
    Workspace,
    read_connections,
    read_workspaces,
    secret,
    validate_configuration,
)
from ingestion.secrets_file import change_entry
from tests.ingestion.conftest import CONNECTION_COLUMNS, Project

WORKSPACE_COLUMNS = "workspace_id,name,reporting_time_zone,reporting_currency"


def defects(check_secrets: bool = True) -> list[str]:
    with pytest.raises(ConfigurationError) as raised:
        validate_configuration(check_secrets)
    return str(raised.value).splitlines()


def test_a_sound_configuration_passes(bare_project: Project) -> None:
    bare_project.connect("acme_kit", "kit")
    bare_project.connect("acme_meta", "meta_ads", vendor_account_id="1001", time_zone="Europe/London", currency="GBP")
    validate_configuration()


def test_the_configuration_that_comes_with_the_project_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOLLARTRAIL_CONFIG", raising=False)
    validate_configuration()


def test_connections_are_read_by_source(bare_project: Project) -> None:
    bare_project.connect("acme_kit", "kit", "http://127.0.0.1:1", in_use_from="2025-03-01")
    bare_project.connect("acme_thrivecart", "thrivecart")
    assert read_connections("kit") == [
        Connection(
            connection_id="acme_kit",
            workspace_id="acme",
            source="kit",
            name="acme_kit",
            vendor_account_id="",
            base_url="http://127.0.0.1:1",
            time_zone="",
            currency="",
            in_use_from=date(2025, 3, 1),
            in_use_until=None,
        )
    ]


def test_workspaces_are_read(bare_project: Project) -> None:
    assert read_workspaces() == [Workspace("acme", "Acme", "America/New_York", "USD")]


@pytest.mark.parametrize(
    ("given", "line"),
    [
        pytest.param(
            {"source": "mailgun"},
            "connections.csv, line 2: source 'mailgun' of acme_one is unknown; "
            "use one of thrivecart, kit, hubspot, activecampaign, meta_ads, google_ads, files, ecb",
            id="unknown source",
        ),
        pytest.param(
            {"time_zone": "Mars/Olympus"},
            "connections.csv, line 2: time_zone 'Mars/Olympus' of acme_one is no IANA zone, such as Europe/Berlin",
            id="unknown zone",
        ),
        pytest.param(
            {"workspace_id": "nobody"},
            "connections.csv, line 2: workspace 'nobody' of acme_one is not in workspaces.csv",
            id="unknown workspace",
        ),
        pytest.param(
            {"in_use_from": "01.02.2025"},
            "connections.csv, line 2: in_use_from '01.02.2025' is no date; write it as YYYY-MM-DD",
            id="bad date",
        ),
        pytest.param(
            {"in_use_from": "2025-02-01", "in_use_until": "2025-01-01"},
            "connections.csv, line 2: in_use_until 2025-01-01 lies before in_use_from 2025-02-01; swap them",
            id="dates swapped",
        ),
        pytest.param(
            {"currency": "dollars"},
            "connections.csv, line 2: currency 'dollars' of acme_one must be an ISO code, such as USD",
            id="bad currency",
        ),
        pytest.param(
            {"source": "meta_ads", "vendor_account_id": "act_1", "time_zone": "Europe/Paris"},
            "connections.csv, line 2: vendor_account_id of acme_one must be the ad account's digits, without act_",
            id="bad ad account",
        ),
        pytest.param(
            {"source": "meta_ads", "vendor_account_id": "1"},
            "connections.csv, line 2: time_zone of acme_one is missing; set the ad account's, as Ads Manager shows it",
            id="ad account without zone",
        ),
        pytest.param(
            {"source": "google_ads", "vendor_account_id": "12345", "time_zone": "Europe/Paris"},
            "connections.csv, line 2: vendor_account_id of acme_one must be the account's ten digits, such as "
            "212-145-0128, or those of its manager account, a slash and its own",
            id="bad Google account",
        ),
        pytest.param(
            {"source": "google_ads", "vendor_account_id": "555-000-1111/2121450128"},
            "connections.csv, line 2: time_zone of acme_one is missing; set the account's, as Google Ads shows it",
            id="Google account without zone",
        ),
        pytest.param(
            {"source": "files"},
            "connections.csv, line 2: base_url of acme_one is missing; set the folder that holds its files",
            id="files without folder",
        ),
    ],
)
def test_a_defect_of_a_connection_is_one_line(bare_project: Project, given: dict[str, str], line: str) -> None:
    bare_project.connect("acme_one", **{"source": "kit", **given})
    assert defects(check_secrets=False) == [line]


def test_two_connections_of_one_id_are_named(bare_project: Project) -> None:
    bare_project.connect("acme_kit", "kit")
    bare_project.connect("acme_kit", "kit")
    assert defects() == [
        "connections.csv, line 3: connection_id 'acme_kit' is used twice; give each connection its own"
    ]


@pytest.mark.parametrize("connection_id", ["Acme", "acme-kit", "acme__kit", "1acme", ""])
def test_an_id_that_no_variable_or_table_can_carry_is_named(bare_project: Project, connection_id: str) -> None:
    bare_project.connect(connection_id, "kit")
    line = f"connections.csv, line 2: connection_id '{connection_id}' must be lower snake case, such as my_thrivecart"
    assert defects(check_secrets=False) == [line]


def test_a_missing_secret_is_named_with_its_variable(bare_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    bare_project.connect("acme_kit", "kit")
    monkeypatch.setenv("CONNECTIONS__ACME_KIT__API_KEY", " ")
    with pytest.raises(MissingSecret) as raised:
        validate_configuration()
    assert str(raised.value) == (
        "acme_kit: api_key is missing; set CONNECTIONS__ACME_KIT__API_KEY, "
        "or api_key under [connections.acme_kit] in .dlt/secrets.toml"
    )


def test_all_defects_are_told_at_once(bare_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    bare_project.connect("acme_kit", "kit", time_zone="Nowhere", currency="x")
    monkeypatch.delenv("CONNECTIONS__ACME_KIT__API_KEY")
    assert len(defects()) == 3


def test_secrets_are_checked_only_when_asked_for(bare_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    bare_project.connect("acme_kit", "kit")
    monkeypatch.delenv("CONNECTIONS__ACME_KIT__API_KEY")
    validate_configuration(check_secrets=False)


def test_a_secret_is_read_from_the_environment(bare_project: Project) -> None:
    bare_project.connect("acme_kit", "kit")
    assert secret(read_connections()[0], "api_key") == "key-of-acme_kit"


def test_a_blank_variable_does_not_hide_what_the_file_of_secrets_holds(
    bare_project: Project, secrets_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare_project.connect("acme_kit", "kit")
    monkeypatch.setenv("CONNECTIONS__ACME_KIT__API_KEY", " ")
    change_entry("acme_kit", {"api_key": "key-in-the-file"})
    assert secret(read_connections()[0], "api_key") == "key-in-the-file"


def test_a_missing_column_is_named(bare_project: Project) -> None:
    bare_project.write("connections.csv", CONNECTION_COLUMNS.replace("base_url,", ""))
    assert defects() == ["connections.csv: column base_url is missing from the header"]


def test_a_missing_file_is_named(bare_project: Project) -> None:
    (bare_project.config / "exchange_rates.csv").unlink()
    assert defects() == [
        f"exchange_rates.csv is missing from {bare_project.config}; DOLLARTRAIL_CONFIG names the folder"
    ]


@pytest.mark.parametrize(
    ("row", "line"),
    [
        pytest.param(
            "acme,Acme,New York,USD",
            "workspaces.csv, line 2: reporting_time_zone 'New York' is no IANA zone, such as Europe/Berlin",
            id="unknown zone",
        ),
        pytest.param(
            "acme,Acme,,USD",
            "workspaces.csv, line 2: reporting_time_zone '' is no IANA zone, such as Europe/Berlin",
            id="no zone",
        ),
        pytest.param(
            "acme,Acme,Europe/Berlin,",
            "workspaces.csv, line 2: reporting_currency '' must be an ISO code, such as USD",
            id="no currency",
        ),
    ],
)
def test_a_defect_of_a_workspace_is_one_line(bare_project: Project, row: str, line: str) -> None:
    bare_project.write("workspaces.csv", WORKSPACE_COLUMNS, row)
    assert defects() == [line]


def test_paths_are_relative_to_the_project(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOLLARTRAIL_WAREHOUSE", "some/where.duckdb")
    assert warehouse.warehouse_path() == warehouse.project_root() / "some" / "where.duckdb"
