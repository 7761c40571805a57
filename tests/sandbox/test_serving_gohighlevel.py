"""GoHighLevel's manners, over a tiny location: its pages, its limits, its errors and what it does not say."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests

from sandbox.serving import Faults, Sandbox, gohighlevel
from sandbox.serving.gohighlevel import GoHighLevelAccount
from tests.sandbox.gohighlevel_account import LOCATION, TOKEN, contact, custom_field, write_account

OLDEST_FIRST = [{"field": "dateAdded", "direction": "asc"}]


class GoHighLevelClient:
    """Asks a sandbox with the token of its location."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._base_url = f"{sandbox.base_url}/gohighlevel"
        self._session = requests.Session()
        self._session.trust_env = False

    def ask(
        self, method: str, path: str, token: str = TOKEN, version: str | None = "2021-07-28", **given: Any
    ) -> requests.Response:
        headers = {"Authorization": f"Bearer {token}"} | ({"Version": version} if version else {})
        return self._session.request(method, self._base_url + path, headers=headers, timeout=60, **given)

    def search(self, **body: Any) -> requests.Response:
        asked = {"locationId": LOCATION, "pageLimit": 2, "sort": OLDEST_FIRST, **body}
        return self.ask("POST", "/contacts/search", json=asked)

    def ids(self, **body: Any) -> list[str]:
        return [row["id"][-1] for row in self.search(**body).json()["contacts"]]


@pytest.fixture
def vendors(tmp_path: Path) -> Iterator[Sandbox]:
    contacts = [contact(number) for number in (1, 2, 3)]
    folder = write_account(tmp_path / "account", contacts, custom_fields=[custom_field(1, "Course")])
    with Sandbox(folder, requests_per_minute=None) as sandbox:
        yield sandbox


@pytest.fixture
def account(vendors: Sandbox) -> GoHighLevelAccount:
    return vendors.gohighlevel("acme_gohighlevel")


@pytest.fixture
def client(vendors: Sandbox) -> GoHighLevelClient:
    return GoHighLevelClient(vendors)


def test_a_wrong_token_and_a_missing_version_are_unauthorized(client: GoHighLevelClient) -> None:
    path = f"/locations/{LOCATION}/customFields"
    wrong, without = client.ask("GET", path, token="wrong"), client.ask("GET", path, version=None)
    assert (wrong.status_code, wrong.json()["message"]) == (401, "Invalid Private Integration token")
    assert (without.status_code, without.json()["message"]) == (401, "version header was not found.")


def test_another_location_is_forbidden(client: GoHighLevelClient) -> None:
    answer = client.search(locationId="other")
    assert (answer.status_code, answer.json()["message"]) == (403, "The token does not have access to this location.")


def test_every_row_has_a_cursor_also_the_last_one(client: GoHighLevelClient) -> None:
    first = client.search().json()
    rest = client.search(searchAfter=first["contacts"][-1]["searchAfter"]).json()
    assert [row["id"][-1] for row in first["contacts"] + rest["contacts"]] == ["1", "2", "3"]
    assert rest["total"] == 3
    assert client.ids(searchAfter=rest["contacts"][-1]["searchAfter"]) == []


def test_the_newest_come_first_unless_asked_otherwise(client: GoHighLevelClient) -> None:
    assert client.ids(sort=[]) == ["3", "2"]


def test_pages_end_at_ten_thousand(client: GoHighLevelClient) -> None:
    assert client.ids(page=2) == ["3"]
    assert client.search(page=21, pageLimit=500).status_code == 400
    assert client.search(page=2, searchAfter=[1, "a"]).status_code == 422


@pytest.mark.parametrize("body", [{"pageLimit": 501}, {"sort": [{"field": "email", "direction": "asc"}]}])
def test_what_is_not_supported_is_unprocessable(client: GoHighLevelClient, body: dict[str, Any]) -> None:
    assert client.search(**body).status_code == 422


def test_moments_are_asked_for_by_their_ends(client: GoHighLevelClient) -> None:
    def between(**ends: str) -> list[str]:
        return client.ids(filters=[{"field": "dateAdded", "operator": "range", "value": ends}])

    second = "2026-03-01T10:00:02.000Z"
    assert (between(gte=second), between(gt=second), between(lte=second), between(lt=second)) == (
        ["2", "3"],
        ["3"],
        ["1", "2"],
        ["1"],
    )


def test_the_search_is_late_to_see_a_change(client: GoHighLevelClient, account: GoHighLevelAccount) -> None:
    account.search_lag_seconds = 3600
    account.delete("contact0001")
    assert client.ids() == ["1", "2"]
    answer = client.ask("GET", "/contacts/contact0001")
    assert (answer.status_code, answer.json()["message"]) == (400, "Contact with id contact0001 not found")


def test_a_contact_by_its_id_has_further_addresses_as_objects(
    client: GoHighLevelClient, account: GoHighLevelAccount
) -> None:
    account.modify("contact0001", additionalEmails=["a@example.com"], address="1 Main St")
    shown = client.ask("GET", "/contacts/contact0001").json()["contact"]
    assert (shown["additionalEmails"], shown["address1"]) == (
        [{"email": "a@example.com", "validEmail": None}],
        "1 Main St",
    )
    found = client.search().json()["contacts"][0]
    assert (found["additionalEmails"], found["address"]) == (["a@example.com"], "1 Main St")


def test_a_merge_says_nothing(client: GoHighLevelClient, account: GoHighLevelAccount) -> None:
    account.tag("contact0002", "Lead")
    account.merge("contact0001", "contact0002")
    (one, three) = client.search().json()["contacts"]
    assert (one["tags"], one["additionalEmails"], three["id"]) == (["lead"], ["person2@example.com"], "contact0003")


def test_one_request_too_many_in_ten_seconds_is_refused_without_a_wait(
    client: GoHighLevelClient, account: GoHighLevelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    # All of it happens at one moment.
    monkeypatch.setattr(gohighlevel, "time", SimpleNamespace(monotonic=lambda: 5.0))
    account._limits = {"burst": 2}
    assert [client.search().status_code for _ in range(3)] == [200, 200, 429]
    answer = client.search()
    assert (answer.headers["X-RateLimit-Remaining"], answer.headers.get("Retry-After")) == ("0", None)


def test_a_day_has_so_many_requests(client: GoHighLevelClient, account: GoHighLevelAccount) -> None:
    account._limits = {"daily": 1}
    assert client.search().headers["X-RateLimit-Daily-Remaining"] == "0"
    answer = client.search()
    assert (answer.status_code, answer.headers["X-RateLimit-Daily-Remaining"]) == (429, "0")


def test_a_failure_is_plain_text(client: GoHighLevelClient, vendors: Sandbox) -> None:
    vendors.faults = Faults(server_error_every=1)
    answer = client.search()
    assert (answer.status_code, answer.text) == (502, "error code: 502")
