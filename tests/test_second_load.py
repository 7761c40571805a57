"""What happens to the marts when the road is travelled again."""

from datetime import timedelta

import pytest

from sandbox import Faults
from tests.conftest import TODAY
from tests.road import Road

MARTS = (
    "bridge_person_emails",
    "dim_campaigns",
    "dim_people",
    "dim_products",
    "dim_subscriptions",
    "fct_ad_spend",
    "fct_attribution",
    "fct_orders",
    "fct_touchpoints",
    "fct_transactions",
    "rpt_roi_daily",
    "rpt_unmatched_revenue",
)


def contents(road: Road) -> dict[str, list[str]]:
    """All rows of all marts as text, sorted."""
    return {mart: sorted(map(repr, road.rows(f"select * from marts.{mart}"))) for mart in MARTS}


def test_the_list_of_marts_is_whole(changing_road: Road) -> None:
    assert changing_road.rows("select table_name from information_schema.tables order by 1") == [
        (mart,) for mart in MARTS
    ]


def test_a_second_run_changes_no_mart(changing_road: Road) -> None:
    before = contents(changing_road)
    changing_road.succeed("run")
    assert contents(changing_road) == before


def test_a_backfill_of_loaded_days_changes_no_mart(changing_road: Road) -> None:
    before = contents(changing_road)
    changing_road.succeed("backfill", (TODAY - timedelta(days=40)).isoformat(), TODAY.isoformat())
    assert contents(changing_road) == before


def test_a_run_against_vendors_that_play_badly_changes_no_mart(changing_road: Road) -> None:
    before = contents(changing_road)
    changing_road.vendors.faults = Faults(rate_limited_every=7, server_error_every=11, drop_connection_every=13)
    try:
        changing_road.succeed("run")
    finally:
        changing_road.vendors.faults = Faults()
    assert contents(changing_road) == before


def test_spend_that_meta_restates_is_restated(changing_road: Road) -> None:
    connection, ad, day, before = changing_road.rows(
        """
        select connection_id, ad_id, spend_date, spend_amount
        from marts.fct_ad_spend
        where platform = 'meta' and ad_id <> 'unallocated' and spend_date between ? and ? and spend_amount <> 12.34
        order by spend_date desc, ad_id
        limit 1
        """,
        TODAY - timedelta(days=20),
        TODAY - timedelta(days=2),
    )[0]
    account_before = spend_of(changing_road, connection, day)
    changing_road.vendors.restate_spend(connection, day.isoformat(), ad, "12.34")
    changing_road.succeed("run")
    after = changing_road.rows(
        "select spend_amount::varchar from marts.fct_ad_spend where ad_id = ? and spend_date = ?", ad, day
    )
    assert after == [("12.34",)]
    cents = round(float(account_before) * 100) - round(float(before) * 100) + 1234
    assert round(float(spend_of(changing_road, connection, day)) * 100) == cents


def test_an_ad_that_meta_no_longer_names_leaves_its_spend_with_the_account(changing_road: Road) -> None:
    connection, ad, day = changing_road.rows(
        """
        select connection_id, ad_id, spend_date
        from marts.fct_ad_spend
        where platform = 'meta' and ad_id <> 'unallocated' and spend_date between ? and ?
        order by spend_date desc, ad_id desc
        limit 1
        """,
        TODAY - timedelta(days=20),
        TODAY - timedelta(days=2),
    )[0]
    before = spend_of(changing_road, connection, day)
    changing_road.vendors.remove_ad_day(connection, ad, day.isoformat())
    changing_road.succeed("run")
    assert changing_road.rows(
        "select count(*) from marts.fct_ad_spend where ad_id = ? and spend_date = ?", ad, day
    ) == [(0,)]
    assert spend_of(changing_road, connection, day) == before


def spend_of(road: Road, connection: str, day: object) -> object:
    ((spend,),) = road.rows(
        "select sum(spend_amount) from marts.fct_ad_spend where connection_id = ? and spend_date = ?", connection, day
    )
    return spend


def test_a_wrong_key_is_one_line_that_names_connection_and_variable_and_keeps_the_last_publication(
    changing_road: Road,
) -> None:
    before = contents(changing_road)
    code, output = changing_road.run("run", CONNECTIONS__NORTHWIND_KIT__API_KEY="wrong-and-secret")
    last_line = output.strip().splitlines()[-1]
    assert code == 1
    assert last_line.startswith("run failed: kit_whole: northwind_kit: ")
    assert "CONNECTIONS__NORTHWIND_KIT__API_KEY" in last_line
    assert "wrong-and-secret" not in output
    assert contents(changing_road) == before


def test_a_missing_secret_stops_a_run_before_any_request(changing_road: Road) -> None:
    asked = len(changing_road.vendors.requests)
    code, output = changing_road.run("run", CONNECTIONS__LUMEN_META__ACCESS_TOKEN="")
    assert code == 1
    assert "CONNECTIONS__LUMEN_META__ACCESS_TOKEN" in output.strip().splitlines()[-1]
    assert len(changing_road.vendors.requests) == asked


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
