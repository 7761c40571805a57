"""Who was forgotten is known again by a keyed hash, however the address is written, and by nothing else."""

import csv
import os
from pathlib import Path

import pytest

from ingestion.connections import ConfigurationError
from ingestion.tombstones import forgotten_in, remember
from tests.ingestion.conftest import Project

ADDRESS = "Ada.Lovelace@gmail.com"


@pytest.fixture
def forgotten_address(project: Project, secrets_file: Path) -> str:
    nobody = forgotten_in("acme", makes_key=True)
    remember("acme", nobody.and_also([ADDRESS]).not_in(nobody))
    return ADDRESS


def rows(project: Project) -> list[dict[str, str]]:
    with (project.config / "forgotten_people.csv").open() as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("Ada.Lovelace@gmail.com", id="as it was"),
        pytest.param("  ada.lovelace@GMAIL.com ", id="case and space"),
        pytest.param("adalovelace@gmail.com", id="Gmail without dots"),
        pytest.param("a.d.a.lovelace+shop@googlemail.com", id="Gmail tag, dots, other domain"),
        pytest.param("ada.lovelace%40gmail.com", id="as in a URL"),
        pytest.param("mailto:ada.lovelace@gmail.com", id="as a link"),
        pytest.param("ada.lovelace\uff20gmail.com", id="wide at sign"),
        pytest.param("ada.love\u200blace@gmail.com", id="invisible space"),
        pytest.param("\\u0061da.lovelace@gmail.com", id="escaped in JSON"),
    ],
)
def test_a_mailbox_is_known_however_it_is_written(forgotten_address: str, written: str) -> None:
    assert forgotten_in("acme").knows(written)


@pytest.mark.parametrize("address", ["ada.lovelace@example.com", "lovelace@gmail.com", "ada.lovelace@gmail.co", ""])
def test_nobody_else_is_known(forgotten_address: str, address: str) -> None:
    assert not forgotten_in("acme").knows(address)


def test_dots_and_tags_count_where_no_provider_says_otherwise(project: Project, secrets_file: Path) -> None:
    nobody = forgotten_in("acme", makes_key=True)
    remember("acme", nobody.and_also(["ada.lovelace@example.org"]).not_in(nobody))
    assert forgotten_in("acme").knows("Ada.Lovelace@Example.org")
    assert not forgotten_in("acme").knows("adalovelace@example.org")
    assert not forgotten_in("acme").knows("ada.lovelace+shop@example.org")


def test_a_domain_in_two_alphabets_is_one(project: Project, secrets_file: Path) -> None:
    nobody = forgotten_in("acme", makes_key=True)
    remember("acme", nobody.and_also(["ada@b\u00fccher.example"]).not_in(nobody))
    assert forgotten_in("acme").knows("ada@xn--bcher-kva.example")


def test_an_address_is_found_within_a_text(forgotten_address: str) -> None:
    assert forgotten_in("acme").is_in('{"note": "write to <adalovelace@gmail.com>, please"}')
    assert forgotten_in("acme").is_in("https://shop.example/thanks?email=adalovelace%40gmail.com&order=1")
    assert not forgotten_in("acme").is_in("write to <charles@example.com>, please")


def test_another_workspace_knows_nobody(forgotten_address: str) -> None:
    assert not forgotten_in("other").knows(ADDRESS)


def test_the_file_holds_hashes_a_day_and_no_address(project: Project, forgotten_address: str) -> None:
    text = (project.config / "forgotten_people.csv").read_text()
    assert "lovelace" not in text.lower()
    assert {tuple(row) for row in rows(project)} == {("workspace_id", "tombstone", "forgotten_at", "key_id")}
    assert {len(row["tombstone"]) for row in rows(project)} == {64}


def test_who_is_remembered_again_gets_no_second_tombstone(project: Project, forgotten_address: str) -> None:
    known = forgotten_in("acme")
    assert known.and_also([ADDRESS, "adalovelace@gmail.com"]).not_in(known) == []


def test_earlier_tombstones_stay_beside_new_ones(project: Project, forgotten_address: str) -> None:
    before = rows(project)
    known = forgotten_in("acme")
    remember("acme", known.and_also(["charles@example.com"]).not_in(known))
    assert rows(project)[: len(before)] == before
    assert forgotten_in("acme").knows(ADDRESS) and forgotten_in("acme").knows("charles@example.com")


def test_without_its_key_the_file_is_refused_and_nobody_returns_in_silence(
    forgotten_address: str, secrets_file: Path
) -> None:
    secrets_file.unlink()
    from dlt.common.configuration.container import Container
    from dlt.common.configuration.specs import PluggableRunContext

    Container()[PluggableRunContext].reload_providers()
    with pytest.raises(ConfigurationError, match="FORGETTING__TOMBSTONE_KEY"):
        forgotten_in("acme")


def test_with_another_key_the_file_is_refused(forgotten_address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORGETTING__TOMBSTONE_KEY", "another")
    with pytest.raises(ConfigurationError, match="was written with another key"):
        forgotten_in("acme")


def test_a_key_that_was_made_after_the_start_is_found(forgotten_address: str, secrets_file: Path) -> None:
    """As by a receiver of webhooks that was running when the first person was forgotten."""
    text = secrets_file.read_text()
    secrets_file.write_text("")
    from dlt.common.configuration.container import Container
    from dlt.common.configuration.specs import PluggableRunContext

    Container()[PluggableRunContext].reload_providers()
    secrets_file.write_text(text)
    assert forgotten_in("acme").knows(ADDRESS)


def test_the_key_is_for_its_owner_alone(forgotten_address: str, secrets_file: Path) -> None:
    assert os.stat(secrets_file).st_mode & 0o777 == 0o600  # noqa: PTH116
