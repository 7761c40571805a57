"""Meta's insights, as its facts say that they behave."""

import json
import math
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from requests import Response

from ingestion import LoadFailed, Window, progress
from ingestion.meta_ads.client import is_busy
from tests.ingestion.conftest import Project, fixture_of
from tests.ingestion.fake_vendor import Answer, FakeVendor, Request

NOVEMBER = Window(date(2026, 11, 1), date(2026, 11, 3))
INSIGHTS = "/v26.0/act_1001/insights"
DAYS = ("ad_insights", "account_insights")
ITSELF = {"account_id": "1001", "name": "Acme", "currency": "USD", "timezone_name": "America/New_York"}
ADS = "select date_start, ad_id, spend from raw_meta_ads.ad_insights order by all"


class FakeAdAccount:
    """Daily rows of one ad account, which a test restates at will."""

    def __init__(self, account_id: str = "1001", page_size: int = 100, most_days: int = 31) -> None:
        self.account_id = account_id
        self.spend: dict[tuple[str, str], str] = {}
        self.page_size = page_size
        self.most_days = most_days
        self.windows: list[tuple[str, str, str]] = []

    def serve(self, request: Request) -> Any:
        window, level = json.loads(request.query["time_range"]), request.query["level"]
        since, until = window["since"], window["until"]
        if "after" not in request.query:
            self.windows.append((level, since, until))
        if (date.fromisoformat(until) - date.fromisoformat(since)).days >= self.most_days:
            return Answer(fixture_of("meta_ads/too_much_data.json"), status=500)
        rows = [
            fixture_of("meta_ads/ad_row.json")
            | {"account_id": self.account_id, "ad_id": ad, "date_start": day, "date_stop": day, "spend": spend}
            for (day, ad), spend in sorted(self.spend.items())
            if since <= day <= until
        ]
        if level == "account":
            rows = [{key: row[key] for key in row if not key.startswith("ad")} for row in rows]
        first = int(request.query.get("after", "0"))
        page = rows[first : first + self.page_size]
        paging = {"cursors": {"before": "0", "after": str(first + len(page))}}
        if first + len(page) < len(rows):
            paging["next"] = "https://graph.facebook.com/never?access_token=asked"
        return {"data": page, "paging": paging} if page else {"data": []}


def connect(project: Project, vendor: FakeVendor) -> FakeAdAccount:
    project.connect(
        "acme_meta", "meta_ads", vendor.url, vendor_account_id="1001", time_zone="America/New_York", currency="USD"
    )
    fake = FakeAdAccount()
    fake.spend = {("2026-11-01", "7"): "10.50", ("2026-11-02", "7"): "11.00", ("2026-11-02", "8"): "3.25"}
    vendor.routes[INSIGHTS] = fake.serve
    vendor.routes[INSIGHTS.removesuffix("/insights")] = lambda _: ITSELF
    for edge in ("campaigns", "adsets", "ads"):
        vendor.routes[INSIGHTS.replace("insights", edge)] = lambda _: {"data": []}
    return fake


@pytest.fixture
def account(project: Project, vendor: FakeVendor) -> FakeAdAccount:
    return connect(project, vendor)


@pytest.fixture(scope="module")
def loaded_account(read_only_project: Project, read_only_vendor: FakeVendor) -> FakeAdAccount:
    """Load three days of the account, once for all tests that only look at them or load them again."""
    account = connect(read_only_project, read_only_vendor)
    read_only_project.load("meta_ads", window=NOVEMBER)
    return account


@pytest.fixture
def later_account(later_project: Project, vendor: FakeVendor) -> FakeAdAccount:
    return connect(later_project, vendor)


def test_rows_are_landed_as_text_as_sent(read_only_project: Project, loaded_account: FakeAdAccount) -> None:
    landed = "select account_id, account_currency, spend, impressions, actions ->> '$[0].value', connection_id"
    assert read_only_project.rows(f"{landed} from raw_meta_ads.ad_insights where date_start = '2026-11-01'") == [
        ("1001", "USD", "10.50", "4233", "2", "acme_meta")
    ]


