"""Kit's manners, over a tiny business."""

import base64
import json
from typing import Any

import pytest
import requests

from sandbox.serving import Sandbox
from tests.sandbox.serving_folder import KIT, Client


def ids(response: requests.Response) -> list[int]:
    return [row["id"] for row in response.json()["subscribers"]]


def test_a_wrong_key_is_refused(sandbox: Sandbox) -> None:
    response = requests.get(f"{sandbox.base_url}/kit/tags", headers={"X-Kit-Api-Key": "nonsense"}, timeout=60)
    assert (response.status_code, response.json()) == (401, {"errors": ["The API key is invalid"]})


def test_an_unknown_route_is_not_found(client: Client) -> None:
    assert client.kit("/tags/99/subscribers").status_code == 404


def test_the_account_describes_itself(client: Client) -> None:
    assert client.kit("/account").json() == KIT["account"]


@pytest.mark.parametrize(
    ("params", "found"),
    [({}, [4, 2, 1]), ({"status": "all"}, [5, 4, 3, 2, 1]), ({"status": "bounced"}, [5])],
)
def test_only_active_subscribers_are_listed_unless_others_are_asked_for(
    client: Client, params: dict[str, str], found: list[int]
) -> None:
    assert ids(client.kit("/subscribers", **params)) == found


def test_a_record_holds_six_fields(client: Client) -> None:
    record = client.kit("/subscribers").json()["subscribers"][0]
    assert list(record) == ["id", "first_name", "email_address", "state", "created_at", "fields"]


def test_attribution_is_sent_when_asked_for(client: Client) -> None:
    records = client.kit("/subscribers", include="attribution").json()["subscribers"]
    assert [record["attribution"] for record in records] == [
        {"utm_source": "facebook"},
        None,
        {"utm_source": "facebook"},
    ]


def test_tags_are_sent_when_asked_for(client: Client) -> None:
    records = client.kit("/subscribers", include="tags,location").json()["subscribers"]
    assert [[tag["name"] for tag in record["tags"]] for record in records] == [[], ["webinar"], ["webinar", "customer"]]


def test_cancellation_times_are_sent_of_cancelled_subscribers(client: Client) -> None:
    records = client.kit("/subscribers", include="canceled_at", status="cancelled").json()["subscribers"]
    assert records[0]["canceled_at"] == "2026-11-20T08:00:00Z"


def test_a_page_tells_where_it_lies(client: Client) -> None:
    first = client.kit("/subscribers", status="all", per_page=2)
    cursor = first.json()["pagination"]["end_cursor"]
    second = client.kit("/subscribers", status="all", per_page=2, after=cursor)
    assert (ids(second), second.json()["pagination"]) == (
        [3, 2],
        {
            "has_previous_page": True,
            "has_next_page": True,
            # base64 of [3] and [2]
            "start_cursor": "WzNd",
            "end_cursor": "WzJd",
            "per_page": 2,
        },
    )


def test_the_last_page_has_an_end_cursor_too(client: Client) -> None:
    pagination = client.kit("/subscribers").json()["pagination"]
    # base64 of [1]
    assert (pagination["has_next_page"], pagination["end_cursor"]) == (False, "WzFd")


@pytest.mark.parametrize(("before", "found"), [(2, [4, 3]), (4, [5])])
def test_a_page_before_a_cursor_ends_just_before_it(client: Client, before: int, found: list[int]) -> None:
    cursor = base64.b64encode(f"[{before}]".encode()).decode()
    assert ids(client.kit("/subscribers", status="all", per_page=2, before=cursor)) == found


@pytest.mark.parametrize(("asked", "given"), [({}, 500), ({"per_page": 3}, 3), ({"per_page": 5000}, 1000)])
def test_a_page_holds_500_unless_up_to_1000_are_asked_for(client: Client, asked: dict[str, int], given: int) -> None:
    assert client.kit("/subscribers", **asked).json()["pagination"]["per_page"] == given


def test_the_total_is_counted_on_request(client: Client) -> None:
    response = client.kit("/subscribers", status="all", per_page=1, include_total_count="true")
    assert response.json()["pagination"]["total_count"] == 5


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"sort_order": "asc"}, [1, 2, 3, 4, 5]),
        # Number 3 changed last, when it was cancelled on the 20th.
        ({"sort_field": "updated_at"}, [3, 5, 4, 2, 1]),
        ({"created_after": "2026-11-03"}, [5, 4, 3]),
        ({"created_before": "2026-11-02"}, [2, 1]),
        ({"updated_after": "2026-11-05"}, [5, 3]),
    ],
)
def test_subscribers_are_sorted_and_filtered_as_asked(client: Client, params: dict[str, str], found: list[int]) -> None:
    assert ids(client.kit("/subscribers", status="all", **params)) == found


@pytest.mark.parametrize(
    "params",
    [
        {"sort_field": "email"},
        {"sort_order": "up"},
        {"sort_field": "cancelled_at"},
        {"include": "canceled_at"},
        {"include": "everything"},
        {"status": "gone"},
        {"updated_after": "2026-11-05T10:00:00Z"},
        {"per_page": "many"},
        {"after": "nonsense"},
        {"after": base64.b64encode(json.dumps(["2026"]).encode()).decode()},
    ],
)
def test_a_parameter_out_of_place_is_refused(client: Client, params: dict[str, Any]) -> None:
    response = client.kit("/subscribers", **params)
    assert (response.status_code, len(response.json()["errors"])) == (422, 1)


def test_tags_are_a_list_with_pages(client: Client) -> None:
    answer = client.kit("/tags").json()
    assert ([tag["name"] for tag in answer["tags"]], answer["pagination"]["has_next_page"]) == (
        ["customer", "webinar"],
        False,
    )


def test_tagged_subscribers_come_with_the_time_they_were_tagged(client: Client) -> None:
    rows = client.kit("/tags/81/subscribers").json()["subscribers"]
    assert [(row["id"], row["tagged_at"]) for row in rows] == [(1, "2026-11-12T10:00:00Z"), (2, "2026-11-11T10:00:00Z")]


def test_tagged_subscribers_are_filtered_by_day(client: Client) -> None:
    assert ids(client.kit("/tags/81/subscribers", tagged_after="2026-11-12")) == [1]


def test_tagged_subscribers_come_in_pages(client: Client) -> None:
    first = client.kit("/tags/81/subscribers", per_page=1).json()["pagination"]
    assert (first["has_next_page"], ids(client.kit("/tags/81/subscribers", per_page=1, after=first["end_cursor"]))) == (
        True,
        [2],
    )
