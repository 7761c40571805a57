"""What happens to the marts when the road is travelled again."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from tests.conftest import TODAY
from tests.road import PROJECT, Road

MARTS = (
    "bridge_merged_person_ids",
    "bridge_person_emails",
    "dim_campaigns",
    "dim_people",
    "dim_products",
    "dim_subscriptions",
    "fct_ad_spend",
    "fct_attribution",
    "fct_contact_tags",
    "fct_contact_versions",
    "fct_conversion_attribution",
    "fct_lead_attribution",
    "fct_lead_cohort_months",
    "fct_mrr_movements",
    "fct_orders",
    "fct_subscription_events",
    "fct_subscription_period_versions",
    "fct_subscription_periods",
    "fct_touchpoints",
    "fct_touchpoints_excluded",
    "fct_transactions",
    "rpt_ad_spend_restatements",
    "rpt_churn_rates",
    "rpt_connection_freshness",
    "rpt_identity_reviews",
    "rpt_lead_cohorts",
    "rpt_lead_sources",
    "rpt_matched_revenue",
    "rpt_mrr_movements",
    "rpt_product_ltv",
    "rpt_roi_by_lead_date",
    "rpt_roi_daily",
    "rpt_subscription_cohorts",
    "rpt_tag_conversions",
    "rpt_thrivecart_reconciliation",
    "rpt_unmatched_revenue",
)


def contents(road: Road) -> dict[str, list[str]]:
    """All rows of all marts as text, sorted, but for that which tells when they were loaded."""
    return {
        mart: sorted(map(repr, road.rows(f"select * from marts.{mart}")))
        for mart in MARTS
        if mart != "rpt_connection_freshness"
    }


def test_the_list_of_marts_is_whole(changing_road: Road) -> None:
    assert changing_road.rows("select table_name from information_schema.tables order by 1") == [
        (mart,) for mart in MARTS
    ]


def test_a_load_from_vendors_that_play_badly_is_whole(changing_road: Road) -> None:
    sql = """
        select workspace_id, currency, count(*), sum(amount) * 100
        from marts.fct_transactions
        group by all
    """
    landed = {
        (workspace, currency): (count, int(cents)) for workspace, currency, count, cents in changing_road.rows(sql)
    }
    assert landed == {
        (row.workspace_id, row.currency): (int(row.transactions), int(row.revenue_cents) + int(row.refund_cents))
        for row in changing_road.truth("totals").itertuples()
    }


def test_a_second_run_changes_no_mart(changing_road: Road) -> None:
    before = contents(changing_road)
    changing_road.succeed("run")
    assert contents(changing_road) == before


Contents = dict[str, list[str]]


@pytest.fixture(scope="module")
def backfilled(changing_road: Road) -> tuple[Contents, Contents]:
    """Load the last 40 days again by name; the marts before and after."""
    before = contents(changing_road)
    changing_road.succeed("backfill", (TODAY - timedelta(days=39)).isoformat(), TODAY.isoformat())
    return before, contents(changing_road)


def test_a_backfill_of_loaded_days_changes_no_mart(backfilled: tuple[Contents, Contents]) -> None:
    before, after = backfilled
    assert after == before


@pytest.mark.parametrize("asset", ["thrivecart/transactions", "meta_ads/ad_insights", "meta_ads/account_insights"])
def test_a_backfill_reaches_every_partition_it_names(
    changing_road: Road, backfilled: tuple[Contents, Contents], asset: str
) -> None:
    named = {(TODAY - timedelta(days=number)).isoformat() for number in range(40)}
    with changing_road.dagster() as instance:
        assert named - instance.get_materialized_partitions(dg.AssetKey(asset.split("/"))) == set()


@dataclass(frozen=True)
class AdDay:
    connection_id: str
    ad_id: str
    spend_date: date
    cents: int
    account_cents: int


@pytest.fixture(scope="module")
def told_otherwise(changing_road: Road) -> tuple[AdDay, AdDay]:
    """Two days of ads as they were: Meta says 12.34 of the first from now on, and names the second's ad no more."""
    days = changing_road.rows(
        """
        select connection_id, ad_id, spend_date, cast(spend_amount * 100 as bigint)
        from marts.fct_ad_spend
        where platform = 'meta' and ad_id <> 'unallocated' and spend_date between ? and ? and spend_amount <> 12.34
        order by spend_date desc, ad_id
        """,
        TODAY - timedelta(days=20),
        TODAY - timedelta(days=2),
    )
    first, second = (AdDay(*row, account_cents_of(changing_road, row[0], row[2])) for row in (days[0], days[-1]))
    changing_road.vendors.restate_spend(first.connection_id, first.spend_date.isoformat(), first.ad_id, "12.34")
    changing_road.vendors.remove_ad_day(second.connection_id, second.ad_id, second.spend_date.isoformat())
    return first, second


