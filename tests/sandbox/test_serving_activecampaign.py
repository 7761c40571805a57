"""ActiveCampaign's manners, over a tiny account: its pages, its limits, its errors and what it does not say."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests

from sandbox.serving import Faults, Sandbox, activecampaign
from sandbox.serving.activecampaign import ActiveCampaignAccount
from tests.sandbox.activecampaign_account import KEY, contact, contact_tag, tag, write_account

GIVEN = "2026-03-02T03:00:00-05:00"


class ActiveCampaignClient:
    """Asks a sandbox with the key of its account."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._base_url = f"{sandbox.base_url}/activecampaign/api/3"
        self._session = requests.Session()
        self._session.trust_env = False

    def get(self, path: str, key: str = KEY, **params: Any) -> requests.Response:
        return self._session.get(self._base_url + path, params=params, headers={"Api-Token": key}, timeout=60)

    def ids(self, path: str, **params: Any) -> list[str]:
        return [row["id"] for row in self.get(path, **params).json()[path.strip("/")]]


@pytest.fixture
def vendors(tmp_path: Path) -> Iterator[Sandbox]:
    contacts = [contact(9), contact(10, status="2"), contact(11)]
    content = {
        "api_keys": [KEY, "another"],
        "tags": [tag(7, "Webinar")],
        "contactTags": [contact_tag(1, 9, 7, GIVEN), contact_tag(2, 11, 7, GIVEN)],
    }
    with Sandbox(write_account(tmp_path / "account", contacts, **content), requests_per_minute=None) as sandbox:
        yield sandbox


@pytest.fixture
def account(vendors: Sandbox) -> ActiveCampaignAccount:
    return vendors.activecampaign("acme_activecampaign")


@pytest.fixture
def client(vendors: Sandbox) -> ActiveCampaignClient:
    return ActiveCampaignClient(vendors)


def test_a_wrong_key_is_forbidden(client: ActiveCampaignClient) -> None:
    assert client.get("/contacts", key="wrong").status_code == 403


def test_contacts_of_every_status_come_newest_first_unless_ids_are_to_ascend(client: ActiveCampaignClient) -> None:
    assert client.ids("/contacts") == ["11", "10", "9"]
    assert client.ids("/contacts", **{"orders[id]": "ASC", "id_greater": "9"}) == ["10", "11"]
    assert client.ids("/contacts", status="2") == ["10"]


def test_totals_and_numbers_are_text_and_missing_dates_are_zeros(client: ActiveCampaignClient) -> None:
    answer = client.get("/contacts", limit=1).json()
    (row,) = answer["contacts"]
    assert (answer["meta"]["total"], row["deleted"], row["deleted_at"]) == ("3", "0", "0000-00-00 00:00:00")


def test_a_page_has_twenty_rows_and_at_most_a_hundred(
    client: ActiveCampaignClient, account: ActiveCampaignAccount
) -> None:
    for _ in range(120):
        account.tag("9", "7")
    assert len(client.ids("/contactTags")) == 20
    assert len(client.ids("/contactTags", limit=500)) == 100


def test_updates_are_found_by_days_of_the_accounts_zone(
    client: ActiveCampaignClient, account: ActiveCampaignAccount
) -> None:
    account.modify("10", phone="1")
    today = (datetime.now(UTC) - timedelta(hours=5)).date()
    assert client.ids("/contacts", **{"filters[updated_after]": today.isoformat()}) == ["10"]
    assert client.ids("/contacts", **{"filters[updated_after]": (today + timedelta(days=1)).isoformat()}) == []


def test_a_row_deleted_before_moves_the_others_to_earlier_places(
    client: ActiveCampaignClient, account: ActiveCampaignAccount
) -> None:
    account.untag("9", "7")
    assert client.ids("/contactTags", offset=1) == []


def test_a_deleted_contact_vanishes_with_what_it_had(
    client: ActiveCampaignClient, account: ActiveCampaignAccount
) -> None:
    account.delete("9")
    answer = client.get("/contacts/9")
    assert (answer.status_code, answer.json()) == (404, {"message": "No Result found for Subscriber with id 9"})
    assert client.ids("/contactTags") == ["2"]


def test_all_keys_of_an_account_share_its_requests_of_a_second(
    client: ActiveCampaignClient, account: ActiveCampaignAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    # All of it happens at one moment.
    monkeypatch.setattr(activecampaign, "time", SimpleNamespace(monotonic=lambda: 5.0))
    account._requests_per_second = 2
    assert [client.get("/tags", key=key).status_code for key in (KEY, "another")] == [200, 200]
    answer = client.get("/tags")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")


def test_a_failure_says_200(client: ActiveCampaignClient, vendors: Sandbox) -> None:
    vendors.faults = Faults(server_error_every=1)
    answer = client.get("/tags")
    assert (answer.status_code, list(answer.json())) == (200, ["errors"])
