"""Metrics by name: MetricFlow gives what the marts give, and nothing that must not be summed."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from tests.road import Road

MODEL, BASE = "{{ Dimension('roi__model') }}", "{{ Dimension('roi__date_base') }}"


class Metrics:
    def __init__(self, road: Road, folder: Path) -> None:
        self.road = road
        self._file = folder / "answer.csv"

    def ask(self, metrics: str, group_by: str = "", where: str = "") -> list[tuple[str, ...]]:
        """Return the rows of a query, sorted: first the groups and then the metrics as they were named, as text."""
        given = {"--metrics": metrics, "--group-by": group_by, "--where": where, "--csv": str(self._file)}
        asked = [part for name, value in given.items() if value for part in (name, value)]
        said = self.road.succeed("metrics", *asked)
        assert "Success" in said, said[-3000:]
        with self._file.open() as file:
            # MetricFlow has an order of columns of its own.
            names = [name for name in f"{group_by},{metrics}".split(",") if name]
            return sorted(tuple(row[name] for name in names) for row in csv.DictReader(file))


@pytest.fixture(scope="module")
def metrics(travelled_road: Road, tmp_path_factory: pytest.TempPathFactory) -> Metrics:
    return Metrics(travelled_road, tmp_path_factory.mktemp("metrics"))


def test_ratios_by_model_are_those_of_the_sums(metrics: Metrics) -> None:
    sums = metrics.road.rows(
        "select workspace_id, model, sum(reporting_net_amount), sum(reporting_spend_amount), sum(leads)"
        " from rpt_roi_daily where not is_overlapping group by workspace_id, model"
    )
    expected = {
        (workspace, model): (float(net / spend), float(spend) / float(leads))
        for workspace, model, net, spend, leads in sums
    }
    answer = metrics.ask(
        "roas,cost_per_lead",
        "roi__workspace_id,roi__model",
        f"{BASE} = 'own_date'",
    )
    found = {(workspace, model): (float(roas), float(cost)) for workspace, model, roas, cost in answer}
    assert found == {key: pytest.approx(ratios) for key, ratios in expected.items()}
    assert len(found) == 2 * 7


def test_money_by_lead_date_adds_up_to_the_mart(metrics: Metrics) -> None:
    expected = metrics.road.rows(
        "select workspace_id, sum(reporting_net_amount) from rpt_roi_by_lead_date where model = 'first_touch'"
        " and lead_date between '2025-01-01' and '2025-12-31' group by workspace_id"
    )
    answer = metrics.ask(
        "attributed_net_revenue",
        "roi__workspace_id",
        f"{BASE} = 'lead_date' and {MODEL} = 'first_touch'"
        " and {{ TimeDimension('roi__roi_date', 'day') }} between '2025-01-01' and '2025-12-31'",
    )
    assert [(workspace, Decimal(net)) for workspace, net in answer] == sorted(expected)


@pytest.mark.parametrize(
    ("group_by", "where"),
    [
        pytest.param("roi__workspace_id", f"{BASE} = 'own_date'", id="over models"),
        pytest.param("roi__workspace_id", f"{MODEL} = 'linear'", id="over bases"),
        pytest.param("", f"{MODEL} = 'linear' and {BASE} = 'own_date'", id="over currencies"),
    ],
)
def test_what_must_not_be_summed_is_null(metrics: Metrics, group_by: str, where: str) -> None:
    answer = metrics.ask("attributed_net_revenue", group_by, where)
    assert {net for *_, net in answer} == {""}


def test_revenue_of_a_currency_is_that_of_the_transactions(metrics: Metrics) -> None:
    expected = metrics.road.rows(
        "select reporting_currency, sum(reporting_amount), -sum(reporting_amount) filter (transaction_type = 'refund')"
        " from fct_transactions group by reporting_currency"
    )
    answer = metrics.ask("net_revenue,refunds", "transaction__reporting_currency")
    assert [(currency, Decimal(net), Decimal(refunds)) for currency, net, refunds in answer] == sorted(expected)


def test_mrr_of_a_year_opens_with_its_first_month_and_closes_with_its_last(metrics: Metrics) -> None:
    expected = metrics.road.rows(
        "select workspace_id, currency, max(opening_amount) filter (month = '2025-01-01'), sum(new_amount),"
        " max(closing_amount) filter (month = '2025-12-01')"
        " from rpt_mrr_movements where year(month) = 2025 group by workspace_id, currency"
    )
    answer = metrics.ask(
        "opening_mrr,new_mrr,closing_mrr",
        "mrr__workspace_id,mrr__currency",
        "{{ TimeDimension('mrr__mrr_month', 'year') }} = '2025-01-01'",
    )
    assert [(*row[:2], *(Decimal(figure) for figure in row[2:])) for row in answer] == sorted(expected)


def test_tags_are_told_one_by_one(metrics: Metrics) -> None:
    expected = metrics.road.rows(
        "select workspace_id, tag_id, people, conversion_ratio from rpt_tag_conversions"
        " where tag_kind = 'tag' and conversion_ratio > 0"
    )
    answer = metrics.ask(
        "tagged_people,tag_conversion",
        "tag__workspace_id,tag__tag_id",
        "{{ Dimension('tag__tag_kind') }} = 'tag'",
    )
    found = {(space, tag): (int(people), float(ratio)) for space, tag, people, ratio in answer if float(ratio or 0)}
    assert found == {(space, tag): (people, pytest.approx(ratio)) for space, tag, people, ratio in expected}
    assert len(found) > 1


def test_lifetime_value_divides_after_summing(metrics: Metrics) -> None:
    expected = metrics.road.rows(
        "select workspace_id, sum(reporting_net_amount), sum(customers) from rpt_product_ltv group by workspace_id"
    )
    answer = metrics.ask("lifetime_value", "first_product__workspace_id")
    found = {workspace: float(value) for workspace, value in answer}
    assert found == {workspace: pytest.approx(float(net) / float(count)) for workspace, net, count in expected}