@dataclass(frozen=True)
class Refused:
    """A run whose key Kit refused: what it ended with and said, and when connections were loaded before it."""

    exit_code: int
    output: str
    loaded_before: dict[str, datetime]


@pytest.fixture(scope="module")
def refused(changing_road: Road, told_otherwise: tuple[AdDay, AdDay]) -> Refused:
    """Run with a key that Kit refuses, when Meta tells other things than before."""
    before = loaded(changing_road)
    return Refused(*changing_road.run("run", CONNECTIONS__NORTHWIND_KIT__API_KEY="wrong-and-secret"), before)


def loaded(road: Road) -> dict[str, datetime]:
    return dict(road.rows("select connection_id, last_loaded_at from marts.rpt_connection_freshness"))


@pytest.fixture(scope="module")
def restated(told_otherwise: tuple[AdDay, AdDay], refused: Refused) -> tuple[AdDay, AdDay]:
    """Two days as they were before the run that read what Meta tells of them now."""
    return told_otherwise


def account_cents_of(road: Road, connection: str, day: date) -> int:
    """Sum what an account spent on a day."""
    ((cents,),) = road.rows(
        """
        select cast(sum(spend_amount) * 100 as bigint)
        from marts.fct_ad_spend
        where connection_id = ? and spend_date = ?
        """,
        connection,
        day,
    )
    return int(cents)


def cents_of(road: Road, ad_day: AdDay) -> list[int]:
    """List what the ad itself has spent that day, in no or one row."""
    rows = road.rows(
        "select cast(spend_amount * 100 as bigint) from marts.fct_ad_spend where ad_id = ? and spend_date = ?",
        ad_day.ad_id,
        ad_day.spend_date,
    )
    return [cents for (cents,) in rows]


def test_spend_that_meta_restates_is_restated(changing_road: Road, restated: tuple[AdDay, AdDay]) -> None:
    assert cents_of(changing_road, restated[0]) == [1234]


def test_the_account_is_restated_with_its_ad(changing_road: Road, restated: tuple[AdDay, AdDay]) -> None:
    first, _ = restated
    after = account_cents_of(changing_road, first.connection_id, first.spend_date)
    assert after == first.account_cents - first.cents + 1234


def test_an_ad_that_meta_names_no_more_is_gone(changing_road: Road, restated: tuple[AdDay, AdDay]) -> None:
    assert cents_of(changing_road, restated[1]) == []


def test_spend_of_an_ad_that_is_gone_stays_with_its_account(changing_road: Road, restated: tuple[AdDay, AdDay]) -> None:
    _, second = restated
    assert account_cents_of(changing_road, second.connection_id, second.spend_date) == second.account_cents


