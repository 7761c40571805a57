"""Behind a number: the README's queries list rows that add up to the figures of the reports on return, to the cent."""

import re
from decimal import Decimal
from typing import Any

import pytest

from tests.road import PROJECT, Road

FIGURES = {
    "rpt_roi_daily": "report_date",
    "rpt_roi_by_lead_date": "lead_date",
}
MODELS = ("first_touch", "linear", "time_decay")


def explaining_queries() -> list[str]:
    text = (PROJECT / "README.md").read_text()
    part = text.split("<!-- begin of the queries that explain -->")[1].split(
        "<!-- end of the queries that explain -->"
    )[0]
    return re.findall(r"```sql\n(.*?)```", part, re.DOTALL)


MONEY, LEAD_MONEY, PEOPLE, LEAD_PEOPLE, SPEND = explaining_queries()


@pytest.fixture(scope="module", params=MODELS)
def figure(travelled_road: Road, request: pytest.FixtureRequest) -> dict[str, Any]:
    """Choose the campaign that most is known of, and its middle year."""
    ((campaign_id, platform),) = travelled_road.rows(
        "select campaign_id, platform from rpt_roi_daily where model = 'linear' and campaign_id <> 'unallocated'"
        " group by all order by sum(reporting_net_amount) desc, campaign_id limit 1"
    )
    chosen = {"platform": platform, "campaign_id": campaign_id, "model": request.param}
    return {"first_date": "2025-01-01", "last_date": "2025-12-31", **chosen}


def told(road: Road, mart: str, columns: tuple[str, ...], figure: dict[str, Any]) -> list[Decimal]:
    sums = ", ".join(f"coalesce(sum({column}), 0)" for column in columns)
    (row,) = road.rows(
        f"select {sums} from {mart} where {FIGURES[mart]} between $first_date and $last_date"
        " and model = $model and platform = $platform and campaign_id = $campaign_id",
        **figure,
    )
    return list(row)


def added_up(road: Road, query: str, columns: tuple[str, ...], figure: dict[str, Any]) -> list[Decimal]:
    sums = ", ".join(f"coalesce(sum({column}), 0)" for column in columns)
    (row,) = road.rows(f"select {sums} from ({query.strip().rstrip(';')})", **figure)
    return list(row)


@pytest.mark.parametrize(
    ("mart", "query"), [("rpt_roi_daily", MONEY), ("rpt_roi_by_lead_date", LEAD_MONEY)], ids=list(FIGURES)
)
def test_transactions_add_up_to_the_net_amount(
    travelled_road: Road, figure: dict[str, Any], mart: str, query: str
) -> None:
    net = told(travelled_road, mart, ("reporting_net_amount",), figure)
    assert net[0] > 0
    assert added_up(travelled_road, query, ("reporting_amount",), figure) == net


@pytest.mark.parametrize(
    ("mart", "query"), [("rpt_roi_daily", PEOPLE), ("rpt_roi_by_lead_date", LEAD_PEOPLE)], ids=list(FIGURES)
)
def test_people_add_up_to_leads_customers_and_orders(
    travelled_road: Road, figure: dict[str, Any], mart: str, query: str
) -> None:
    counts = ("leads", "customers", "orders")
    told_by_mart = told(travelled_road, mart, counts, figure)
    assert all(count > 0 for count in told_by_mart)
    # The report rounds each row to a millionth; the weights have ten digits.
    assert added_up(travelled_road, query, counts, figure) == pytest.approx(told_by_mart, abs=Decimal("0.001"))


@pytest.mark.parametrize("mart", FIGURES)
def test_spend_adds_up_to_the_reports(travelled_road: Road, figure: dict[str, Any], mart: str) -> None:
    spend = told(travelled_road, mart, ("reporting_spend_amount",), figure)
    assert spend[0] > 0
    without_model = {name: value for name, value in figure.items() if name != "model"}
    assert added_up(travelled_road, SPEND, ("reporting_spend_amount",), without_model) == spend
