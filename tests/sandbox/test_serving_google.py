"""Google Ads' manners, over an account written by hand."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.serving import Faults, Sandbox
from tests.sandbox.serving_folder import TODAY, day

ACCOUNT = {
    "client_id": "app",
    "client_secret": "app-secret",
    "refresh_token": "refresh",
    "customer_id": "2121450128",
    "currency_code": "EUR",
    "time_zone": "Europe/Berlin",
    "campaigns": [{"id": "11", "name": "Brand", "status": "REMOVED"}],
    "ad_groups": [{"id": "21", "campaign_id": "11", "name": "Exact", "status": "ENABLED"}],
    "ads": [{"id": "31", "ad_group_id": "21", "status": "PAUSED"}],
    "campaign_days": [
        {"date": day(2), "campaign_id": "11", "cost_micros": 5_000_000, "impressions": 10, "clicks": 1},
        {"date": day(1), "campaign_id": "11", "cost_micros": 7_000_000, "impressions": 10, "clicks": 1},
        {"date": day(0), "campaign_id": "11", "cost_micros": 0, "impressions": 0, "clicks": 0},
    ],
    "ad_days": [{"date": day(2), "ad_group_id": "21", "ad_id": "31", "cost_micros": 4_000_000, "impressions": 1}],
}
GRANT = {
    "grant_type": "refresh_token",
    "client_id": "app",
    "client_secret": "app-secret",
    "refresh_token": "refresh",
}
DAYS = f"SELECT campaign.id, segments.date, metrics.cost_micros FROM campaign WHERE segments.date BETWEEN '{day(3)}'"


class Google:
    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.headers = {"Authorization": f"Bearer {self.token().json()['access_token']}"}

    def token(self, **given: str) -> requests.Response:
        return requests.post(f"{self.sandbox.base_url}/google/token", data=GRANT | given, timeout=60)

    def search(self, query: str, account: str = "2121450128", version: str = "v26", **body: str) -> requests.Response:
        url = f"{self.sandbox.base_url}/google/{version}/customers/{account}/googleAds:search"
        return requests.post(url, json={"query": query, **body}, headers=self.headers, timeout=60)


def serving(folder: Path, **given: Any) -> Sandbox:
    (folder / "google").mkdir()
    (folder / "business.json").write_text("{}")
    (folder / "google" / "acme_google.json").write_text(json.dumps(ACCOUNT | given))
    return Sandbox(folder, requests_per_minute=None)


@pytest.fixture
def google(tmp_path: Path) -> Iterator[Google]:
    with serving(tmp_path) as sandbox:
        yield Google(sandbox)


def code_of(response: requests.Response) -> tuple[int, str]:
    ((failure,),) = [detail["errors"] for detail in response.json()["error"]["details"]]
    return response.status_code, *failure["errorCode"].values()


def test_numbers_of_64_bits_are_text_and_names_are_in_camel_case(google: Google) -> None:
    (first, _) = google.search(f"{DAYS} AND '{day(0)}'").json()["results"]
    assert first == {
        "campaign": {"id": "11"},
        "segments": {"date": day(2)},
        "metrics": {"costMicros": "5000000"},
    }


def test_days_without_cost_or_impression_are_left_out(google: Google) -> None:
    answer = google.search(f"{DAYS} AND '{day(0)}'").json()
    assert [row["segments"]["date"] for row in answer["results"]] == [day(2), day(1)]


def test_an_empty_answer_has_fields_and_no_results(google: Google) -> None:
    answer = google.search(DAYS.replace(day(3), day(0)) + f" AND '{day(0)}'").json()
    assert (answer["fieldMask"], "results" in answer) == ("campaign.id,segments.date,metrics.costMicros", False)


def test_removed_campaigns_are_listed(google: Google) -> None:
    (row,) = google.search("SELECT campaign.id, campaign.status FROM campaign").json()["results"]
    assert row == {"campaign": {"id": "11", "status": "REMOVED"}}


def test_an_ad_without_a_name_has_no_field_for_it(google: Google) -> None:
    (row,) = google.search("SELECT ad_group_ad.ad.id, ad_group_ad.ad.name FROM ad_group_ad").json()["results"]
    assert row == {"adGroupAd": {"ad": {"id": "31"}}}


def test_pages_follow_by_token_until_there_is_none(tmp_path: Path) -> None:
    with serving(tmp_path, page_size=1) as sandbox:
        google = Google(sandbox)
        query = f"{DAYS} AND '{day(0)}'"
        first = google.search(query).json()
        second = google.search(query, pageToken=first["nextPageToken"]).json()
    assert (second["results"][0]["segments"]["date"], "nextPageToken" in second) == (day(1), False)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT campaign.colour FROM campaign", "UNRECOGNIZED_FIELD"),
        ("SELECT ad_group_ad.ad.id FROM campaign", "UNRECOGNIZED_FIELD"),
        ("SELECT campaign.id FROM nothing", "BAD_RESOURCE_TYPE_IN_FROM_CLAUSE"),
        ("campaign.id", "UNEXPECTED_INPUT"),
        (f"{DAYS} AND '{day(4)}'", "START_DATE_AFTER_END_DATE"),
        (
            DAYS.replace(day(3), (TODAY - timedelta(days=1160)).isoformat()) + f" AND '{day(0)}'",
            "REQUESTED_DATE_GRANULARITY_NOT_SUPPORTED",
        ),
    ],
)
def test_a_question_out_of_place_is_refused(google: Google, query: str, code: str) -> None:
    assert code_of(google.search(query)) == (400, code)


def test_a_token_of_somebody_else_is_refused(google: Google) -> None:
    google.headers = {"Authorization": "Bearer nonsense"}
    assert google.search(DAYS).status_code == 401


def test_an_account_that_the_token_does_not_open_is_refused(google: Google) -> None:
    assert code_of(google.search(DAYS, account="9998887777")) == (403, "USER_PERMISSION_DENIED")


def test_a_client_account_needs_its_manager(tmp_path: Path) -> None:
    with serving(tmp_path, manager_id="5550001111") as sandbox:
        google = Google(sandbox)
        assert code_of(google.search(DAYS)) == (403, "USER_PERMISSION_DENIED")
        google.headers["login-customer-id"] = "5550001111"
        assert google.search("SELECT campaign.id FROM campaign").status_code == 200


def test_a_version_that_is_gone_is_refused(google: Google) -> None:
    assert code_of(google.search(DAYS, version="v22")) == (400, "UNSUPPORTED_VERSION")


@pytest.mark.parametrize(
    ("given", "status", "error"),
    [
        ({"refresh_token": "other"}, 400, "invalid_grant"),
        ({"client_secret": "other"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials"}, 400, "unsupported_grant_type"),
    ],
)
def test_a_token_is_given_for_a_refresh_token_only(
    google: Google, given: dict[str, str], status: int, error: str
) -> None:
    response = google.token(**given)
    assert (response.status_code, response.json()["error"]) == (status, error)


def test_the_delay_of_a_throttle_is_in_the_body_alone(google: Google) -> None:
    google.sandbox.faults = Faults(rate_limited_every=1)
    response = google.search(DAYS)
    details = response.json()["error"]["details"][0]["errors"][0]["details"]
    assert (response.status_code, details["quotaErrorDetails"]["retryDelay"]) == (429, "0s")
    assert "Retry-After" not in response.headers


def test_restated_spend_moves_the_campaign_by_the_difference(google: Google) -> None:
    google.sandbox.restate_spend("acme_google", day(2), "31", "3.00")
    results = google.search(f"{DAYS} AND '{day(0)}'").json()["results"]
    # 5.00 - 4.00 + 3.00
    assert results[0]["metrics"]["costMicros"] == "4000000"
