"""Meta's insights, as its facts say that they behave."""

import json
import math
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from requests import Response

from ingestion import LoadFailed, Window, progress
from ingestion.meta_ads import settings
from ingestion.meta_ads.client import is_busy
from sandbox.serving import Faults, Sandbox
from tests.ingestion.ad_accounts import connect_meta, meta_account, write_accounts
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


def serving(folder: Path, **given: Any) -> Sandbox:
    folder.mkdir()
    return Sandbox(write_accounts(folder, acme_meta=meta_account(**given)), requests_per_minute=None)


def asked(sandbox: Sandbox, method: str, path: str) -> list[dict[str, str]]:
    known = (request for request in sandbox.requests if request.method == method)
    return [request.params for request in known if request.path.endswith(path)]


def test_a_day_that_is_too_much_comes_as_a_report(project: Project, tmp_path: Path) -> None:
    with serving(tmp_path / "vendors", most_rows=1) as sandbox:
        connect_meta(project, sandbox)
        project.load("meta_ads", "ad_insights", window=NOVEMBER)
        begun = [json.loads(params["time_range"]) for params in asked(sandbox, "POST", "/insights")]
    assert begun == [{"since": "2026-11-01", "until": "2026-11-03"}]
    assert project.rows(ADS) == [
        ("2026-11-01", "701", "10.00"),
        ("2026-11-01", "702", "5.50"),
        ("2026-11-02", "701", "20.25"),
    ]


def test_a_report_is_read_once_it_is_whole_and_not_when_meta_calls_it_completed(
    project: Project, tmp_path: Path
) -> None:
    with serving(tmp_path / "vendors", most_rows=1) as sandbox:
        connect_meta(project, sandbox)
        project.load("meta_ads", "ad_insights", window=NOVEMBER)
        # Not Started, Started, Running, Completed at 99 percent, Completed at 100.
        assert len(asked(sandbox, "GET", "/6010010001")) == 5


@pytest.mark.parametrize("outcome", ["Job Failed", "Job Skipped"])
def test_a_report_that_fails_is_asked_for_again(project: Project, tmp_path: Path, outcome: str) -> None:
    with serving(tmp_path / "vendors", most_rows=1, report_outcomes=[outcome, outcome]) as sandbox:
        connect_meta(project, sandbox)
        project.load("meta_ads", "ad_insights", window=NOVEMBER)
        assert len(asked(sandbox, "POST", "/insights")) == 3
    assert project.rows("select count(*) from raw_meta_ads.ad_insights") == [(3,)]


def test_a_report_that_keeps_failing_is_one_line_with_metas_reason(project: Project, tmp_path: Path) -> None:
    with serving(tmp_path / "vendors", most_rows=1, report_outcomes=["Job Failed"] * 3) as sandbox:
        connect_meta(project, sandbox)
        with pytest.raises(LoadFailed) as failed:
            project.load("meta_ads", "ad_insights", window=NOVEMBER)
    assert str(failed.value) == (
        "acme_meta: Meta's report of ad level, 2026-11-01 to 2026-11-03, ended as Job Failed (2: Try later.), 3 times; "
        "start again later"
    )


@pytest.mark.parametrize(
    ("setting", "status", "line"),
    [
        ("REPORT_BEGINS_SECONDS", "Job Not Started", "did not begin within 0 minutes"),
        ("REPORT_ENDS_SECONDS", "Job Running", "did not end within 0 minutes"),
    ],
)
def test_a_report_is_not_waited_for_for_ever(
    project: Project,
    account: FakeAdAccount,
    vendor: FakeVendor,
    monkeypatch: pytest.MonkeyPatch,
    setting: str,
    status: str,
    line: str,
) -> None:
    monkeypatch.setattr(settings, setting, 0.0)
    too_much = fixture_of("meta_ads/too_much_data.json")
    vendor.routes[INSIGHTS] = lambda request: (
        {"report_run_id": "9"} if request.method == "POST" else Answer(too_much, status=500)
    )
    vendor.routes["/v26.0/9"] = lambda _: {"async_status": status, "async_percent_completion": 0}
    with pytest.raises(LoadFailed, match=f"2026-11-01 to 2026-11-03, {line}, 3 times"):
        project.load("meta_ads", "ad_insights", window=NOVEMBER)


