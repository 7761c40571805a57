"""Google Ads, against the sandbox over HTTP: raw is what the account's own file says."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingestion import LoadFailed, Window
from ingestion.google_ads import settings
from ingestion.google_ads.client import is_busy
from sandbox.serving import Faults, Sandbox
from tests.ingestion.ad_accounts import ad_day, campaign_day, connect_google, google_account, write_accounts
from tests.ingestion.conftest import Project
from tests.ingestion.fake_vendor import Answer, FakeVendor

NOVEMBER = Window(date(2026, 11, 1), date(2026, 11, 3))
DAYS = ("campaign_days", "ad_days")
CAMPAIGN_DAYS = """
    select segments_date, campaign_id, metrics_cost_micros from raw_google_ads.campaign_days
    where connection_id = 'acme_google' order by all
"""
AD_DAYS = """
    select segments_date, ad_group_ad_ad_id, metrics_cost_micros from raw_google_ads.ad_days
    where connection_id = 'acme_google' order by all
"""
RESTATED = """
    select resource, spend_date, campaign_id, ad_id, spend_before, spend_after
    from raw_google_ads.restated_spend order by all
"""
SEARCH = "/v26/customers/2121450128/googleAds:search"


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Sandbox]:
    folder = tmp_path / "vendors"
    folder.mkdir()
    with Sandbox(write_accounts(folder, acme_google=google_account()), requests_per_minute=None) as sandbox:
        yield sandbox


@pytest.fixture
def connected(project: Project, account: Sandbox) -> Project:
    connect_google(project, account)
    return project


@pytest.fixture
def loaded(connected: Project) -> Project:
    connected.load("google_ads", *DAYS, window=NOVEMBER)
    return connected


def serving(folder: Path, **given: Any) -> Sandbox:
    folder.mkdir()
    return Sandbox(write_accounts(folder, acme_google=google_account(**given)), requests_per_minute=None)


def searches(sandbox: Sandbox) -> list[str]:
    return [request.params["query"] for request in sandbox.requests if request.path.endswith("googleAds:search")]


def test_days_are_landed_to_the_millionth(loaded: Project) -> None:
    assert loaded.rows(CAMPAIGN_DAYS) == [
        ("2026-11-01", "11", 36_150_000),
        ("2026-11-02", "11", 12_503_333),
        ("2026-11-02", "12", 7_000_000),
    ]
    assert loaded.rows(AD_DAYS) == [
        ("2026-11-01", "31", 36_150_000),
        ("2026-11-02", "31", 10_003_333),
        ("2026-11-02", "32", 2_000_000),
    ]


def test_every_row_of_a_day_has_the_currency_and_the_zone_of_the_account(loaded: Project) -> None:
    for table in DAYS:
        own = "select distinct customer_id, customer_currency_code, customer_time_zone"
        assert loaded.rows(f"{own} from raw_google_ads.{table}") == [("2121450128", "EUR", "Europe/Berlin")]


def test_names_and_statuses_are_landed_removed_ones_too(connected: Project) -> None:
    connected.load("google_ads", "campaigns", "ad_groups", "ads")
    campaigns = "select campaign_id, campaign_name, campaign_status, campaign_advertising_channel_type"
    assert connected.rows(f"{campaigns} from raw_google_ads.campaigns order by 1") == [
        ("11", "Brand", "ENABLED", "SEARCH"),
        ("12", "Everything", "PAUSED", "PERFORMANCE_MAX"),
        ("13", "Never run", "REMOVED", "SEARCH"),
    ]
    ads = "select campaign_id, ad_group_id, ad_group_ad_ad_id, ad_group_ad_ad_name, ad_group_ad_status"
    assert connected.rows(f"{ads} from raw_google_ads.ads order by 3") == [
        ("11", "21", "31", None, "ENABLED"),
        ("11", "21", "32", "old text", "REMOVED"),
    ]


def test_a_second_load_changes_nothing(loaded: Project) -> None:
    before = loaded.rows(CAMPAIGN_DAYS), loaded.rows(AD_DAYS)
    loaded.load("google_ads", *DAYS, window=NOVEMBER)
    assert (loaded.rows(CAMPAIGN_DAYS), loaded.rows(AD_DAYS)) == before
    assert loaded.rows(RESTATED) == []


def test_a_restated_day_is_replaced_and_the_change_is_kept(loaded: Project, account: Sandbox) -> None:
    account.restate_spend("acme_google", "2026-11-02", "31", "9.00")
    loaded.load("google_ads", *DAYS, window=NOVEMBER)
    # 12.503333 + 9.00 - 10.003333
    assert loaded.rows(CAMPAIGN_DAYS)[1] == ("2026-11-02", "11", 11_500_000)
    assert loaded.rows(AD_DAYS)[1] == ("2026-11-02", "31", 9_000_000)
    assert loaded.rows(RESTATED) == [
        ("ad_days", "2026-11-02", "11", "31", "10003333", "9000000"),
        ("campaign_days", "2026-11-02", "11", None, "12503333", "11500000"),
    ]


def test_changes_of_one_load_share_one_moment_and_know_when_the_day_was_read_before(
    loaded: Project, account: Sandbox
) -> None:
    ((read_before,),) = loaded.rows("select max(seen_at) from raw_google_ads.ad_days")
    account.restate_spend("acme_google", "2026-11-02", "31", "9.00")
    loaded.load("google_ads", *DAYS, window=NOVEMBER)
    ((moments, seen_before, seen),) = loaded.rows(
        "select count(distinct seen_at), max(seen_before_at), max(seen_at) from raw_google_ads.restated_spend"
    )
    assert (moments, seen_before) == (1, read_before)
    assert seen > read_before


def test_changes_of_several_loads_are_all_kept(loaded: Project, account: Sandbox) -> None:
    for spend in ("9.00", "8.00"):
        account.restate_spend("acme_google", "2026-11-02", "31", spend)
        loaded.load("google_ads", "ad_days", window=NOVEMBER)
    kept = "select spend_before, spend_after from raw_google_ads.restated_spend order by seen_at"
    assert loaded.rows(kept) == [("10003333", "9000000"), ("9000000", "8000000")]


def test_an_ad_that_vanished_goes_and_is_kept_as_a_change(loaded: Project, account: Sandbox) -> None:
    account.remove_ad_day("acme_google", "32", "2026-11-02")
    loaded.load("google_ads", *DAYS, window=NOVEMBER)
    assert [row[:2] for row in loaded.rows(AD_DAYS)] == [("2026-11-01", "31"), ("2026-11-02", "31")]
    assert loaded.rows(RESTATED) == [("ad_days", "2026-11-02", "11", "32", "2000000", None)]


def test_days_outside_the_window_stay(loaded: Project, account: Sandbox) -> None:
    account.restate_spend("acme_google", "2026-11-01", "31", "1.00")
    account.restate_spend("acme_google", "2026-11-02", "31", "1.00")
    loaded.load("google_ads", "ad_days", window=Window(date(2026, 11, 2), date(2026, 11, 2)))
    assert loaded.rows(AD_DAYS)[:2] == [("2026-11-01", "31", 36_150_000), ("2026-11-02", "31", 1_000_000)]


def test_days_that_became_empty_are_emptied(loaded: Project, account: Sandbox) -> None:
    for ad_id, day in (("31", "2026-11-01"), ("31", "2026-11-02"), ("32", "2026-11-02")):
        account.remove_ad_day("acme_google", ad_id, day)
    loaded.load("google_ads", "ad_days", window=NOVEMBER)
    assert loaded.rows(AD_DAYS) == []
    assert [row[4:] for row in loaded.rows(RESTATED)] == [("36150000", None), ("10003333", None), ("2000000", None)]


def test_days_of_another_account_stay(project: Project, tmp_path: Path) -> None:
    folder = tmp_path / "vendors"
    folder.mkdir()
    other = google_account(customer_id="9998887777", refresh_token="refresh-token-of-other_google")
    other |= {"client_id": "client-id-of-other_google", "client_secret": "client-secret-of-other_google"}
    write_accounts(folder, acme_google=google_account(), other_google=other)
    with Sandbox(folder, requests_per_minute=None) as sandbox:
        connect_google(project, sandbox)
        given = {"vendor_account_id": "9998887777", "time_zone": "Europe/Berlin"}
        project.connect("other_google", "google_ads", f"{sandbox.base_url}/google", **given)
        project.load("google_ads", *DAYS, window=NOVEMBER)
        sandbox.remove_ad_day("acme_google", "32", "2026-11-02")
        project.load("google_ads", *DAYS, window=NOVEMBER)
    counts = "select connection_id, count(*) from raw_google_ads.ad_days group by 1 order by 1"
    assert project.rows(counts) == [("acme_google", 2), ("other_google", 3)]
    assert project.rows("select distinct connection_id from raw_google_ads.restated_spend") == [("acme_google",)]


def test_spend_that_comes_late_to_a_day_already_read_is_a_change_and_a_new_day_is_none(
    project: Project, tmp_path: Path
) -> None:
    with serving(tmp_path / "before", campaign_days=[], ad_days=[]) as sandbox:
        connect_google(project, sandbox)
        project.load("google_ads", "campaign_days", window=Window(date(2026, 11, 1), date(2026, 11, 1)))
        port = int(sandbox.base_url.rsplit(":", 1)[1])
    with Sandbox(write_accounts(tmp_path / "before", acme_google=google_account()), port, requests_per_minute=None):
        project.load("google_ads", "campaign_days", window=NOVEMBER)
    assert project.rows(RESTATED) == [("campaign_days", "2026-11-01", "11", None, None, "36150000")]


def test_pages_are_followed_to_the_last(project: Project, tmp_path: Path) -> None:
    days = [campaign_day("2026-11-01", str(number), number * 1_000_000) for number in range(1, 8)]
    campaigns = [{"id": str(number), "name": f"c{number}", "status": "ENABLED"} for number in range(1, 8)]
    with serving(tmp_path / "vendors", page_size=3, campaign_days=days, campaigns=campaigns) as sandbox:
        connect_google(project, sandbox)
        project.load("google_ads", "campaign_days", window=NOVEMBER)
        assert len(searches(sandbox)) == 3
    # 1 + 2 + ... + 7
    assert project.rows("select sum(metrics_cost_micros) from raw_google_ads.campaign_days") == [(28_000_000,)]


def test_a_year_is_one_search_in_pages_whatever_the_number_of_ads(project: Project, tmp_path: Path) -> None:
    first_day = date(2025, 11, 1)
    ads = [{"id": str(number), "ad_group_id": "21", "status": "ENABLED"} for number in range(20)]
    days = [
        ad_day((first_day + timedelta(days=number)).isoformat(), ad["id"], 1_000_000)
        for number in range(365)
        for ad in ads
    ]
    with serving(tmp_path / "vendors", page_size=1000, ads=ads, ad_days=days) as sandbox:
        connect_google(project, sandbox)
        project.load("google_ads", "ad_days", window=Window(first_day, date(2026, 10, 31)))
        # 365 x 20 = 7,300 rows in pages of 1,000. Google's pages are of 10,000: 500 ads are 19 of them.
        assert len(searches(sandbox)) == 8
        assert len([request for request in sandbox.requests if request.path == "/google/token"]) == 1
    assert project.rows("select count(*) from raw_google_ads.ad_days") == [(7_300,)]


def test_a_first_load_asks_for_37_months_and_a_later_one_for_90_days(connected: Project, account: Sandbox) -> None:
    connected.load("google_ads", "campaign_days")
    first = searches(account)
    # 37 months are at least 1125 days; four of them are left out.
    assert len(first) == 4
    connected.load("google_ads", "campaign_days")
    (later,) = searches(account)[4:]
    # 90 days before the newest loaded day, 2026-11-02.
    assert "BETWEEN '2026-08-04'" in later


def test_an_account_behind_a_manager_is_reached_by_it(project: Project, tmp_path: Path) -> None:
    with serving(tmp_path / "vendors", manager_id="5550001111") as sandbox:
        connect_google(project, sandbox, vendor_account_id="555-000-1111/212-145-0128")
        project.load("google_ads", "ad_days", window=NOVEMBER)
    assert len(project.rows(AD_DAYS)) == 3


def test_an_account_that_is_not_shared_is_one_line_with_what_to_do(project: Project, tmp_path: Path) -> None:
    with serving(tmp_path / "vendors", manager_id="5550001111") as sandbox:
        connect_google(project, sandbox)
        with pytest.raises(LoadFailed) as failed:
            project.load("google_ads", "ad_days", window=NOVEMBER)
    assert str(failed.value) == (
        "acme_google: Google Ads refuses account 2121450128 (USER_PERMISSION_DENIED): give the Google user access in "
        "Google Ads > Admin > Access and security; if it comes by a manager account, write vendor_account_id as "
        "manager/account"
    )


def test_a_manager_account_is_told_apart_from_one_that_spent_nothing(project: Project, tmp_path: Path) -> None:
    with serving(tmp_path / "vendors", is_manager=True) as sandbox:
        connect_google(project, sandbox)
        with pytest.raises(LoadFailed, match=r"REQUESTED_METRICS_FOR_MANAGER\): it is a manager account"):
            project.load("google_ads", "ad_days", window=NOVEMBER)


@pytest.mark.parametrize(
    ("secret", "line"),
    [
        (
            "REFRESH_TOKEN",
            "acme_google: Google does not accept the key in CONNECTIONS__ACME_GOOGLE__REFRESH_TOKEN: it is wrong, "
            "revoked or expired; renew it at Google's page of consent, for the scope https://www.googleapis.com/auth/adwords",
        ),
        (
            "CLIENT_SECRET",
            "acme_google: Google does not know the app in CONNECTIONS__ACME_GOOGLE__CLIENT_ID and "
            "CONNECTIONS__ACME_GOOGLE__CLIENT_SECRET (invalid_client); compare them with Google Cloud console > APIs & "
            "Services > Credentials",
        ),
    ],
)
def test_a_wrong_secret_is_one_line_that_names_it_and_not_its_value(
    connected: Project, account: Sandbox, monkeypatch: pytest.MonkeyPatch, secret: str, line: str
) -> None:
    monkeypatch.setenv(f"CONNECTIONS__ACME_GOOGLE__{secret}", "of-somebody-else")
    with pytest.raises(LoadFailed) as failed:
        connected.load("google_ads", "ad_days", window=NOVEMBER)
    assert str(failed.value) == line
    assert [request.path for request in account.requests] == ["/google/token"]


def test_a_failed_load_empties_nothing(loaded: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTIONS__ACME_GOOGLE__REFRESH_TOKEN", "revoked")
    with pytest.raises(LoadFailed):
        loaded.load("google_ads", *DAYS, window=NOVEMBER)
    assert (len(loaded.rows(CAMPAIGN_DAYS)), len(loaded.rows(AD_DAYS))) == (3, 3)


def test_bad_weather_is_outlasted(connected: Project, account: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCES__GOOGLE_ADS__ATTEMPTS", "8")
    account.faults = Faults(rate_limited_every=3, server_error_every=4, drop_connection_every=5)
    connected.load("google_ads", *DAYS, window=NOVEMBER)
    assert len(connected.rows(CAMPAIGN_DAYS)) == 3
    assert len(connected.rows(AD_DAYS)) == 3


def quota(delay: str, code: str = "RESOURCE_EXHAUSTED") -> dict[str, Any]:
    details = {"quotaErrorDetails": {"rateScope": "ACCOUNT", "retryDelay": delay}}
    failure = {"errorCode": {"quotaError": code}, "message": f"Retry in {delay}", "details": details}
    return {"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "details": [{"errors": [failure]}]}}


@pytest.fixture
def google(project: Project, vendor: FakeVendor) -> FakeVendor:
    """Give a Google that says what a test wants; its days are empty."""
    vendor.routes["/token"] = lambda _: {"access_token": "for-an-hour", "expires_in": 3600}
    vendor.routes[SEARCH] = lambda _: {"fieldMask": "campaign.id"}
    given = {"vendor_account_id": "2121450128", "time_zone": "Europe/Berlin"}
    project.connect("acme_google", "google_ads", vendor.url, **given)
    return vendor


def test_the_delay_in_the_body_is_waited_for(
    project: Project, google: FakeVendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setenv("SOURCES__GOOGLE_ADS__LONGEST_WAIT_SECONDS", "900")
    monkeypatch.setattr("tenacity.nap.time.sleep", waits.append)
    answers = iter([Answer(quota("29.5s"), status=429), Answer({"fieldMask": "campaign.id"})])
    google.routes[SEARCH] = lambda _: next(answers)
    project.load("google_ads", "campaign_days", window=NOVEMBER)
    assert 30 in waits


def test_a_quota_that_is_used_up_for_the_day_is_not_waited_for(project: Project, google: FakeVendor) -> None:
    google.routes[SEARCH] = lambda _: Answer(quota("54000s"), status=429)
    with pytest.raises(LoadFailed) as failed:
        project.load("google_ads", "campaign_days", window=NOVEMBER)
    assert str(failed.value) == (
        "acme_google: the quota at Google Ads is used up (RESOURCE_EXHAUSTED); Google says to come back in 15.0 hours"
    )
    assert len(google.asked(SEARCH)) == 1


def test_a_token_that_ends_is_exchanged_again(project: Project, google: FakeVendor) -> None:
    google.routes["/token"] = lambda _: {"access_token": "short", "expires_in": settings.TOKEN_MARGIN_SECONDS}
    project.load("google_ads", "campaigns", "ads")
    assert len(google.asked("/token")) == len(google.asked(SEARCH)) == 2


def test_an_answer_without_results_and_without_fields_empties_nothing(project: Project, google: FakeVendor) -> None:
    google.routes[SEARCH] = lambda _: {}
    with pytest.raises(LoadFailed, match="answered campaign_days, 2026-11-01 to 2026-11-03 without results"):
        project.load("google_ads", "campaign_days", window=NOVEMBER)


def test_pages_that_do_not_move_on_end_the_load(project: Project, google: FakeVendor) -> None:
    google.routes[SEARCH] = lambda _: {"results": [], "fieldMask": "campaign.id", "nextPageToken": "same"}
    with pytest.raises(LoadFailed, match="Google's pages of campaigns do not move on after page 2"):
        project.load("google_ads", "campaigns")


def test_a_version_that_is_gone_says_to_update(project: Project, google: FakeVendor) -> None:
    failure = {"errorCode": {"requestError": "UNSUPPORTED_VERSION"}, "message": "gone"}
    google.routes[SEARCH] = lambda _: Answer({"error": {"code": 400, "details": [{"errors": [failure]}]}}, status=400)
    with pytest.raises(LoadFailed, match=r"UNSUPPORTED_VERSION\): Google answers this version of its API no more"):
        project.load("google_ads", "campaigns")


def test_rows_that_cannot_be_counted_are_set_aside(project: Project, google: FakeVendor) -> None:
    def row(**given: Any) -> dict[str, Any]:
        customer = {"id": "2121450128", "currencyCode": "EUR", "timeZone": "Europe/Berlin"}
        return {
            "customer": customer | given.get("customer", {}),
            "campaign": {"id": given.get("campaign", "1")},
            "segments": {"date": given.get("date", "2026-11-01")},
            "metrics": {"costMicros": given.get("cost", "1000000")},
        }

    rows = [
        row(),
        row(campaign="2", customer={"id": "1"}),
        row(campaign="3", date="2026-10-31"),
        row(campaign="4", cost="1.5"),
        row(campaign="5", cost=None),
    ]
    google.routes[SEARCH] = lambda _: {"results": rows, "fieldMask": "campaign.id"}
    loads = project.load("google_ads", "campaign_days", window=NOVEMBER)
    assert (loads["campaign_days"].rows_loaded, loads["campaign_days"].rows_rejected) == (1, 4)
    assert project.rows("select field, count(*) from raw_google_ads.rejected_rows group by 1 order by 1") == [
        ("customer_id", 1),
        ("metrics_cost_micros", 2),
        ("segments_date", 1),
    ]


@pytest.mark.parametrize(
    ("status", "kind", "code", "expected"),
    [
        (429, "quotaError", "RESOURCE_EXHAUSTED", True),
        (429, "quotaError", "RESOURCE_TEMPORARILY_EXHAUSTED", True),
        (429, "quotaError", "EXCESSIVE_SHORT_TERM_QUERY_RESOURCE_CONSUMPTION", True),
        (429, "quotaError", "EXCESSIVE_LONG_TERM_QUERY_RESOURCE_CONSUMPTION", False),
        (500, "internalError", "INTERNAL_ERROR", True),
        (400, "internalError", "TRANSIENT_ERROR", True),
        (403, "authorizationError", "USER_PERMISSION_DENIED", False),
        (400, "queryError", "UNRECOGNIZED_FIELD", False),
    ],
)
def test_only_what_passes_is_asked_again(
    project: Project, google: FakeVendor, status: int, kind: str, code: str, expected: bool
) -> None:
    import requests

    failure = {"error": {"details": [{"errors": [{"errorCode": {kind: code}, "message": "so"}]}]}}
    google.routes["/any"] = lambda _: Answer(failure, status=status)
    assert is_busy(requests.get(f"{google.url}/any", timeout=5)) is expected


def test_a_load_killed_while_reading_is_made_good_by_the_next(project: Project, tmp_path: Path) -> None:
    with serving(tmp_path / "vendors") as sandbox:
        connect_google(project, sandbox)
        project.load("google_ads", *DAYS, window=NOVEMBER)
        sandbox.restate_spend("acme_google", "2026-11-02", "31", "9.00")
        sandbox.faults = Faults(slow_every=3, slow_seconds=30)
        days = "ingestion.Window(datetime.date(2026, 11, 1), datetime.date(2026, 11, 3))"
        code = f"import datetime, ingestion; ingestion.load('google_ads', {DAYS!r}, {days})"
        before = len(sandbox.requests)
        child = subprocess.Popen([sys.executable, "-c", code])
        while len(sandbox.requests) < before + 2:
            assert child.poll() is None
            time.sleep(0.05)
        child.kill()
        assert child.wait() == -signal.SIGKILL
        sandbox.faults = Faults()
        project.load("google_ads", *DAYS, window=NOVEMBER)
    assert project.rows(AD_DAYS)[1] == ("2026-11-02", "31", 9_000_000)
    assert [row[4:] for row in project.rows(RESTATED)] == [("10003333", "9000000"), ("12503333", "11500000")]