def test_what_meta_restated_is_kept_with_what_it_said_before(
    changing_road: Road, restated: tuple[AdDay, AdDay]
) -> None:
    first, second = restated
    kept = changing_road.rows(
        """
        select ad_id, spend_date, cast(spend_before_amount * 100 as bigint), cast(spend_after_amount * 100 as bigint)
        from marts.rpt_ad_spend_restatements
        """
    )
    # What the vanished ad cost is the account's all the same, and was in no rest before.
    (rest,) = [row for row in kept if row[0] == "unallocated"]
    assert rest[1] == second.spend_date and rest[3] - rest[2] == second.cents
    assert sorted(row for row in kept if row[0] != "unallocated") == sorted(
        [(first.ad_id, first.spend_date, first.cents, 1234), (second.ad_id, second.spend_date, second.cents, 0)]
    )


def test_a_wrong_key_fails_the_run_with_a_line_that_names_connection_and_variable(refused: Refused) -> None:
    code, output = refused.exit_code, refused.output
    last_line = output.strip().splitlines()[-1]
    assert code == 1
    assert last_line.startswith("run failed: kit_whole: northwind_kit: ")
    assert "CONNECTIONS__NORTHWIND_KIT__API_KEY" in last_line
    assert "wrong-and-secret" not in output


def test_a_wrong_key_holds_up_no_other_connection(
    changing_road: Road, restated: tuple[AdDay, AdDay], refused: Refused
) -> None:
    with changing_road.dagster() as instance:
        ended = [(run.job_name, run.status) for run in instance.get_runs(limit=2)]
    assert ended == [("rebuild", dg.DagsterRunStatus.SUCCESS), ("daily", dg.DagsterRunStatus.FAILURE)]
    assert cents_of(changing_road, restated[0]) == [1234]


def test_what_a_refused_connection_brought_before_stays(changing_road: Road, refused: Refused) -> None:
    sql = "select count(distinct contact_id) from marts.fct_contact_versions where connection_id = 'northwind_kit'"
    kit = json.loads((changing_road.business / "kit" / "northwind_kit.json").read_text())
    assert changing_road.rows(sql) == [(len(kit["subscribers"]),)]


def test_it_is_told_which_connection_was_not_loaded(changing_road: Road, refused: Refused) -> None:
    after = loaded(changing_road)
    newer = {connection for connection, moment in after.items() if moment != refused.loaded_before[connection]}
    read_by_each_run = {"lumen_kit", "lumen_thrivecart", "northwind_thrivecart"}
    assert read_by_each_run <= newer
    assert "northwind_kit" not in newer


def test_a_missing_secret_stops_a_run_before_any_request(changing_road: Road) -> None:
    asked = len(changing_road.vendors.requests)
    code, output = changing_road.run("run", CONNECTIONS__LUMEN_META__ACCESS_TOKEN="")
    assert code == 1
    assert "CONNECTIONS__LUMEN_META__ACCESS_TOKEN" in output.strip().splitlines()[-1]
    assert len(changing_road.vendors.requests) == asked


def test_a_run_without_any_connection_says_so_and_makes_no_empty_marts(changing_road: Road, tmp_path: Path) -> None:
    code, output = changing_road.run(
        "run", DOLLARTRAIL_CONFIG=str(PROJECT / "config"), DOLLARTRAIL_PUBLISHED=str(tmp_path / "published")
    )
    assert code == 1
    assert "names no connection" in output.strip().splitlines()[-1]
    assert not (tmp_path / "published").exists()


@pytest.mark.parametrize(
    ("days", "complaint"),
    [
        (("2026-02-01", "2026-01-01"), "the first may not come after the last"),
        (("2026-02-30", "2026-03-01"), "'2026-02-30' is no day such as 2026-01-31"),
        (("2999-01-01", "2999-01-02"), "(yesterday, UTC)"),
    ],
)
def test_days_that_cannot_be_backfilled_are_refused_with_the_reason(
    changing_road: Road, days: tuple[str, str], complaint: str
) -> None:
    code, output = changing_road.run("backfill", *days)
    assert code != 0
    assert complaint in output.strip().splitlines()[-1]