def test_an_answer_that_takes_too_long_is_asked_for_in_halves(
    project: Project, account: FakeAdAccount, vendor: FakeVendor
) -> None:
    serve = account.serve

    def slow(request: Request) -> Any:
        window = json.loads(request.query["time_range"])
        return serve(request) if window["since"] == window["until"] else Answer({"error": {"code": 1}}, status=504)

    vendor.routes[INSIGHTS] = slow
    project.load("meta_ads", "ad_insights", window=Window(date(2026, 11, 1), date(2026, 11, 2)))
    # Both days at once, and once more, and then each alone.
    assert len(vendor.requests) == 4
    assert project.rows("select count(*) from raw_meta_ads.ad_insights") == [(3,)]


def test_too_much_data_with_status_200_is_halved_too(
    project: Project, account: FakeAdAccount, vendor: FakeVendor
) -> None:
    vendor.interruptions.append(Answer(fixture_of("meta_ads/too_much_data.json")))
    project.load("meta_ads", "ad_insights", window=NOVEMBER)
    assert project.rows("select count(*) from raw_meta_ads.ad_insights") == [(3,)]


def test_an_error_with_status_200_empties_nothing(
    later_project: Project, later_account: FakeAdAccount, vendor: FakeVendor
) -> None:
    vendor.routes[INSIGHTS] = lambda _: {"error": {"message": "(#100) no", "code": 100}}
    with pytest.raises(LoadFailed, match=r"Meta answered GET /v26\.0/act_1001/insights with error 100: \(#100\) no"):
        later_project.load("meta_ads", "ad_insights", window=NOVEMBER)
    assert later_project.rows("select count(*) from raw_meta_ads.ad_insights") == [(3,)]


def test_a_throttle_with_status_200_is_outlasted(project: Project, tmp_path: Path) -> None:
    with serving(tmp_path / "vendors", error_status=200) as sandbox:
        connect_meta(project, sandbox)
        sandbox.faults = Faults(rate_limited_every=2)
        project.load("meta_ads", "ad_insights", "account_insights", window=NOVEMBER)
    assert project.rows("select count(*) from raw_meta_ads.ad_insights") == [(3,)]


@pytest.mark.parametrize("error", [{"code": 200}, {"code": 10}, {"code": 100, "error_subcode": 33}])
def test_an_account_that_the_token_may_not_see_is_one_line_with_what_to_do(
    project: Project, account: FakeAdAccount, vendor: FakeVendor, error: dict[str, int]
) -> None:
    vendor.routes[INSIGHTS] = lambda _: Answer({"error": {"message": "no access", **error}}, status=403)
    with pytest.raises(LoadFailed) as failed:
        project.load("meta_ads", "ad_insights", window=NOVEMBER)
    assert str(failed.value) == (
        "acme_meta: Meta's token may not see ad account 1001 (no access); check vendor_account_id, and give the system "
        "user the ad account with ads_read, in Meta Business settings > System users"
    )


def test_the_account_and_what_it_has_are_landed_deleted_ones_too(project: Project, tmp_path: Path) -> None:
    with serving(tmp_path / "vendors") as sandbox:
        connect_meta(project, sandbox)
        project.load("meta_ads", "accounts", "campaigns", "ad_sets", "ads")
    accounts = "select account_id, currency, timezone_name from raw_meta_ads.accounts"
    assert project.rows(accounts) == [("1001", "USD", "America/New_York")]
    campaigns = "select id, name, status from raw_meta_ads.campaigns order by 1"
    assert project.rows(campaigns) == [("71", "Autumn", "ACTIVE"), ("72", "Old", "DELETED")]
    assert project.rows("select id, campaign_id, status from raw_meta_ads.ad_sets") == [("81", "71", "PAUSED")]
    ads = "select id, adset_id, name, status from raw_meta_ads.ads order by 1"
    assert project.rows(ads) == [("701", "81", "video", "ACTIVE"), ("702", "81", "image", "ARCHIVED")]


def test_what_a_reading_changes_is_kept_at_both_levels(project: Project, tmp_path: Path) -> None:
    with serving(tmp_path / "vendors") as sandbox:
        connect_meta(project, sandbox)
        project.load("meta_ads", *DAYS, window=NOVEMBER)
        sandbox.restate_spend("acme_meta", "2026-11-01", "702", "5.00")
        project.load("meta_ads", *DAYS, window=NOVEMBER)
    kept = "select resource, spend_date, ad_id, spend_before, spend_after, currency from raw_meta_ads.restated_spend"
    assert project.rows(f"{kept} order by 1") == [
        ("account_insights", "2026-11-01", None, "17.00", "16.50", "USD"),
        ("ad_insights", "2026-11-01", "702", "5.50", "5.00", "USD"),
    ]
