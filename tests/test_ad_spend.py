"""From two ad accounts at the sandbox to the marts: to the cent what they state, and what they restated."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ingestion import Window
from sandbox.serving import Sandbox
from tests.dbt_command import run_dbt
from tests.ingestion.ad_accounts import (
    ad_day,
    campaign_day,
    connect_google,
    connect_meta,
    google_account,
    meta_account,
    write_accounts,
)
from tests.ingestion.conftest import Project

NOVEMBER = Window(date(2026, 11, 1), date(2026, 11, 3))
TODAY = datetime.now(UTC).date()
MODELS = ("+fct_ad_spend", "+dim_campaigns", "+rpt_ad_spend_restatements")


def build(folder: Path) -> None:
    run_dbt(
        folder,
        *("build", "--exclude-resource-type", "unit_test", "--indirect-selection", "cautious", "--select", *MODELS),
    )


@pytest.fixture(scope="module")
def spent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Give a project whose accounts were read, and read again after both platforms had restated some of their days."""
    folder = tmp_path_factory.mktemp("spent")
    (folder / "vendors").mkdir()
    vendors = write_accounts(folder / "vendors", acme_google=google_account(), acme_meta=meta_account())
    with pytest.MonkeyPatch.context() as monkeypatch, Sandbox(vendors, requests_per_minute=None) as sandbox:
        project = Project(folder, monkeypatch)
        project.write("exchange_rates.csv", "rate_date,currency,reporting_currency,rate", "2026-11-01,EUR,USD,1.1")
        connect_google(project, sandbox)
        connect_meta(project, sandbox)
        for source in ("google_ads", "meta_ads"):
            project.load(source, window=NOVEMBER)
        sandbox.restate_spend("acme_google", "2026-11-02", "31", "9.00")
        sandbox.restate_spend("acme_meta", "2026-11-01", "702", "5.00")
        sandbox.remove_ad_day("acme_meta", "701", "2026-11-02")
        for source in ("google_ads", "meta_ads", "files", "ecb"):
            project.load(source, window=NOVEMBER)
        build(folder)
        yield project


def money(text: str) -> Decimal:
    return Decimal(text)


def test_campaigns_at_google_cost_what_google_states_to_the_cent(spent: Project) -> None:
    days = "select cast(spend_date as varchar), campaign_id, sum(spend_amount) from marts.fct_ad_spend"
    assert spent.rows(f"{days} where platform = 'google' group by 1, 2 order by 1, 2") == [
        ("2026-11-01", "11", money("36.15")),
        # 12.503333 + 9.00 - 10.003333
        ("2026-11-02", "11", money("11.50")),
        ("2026-11-02", "12", money("7.00")),
    ]


def test_what_a_campaign_cost_beyond_its_ads_is_unallocated_in_it(spent: Project) -> None:
    rest = "select cast(spend_date as varchar), campaign_id, ad_set_id, spend_amount from marts.fct_ad_spend"
    assert spent.rows(f"{rest} where platform = 'google' and ad_id = 'unallocated' order by 1, 2") == [
        # On the 1st the ads saw 40 of 100 impressions, for all of the money.
        ("2026-11-01", "11", "unallocated", money("0.00")),
        # 11.50 - 9.00 - 2.00
        ("2026-11-02", "11", "unallocated", money("0.50")),
        ("2026-11-02", "12", "unallocated", money("7.00")),
    ]


def test_metas_ads_and_the_rest_are_what_the_account_states(spent: Project) -> None:
    days = "select cast(spend_date as varchar), ad_id, spend_amount from marts.fct_ad_spend where platform = 'meta'"
    assert [row for row in spent.rows(f"{days} order by 1, 2") if row[2]] == [
        # 17.00 - 5.50 + 5.00 = 16.50 of the account
        ("2026-11-01", "701", money("10.00")),
        ("2026-11-01", "702", money("5.00")),
        ("2026-11-01", "unallocated", money("1.50")),
        ("2026-11-02", "unallocated", money("20.25")),
    ]