def test_both_levels_are_asked_day_by_day_with_the_token_in_a_header(
    loaded_account: FakeAdAccount, read_only_vendor: FakeVendor
) -> None:
    requests = read_only_vendor.asked(INSIGHTS)
    assert {request.query["level"] for request in requests} == {"ad", "account"}
    assert {request.query["time_increment"] for request in requests} == {"1"}
    assert {request.headers["Authorization"] for request in requests} == {"Bearer key-of-acme_meta"}


def test_restated_spend_replaces_what_was_landed(later_project: Project, later_account: FakeAdAccount) -> None:
    later_account.spend["2026-11-02", "7"] = "12.75"
    later_project.load("meta_ads", window=NOVEMBER)
    assert later_project.rows(ADS) == [
        ("2026-11-01", "7", "10.50"),
        ("2026-11-02", "7", "12.75"),
        ("2026-11-02", "8", "3.25"),
    ]


def test_a_row_that_vanished_goes(later_project: Project, later_account: FakeAdAccount) -> None:
    del later_account.spend["2026-11-02", "8"]
    later_project.load("meta_ads", window=NOVEMBER)
    assert later_project.rows(ADS) == [("2026-11-01", "7", "10.50"), ("2026-11-02", "7", "11.00")]


def test_days_outside_the_window_stay(later_project: Project, later_account: FakeAdAccount) -> None:
    later_account.spend.clear()
    later_project.load("meta_ads", window=Window(date(2026, 11, 2), date(2026, 11, 2)))
    assert later_project.rows(ADS) == [("2026-11-01", "7", "10.50")]


def test_a_window_that_became_empty_is_emptied(later_project: Project, later_account: FakeAdAccount) -> None:
    later_account.spend.clear()
    later_project.load("meta_ads", window=NOVEMBER)
    assert later_project.rows("select count(*) from raw_meta_ads.ad_insights") == [(0,)]
    assert later_project.rows("select count(*) from raw_meta_ads.account_insights") == [(0,)]


def test_a_failed_answer_empties_nothing(
    later_project: Project, later_account: FakeAdAccount, vendor: FakeVendor
) -> None:
    vendor.routes[INSIGHTS] = lambda _: Answer({"error": {"message": "no", "code": 100}}, status=400)
    with pytest.raises(LoadFailed, match="acme_meta: Meta answered 400"):
        later_project.load("meta_ads", window=NOVEMBER)
    assert later_project.rows("select count(*) from raw_meta_ads.ad_insights") == [(3,)]


def test_rows_of_another_account_stay(project: Project, account: FakeAdAccount, vendor: FakeVendor) -> None:
    other = FakeAdAccount("2002")
    other.spend = {("2026-11-01", "9"): "5.00"}
    vendor.routes["/v26.0/act_2002/insights"] = other.serve
    project.connect("acme_meta_uk", "meta_ads", vendor.url, vendor_account_id="2002", time_zone="Europe/London")
    project.load("meta_ads", *DAYS, window=NOVEMBER)
    account.spend.clear()
    project.load("meta_ads", *DAYS, window=NOVEMBER)
    assert project.rows("select connection_id, spend from raw_meta_ads.ad_insights") == [("acme_meta_uk", "5.00")]


def test_a_second_load_changes_nothing(later_project: Project, later_account: FakeAdAccount) -> None:
    before = later_project.rows(ADS)
    later_project.load("meta_ads", window=NOVEMBER)
    assert later_project.rows(ADS) == before


def test_pages_are_followed_by_cursor_never_by_address(
    project: Project, account: FakeAdAccount, vendor: FakeVendor
) -> None:
    account.page_size = 1
    project.load("meta_ads", "ad_insights", window=NOVEMBER)
    assert [request.query.get("after") for request in vendor.requests] == [None, "1", "2"]
    assert project.rows("select count(*) from raw_meta_ads.ad_insights") == [(3,)]


def test_a_window_that_is_too_much_is_halved_without_waiting(project: Project, account: FakeAdAccount) -> None:
    account.most_days = 2
    project.load("meta_ads", "ad_insights", window=Window(date(2026, 11, 1), date(2026, 11, 4)))
    assert account.windows == [
        ("ad", "2026-11-01", "2026-11-04"),
        ("ad", "2026-11-01", "2026-11-02"),
        ("ad", "2026-11-03", "2026-11-04"),
    ]
    assert project.rows("select count(*) from raw_meta_ads.ad_insights") == [(3,)]


