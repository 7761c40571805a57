"""HubSpot's manners, over a tiny account: its pages, its limits, its errors and what it does not say."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.serving import Sandbox
from sandbox.serving.hubspot import HubSpotAccount
from tests.sandbox.hubspot_account import TOKEN, archived, contact, contact_list, member, write_account

CONTACTS = "/crm/objects/2026-09/contacts"


class HubSpotClient:
    """Asks a sandbox with the token of its account."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._base_url = f"{sandbox.base_url}/hubspot"
        self._session = requests.Session()
        self._session.trust_env = False

    def get(self, path: str, token: str = TOKEN, **params: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {token}".encode()}
        return self._session.get(self._base_url + path, params=params, headers=headers, timeout=60)

    def post(self, path: str, body: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        return self._session.post(self._base_url + path, json=body, headers=headers, timeout=60)

    def search(self, *filters: tuple[str, str, str], **asked: Any) -> requests.Response:
        told = [{"propertyName": name, "operator": operator, "value": value} for name, operator, value in filters]
        return self.post(f"{CONTACTS}/search", {"filterGroups": [{"filters": told}], **asked})


def ids(response: requests.Response) -> list[str]:
    return [row["id"] for row in response.json()["results"]]


@pytest.fixture
def vendors(tmp_path: Path) -> Iterator[Sandbox]:
    contacts = [contact(9, visits="17", hs_merged_object_ids=5), contact(10), contact(11), archived(12)]
    folder = write_account(
        tmp_path / "account",
        contacts,
        lists=[contact_list(7, "Webinar"), contact_list(8, "Firms", "0-2")],
        memberships={"7": [member(9, "2026-03-02T08:00:00Z"), member(11, "2026-03-03T08:00:00Z")]},
    )
    with Sandbox(folder, requests_per_minute=None) as sandbox:
        yield sandbox


@pytest.fixture
def account(vendors: Sandbox) -> HubSpotAccount:
    return vendors.hubspot("acme_hubspot")


@pytest.fixture
def hubspot(vendors: Sandbox) -> HubSpotClient:
    return HubSpotClient(vendors)


def test_a_wrong_token_is_refused(hubspot: HubSpotClient) -> None:
    response = hubspot.get(CONTACTS, token="pat-nonsense")
    assert (response.status_code, response.json()["category"]) == (401, "INVALID_AUTHENTICATION")


def test_what_is_no_token_at_all_meets_the_edge(hubspot: HubSpotClient) -> None:
    assert hubspot.get(CONTACTS, token="päs").status_code == 530


def test_an_undated_path_is_not_found(hubspot: HubSpotClient) -> None:
    assert hubspot.get("/crm/v3/objects/contacts").status_code == 404


def test_the_list_goes_by_number_in_pages_and_leaves_the_recycle_bin_out(hubspot: HubSpotClient) -> None:
    first = hubspot.get(CONTACTS, limit=2)
    after = first.json()["paging"]["next"]["after"]
    second = hubspot.get(CONTACTS, limit=2, after=after)
    assert (ids(first), ids(second), "paging" in second.json()) == (["9", "10"], ["11"], False)


def test_the_recycle_bin_is_a_list_of_its_own(hubspot: HubSpotClient) -> None:
    row = hubspot.get(CONTACTS, archived="true").json()["results"][0]
    assert (row["id"], row["archived"], row["archivedAt"]) == ("12", True, "2026-03-05T10:00:00.000Z")


def test_values_are_text_and_null_where_there_is_none(hubspot: HubSpotClient) -> None:
    values = hubspot.get(CONTACTS, properties="visits,phone,unknown").json()["results"][0]["properties"]
    assert (values["visits"], values["phone"], "unknown" in values, "hs_object_id" in values) == (
        "17",
        None,
        False,
        True,
    )


def test_a_single_merged_id_is_a_number(hubspot: HubSpotClient) -> None:
    values = hubspot.get(CONTACTS, properties="hs_merged_object_ids").json()["results"][0]["properties"]
    assert values["hs_merged_object_ids"] == 5


@pytest.mark.parametrize("params", [{"limit": 101}, {"limit": "many"}, {"after": "nonsense"}])
def test_a_parameter_out_of_place_is_refused(hubspot: HubSpotClient, params: dict[str, Any]) -> None:
    response = hubspot.get(CONTACTS, **params)
    assert (response.status_code, response.json()["category"]) == (400, "VALIDATION_ERROR")


def test_an_address_that_is_too_long_is_refused(hubspot: HubSpotClient) -> None:
    assert hubspot.get(CONTACTS, properties="x" * 16_000).status_code == 414


def test_the_search_finds_by_moment_in_milliseconds_and_by_number(hubspot: HubSpotClient) -> None:
    # 2026-03-01T10:00:00Z is 20,513 days and 10 hours after 1970: all were modified then.
    moment = str((20_513 * 86_400 + 36_000) * 1000)
    found = hubspot.search(("lastmodifieddate", "GTE", moment), ("hs_object_id", "GT", "9"))
    assert (ids(found), found.json()["total"]) == (["10", "11"], 2)


def test_the_search_sorts_numbers_as_numbers(hubspot: HubSpotClient) -> None:
    sorts = [{"propertyName": "hs_object_id", "direction": "ASCENDING"}]
    assert ids(hubspot.search(("hs_object_id", "GT", "0"), sorts=sorts)) == ["9", "10", "11"]


@pytest.mark.parametrize("asked", [{"limit": 201}, {"limit": 200, "after": "9801"}, {"sorts": [{}, {}]}])
def test_a_search_beyond_its_limits_is_refused(hubspot: HubSpotClient, asked: dict[str, Any]) -> None:
    assert hubspot.search(("hs_object_id", "GT", "0"), **asked).status_code == 400


def test_the_search_is_behind_and_the_contact_is_not(hubspot: HubSpotClient, account: HubSpotAccount) -> None:
    account.search_lag_seconds = 3600
    account.modify("10", firstname="Bo")
    assert ids(hubspot.search(("firstname", "EQ", "bo"))) == []
    answer = hubspot.post(f"{CONTACTS}/batch/read", {"inputs": [{"id": "10"}], "properties": ["firstname"]}).json()
    assert answer["results"][0]["properties"]["firstname"] == "Bo"
    account.search_lag_seconds = 0
    assert ids(hubspot.search(("firstname", "EQ", "bo"))) == ["10"]


def test_a_batch_gives_the_survivor_of_a_merge_and_names_who_is_missing(
    hubspot: HubSpotClient, account: HubSpotAccount
) -> None:
    survivor = account.merge("10", "11")
    response = hubspot.post(f"{CONTACTS}/batch/read", {"inputs": [{"id": "11"}, {"id": "77"}]})
    answer = response.json()
    assert (response.status_code, ids(response), answer["errors"][0]["context"]) == (207, [survivor], {"ids": ["77"]})


@pytest.mark.parametrize(("asked", "most"), [({}, 100), ({"propertiesWithHistory": ["lifecyclestage"]}, 50)])
def test_a_batch_holds_a_hundred_and_with_histories_half_as_many(
    hubspot: HubSpotClient, asked: dict[str, Any], most: int
) -> None:
    def status(count: int) -> int:
        inputs = [{"id": str(number)} for number in range(count)]
        return hubspot.post(f"{CONTACTS}/batch/read", {"inputs": inputs, **asked}).status_code

    assert (status(most), status(most + 1)) == (207, 400)


def test_a_merge_makes_a_new_record_with_the_values_of_the_primary(account: HubSpotAccount) -> None:
    account.modify("11", phone="555")
    survivor = account.merge("10", "11")
    (values,) = [row["properties"] for row in account.contacts() if row["id"] == survivor]
    assert survivor == "13"
    assert [values[name] for name in ("email", "phone", "hs_merged_object_ids", "hs_additional_emails")] == [
        "person10@example.com",
        "555",
        "10;11",
        "person11@example.com",
    ]


def test_lists_tell_their_size_and_those_of_other_objects_are_left_out(hubspot: HubSpotClient) -> None:
    answer = hubspot.post("/crm/lists/2026-09/search", {"objectTypeId": "0-1"}).json()
    told = [(row["listId"], row["additionalProperties"]["hs_list_size"]) for row in answer["lists"]]
    assert (told, answer["hasMore"]) == ([("7", "2")], False)


def test_members_come_in_pages_with_their_moment(hubspot: HubSpotClient) -> None:
    first = hubspot.get("/crm/lists/2026-09/7/memberships", limit=1).json()
    second = hubspot.get("/crm/lists/2026-09/7/memberships", limit=1, after=first["paging"]["next"]["after"]).json()
    assert (first["results"], second["results"]) == (
        [member(9, "2026-03-02T08:00:00Z")],
        [member(11, "2026-03-03T08:00:00Z")],
    )


def limited(tmp_path: Path, **limits: int) -> Path:
    return write_account(tmp_path / "limited", [contact(1)], limits=limits)


def test_the_search_has_a_limit_of_its_own(tmp_path: Path) -> None:
    with Sandbox(limited(tmp_path, secondly=1, ten_secondly=2), requests_per_minute=None) as sandbox:
        hubspot = HubSpotClient(sandbox)
        searches = [hubspot.search(("hs_object_id", "GT", "0")) for _ in range(2)]
        lists = [hubspot.get(CONTACTS) for _ in range(3)]
    assert [response.status_code for response in searches + lists] == [200, 429, 200, 200, 429]
    assert [response.json()["policyName"] for response in (searches[1], lists[2])] == [
        "SECONDLY",
        "TEN_SECONDLY_ROLLING",
    ]
    assert "Retry-After" not in lists[2].headers


def test_a_day_has_a_limit_too(tmp_path: Path) -> None:
    with Sandbox(limited(tmp_path, daily=1), requests_per_minute=None) as sandbox:
        hubspot = HubSpotClient(sandbox)
        hubspot.get(CONTACTS)
        assert hubspot.get(CONTACTS).json()["policyName"] == "DAILY"