def test_every_restatement_is_in_the_mart_with_before_after_and_difference(spent: Project) -> None:
    changes = (
        "select platform, cast(spend_date as varchar), campaign_id, ad_id, spend_before_amount, spend_after_amount"
    )
    rows = spent.rows(f"{changes}, difference_amount from marts.rpt_ad_spend_restatements order by 1, 2, 3, 4")
    assert rows == [
        # The campaign moved by as much as its ad: its rest of 0.50 stayed.
        ("google", "2026-11-02", "11", "31", money("10.00"), money("9.00"), money("-1.00")),
        ("meta", "2026-11-01", "71", "702", money("5.50"), money("5.00"), money("-0.50")),
        # The ad vanished from the list, and what it cost did not.
        ("meta", "2026-11-02", "71", "701", money("20.25"), money("0.00"), money("-20.25")),
        ("meta", "2026-11-02", "unallocated", "unallocated", money("0.00"), money("20.25"), money("20.25")),
    ]


def test_zone_and_currency_of_the_account_are_on_every_row(spent: Project) -> None:
    rows = spent.rows("select distinct platform, account_time_zone, currency from marts.fct_ad_spend order by 1")
    assert rows == [("google", "Europe/Berlin", "EUR"), ("meta", "America/New_York", "USD")]


def test_campaigns_have_names_and_statuses_whoever_lists_them(spent: Project) -> None:
    entities = "select platform, campaign_name, campaign_status, ad_set_name, ad_set_status, ad_id, ad_name, ad_status"
    assert spent.rows(f"{entities} from marts.dim_campaigns where not is_unallocated order by 1, 6") == [
        ("google", "Brand", "active", "Exact", "active", "31", None, "active"),
        ("google", "Brand", "active", "Exact", "active", "32", "old text", "removed"),
        ("meta", "Autumn", "active", "Broad", "paused", "701", "video", "active"),
        ("meta", "Autumn", "active", "Broad", "paused", "702", "image", "archived"),
    ]


def test_a_rest_without_an_ad_has_the_name_of_its_campaign(spent: Project) -> None:
    rest = "select campaign_id, campaign_name, campaign_status from marts.dim_campaigns"
    assert spent.rows(f"{rest} where is_unallocated and platform = 'google' order by 1") == [
        ("11", "Brand", "active"),
        ("12", "Everything", "paused"),
    ]


def test_a_day_that_was_running_is_told_apart_from_one_that_was_over(tmp_path: Path) -> None:
    yesterday, today = (TODAY - timedelta(days=1)).isoformat(), TODAY.isoformat()
    (tmp_path / "vendors").mkdir()
    days = {
        "campaign_days": [campaign_day(yesterday, "11", 5_000_000), campaign_day(today, "11", 1_000_000)],
        "ad_days": [ad_day(yesterday, "31", 5_000_000), ad_day(today, "31", 1_000_000)],
    }
    account = google_account(time_zone="Etc/UTC", **days)
    vendors = write_accounts(tmp_path / "vendors", acme_google=account)
    with pytest.MonkeyPatch.context() as monkeypatch, Sandbox(vendors, requests_per_minute=None) as sandbox:
        project = Project(tmp_path, monkeypatch)
        project.write("exchange_rates.csv", "rate_date,currency,reporting_currency,rate", f"{yesterday},EUR,USD,1.1")
        connect_google(project, sandbox, time_zone="Etc/UTC")
        for source in ("google_ads", "meta_ads", "files", "ecb"):
            project.load(source)
        sandbox.restate_spend("acme_google", yesterday, "31", "4.00")
        sandbox.restate_spend("acme_google", today, "31", "2.00")
        project.load("google_ads")
        build(tmp_path)
    told = "select difference_amount, was_day_over from marts.rpt_ad_spend_restatements"
    assert Counter(project.rows(told)) == Counter([(money("-1.00"), True), (money("1.00"), False)])