def test_history_is_asked_for_in_windows_of_14_days_as_far_as_meta_keeps_it(
    project: Project, account: FakeAdAccount
) -> None:
    project.load("meta_ads", "account_insights")
    spans = [(date.fromisoformat(since), date.fromisoformat(until)) for _, since, until in account.windows]
    assert max((until - since).days for since, until in spans) == 13
    assert all(after[0] - before[1] == timedelta(days=1) for before, after in pairwise(spans))
    # 37 months are at least 1125 days; four of them are left out.
    assert 1115 <= (spans[-1][1] - spans[0][0]).days <= 1128


def test_of_a_long_history_the_first_and_the_last_window_are_reported(
    project: Project, account: FakeAdAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", math.inf)
    project.load("meta_ads", "account_insights")
    first, last = account.windows[0], account.windows[-1]
    assert [line for line in project.lines if "level" in line] == [
        f"acme_meta: account level, {since} to {until}" for _, since, until in (first, last)
    ]


def test_later_loads_read_28_days_again(project: Project, account: FakeAdAccount) -> None:
    project.load("meta_ads", "ad_insights")
    account.windows.clear()
    project.load("meta_ads", "ad_insights")
    # 28 days before the newest loaded day, 2026-11-02.
    assert account.windows[0][1] == "2026-10-05"


@pytest.mark.parametrize("status", [400, 200])
@pytest.mark.parametrize("code", [4, 17, 32, 341, 613, 80000, 80004, 80014, 1, 2])
def test_a_throttle_is_told_by_its_code_whatever_the_status(code: int, status: int) -> None:
    throttled = fixture_of("meta_ads/throttled.json")
    throttled["error"]["code"] = code
    answer = Response()
    answer.status_code = status
    answer._content = json.dumps(throttled).encode()
    assert is_busy(answer)


def test_a_throttle_is_outlasted(project: Project, account: FakeAdAccount, vendor: FakeVendor) -> None:
    throttled = fixture_of("meta_ads/throttled.json")
    headers = {"X-Business-Use-Case-Usage": json.dumps({"1001": [{"estimated_time_to_regain_access": 5}]})}
    vendor.interruptions.append(Answer(throttled, status=400, headers=headers))
    project.load("meta_ads", "ad_insights", window=NOVEMBER)
    assert project.rows("select count(*) from raw_meta_ads.ad_insights") == [(3,)]


def test_an_expired_token_is_named_with_where_to_renew_it(
    project: Project, account: FakeAdAccount, vendor: FakeVendor
) -> None:
    vendor.interruptions.append(Answer({"error": {"message": "Session has expired", "code": 190}}, status=400))
    variable = "CONNECTIONS__ACME_META__ACCESS_TOKEN"
    with pytest.raises(LoadFailed, match=f"the key in {variable}: it is wrong or revoked; renew it at"):
        project.load("meta_ads", "ad_insights", window=NOVEMBER)
    assert len(vendor.requests) == 1


def test_rows_that_cannot_be_counted_are_set_aside(
    project: Project, account: FakeAdAccount, vendor: FakeVendor
) -> None:
    row = fixture_of("meta_ads/ad_row.json")
    wrong = {"account_id": "9999", "date_start": "2026-10-31", "date_stop": "2026-11-03", "spend": "n/a"}
    bad_rows = [row | {field: value, "ad_id": field} for field, value in wrong.items()]
    vendor.routes[INSIGHTS] = lambda _: {"data": [row, *bad_rows]}
    loaded = project.load("meta_ads", "ad_insights", window=NOVEMBER)
    assert (loaded["ad_insights"].rows_loaded, loaded["ad_insights"].rows_rejected) == (1, 4)
    rejected = "select field, row ->> '$.ad_id' from raw_meta_ads.rejected_rows order by field"
    assert project.rows(rejected) == [(field, field) for field in sorted(wrong)]
