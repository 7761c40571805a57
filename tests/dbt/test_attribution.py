"""Random journeys through the real models of attribution, against a plain reading of the rules.

All journeys are drawn first and then built at once, once for each of two sets of policies.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.dbt.attribution_journeys import Journey, journeys, numbered, rows_of, warehouse_of
from tests.dbt.attribution_reading import MODELS, UNIT, Policies, Reading, shares
from tests.dbt.random_cases import drawn
from tests.dbt.raw_rows import RawWarehouse

JOURNEYS = 300
POLICIES = {
    "default": Policies(),
    "other": Policies(attribution_look_back_days=30, attribution_half_life_days=0.5),
}
SEEDS = ("workspaces", "channels", "attribution_models", "touchpoint_exclusions")
BUILT = (
    "int_conversions_to_join",
    "int_conversion_touchpoints",
    "int_conversions_to_weigh",
    "int_attribution_weighed",
    "int_transactions_to_attribute",
    "fct_touchpoints",
    "fct_attribution",
    "fct_touchpoints_excluded",
    "int_orders_placed",
    "int_people_acquired",
    "fct_lead_attribution",
    "rpt_roi_daily",
    "rpt_roi_by_lead_date",
)
CHECKS = (
    "assert_attributed_money_is_all_money",
    "assert_attribution_weights_sum_to_one",
    "assert_any_touch_gives_the_whole_to_each",
    "assert_every_touchpoint_counts_or_says_why",
    "assert_roi_spend_is_all_spend",
    "assert_roi_net_is_all_cash",
    "assert_lead_attribution_is_all_money",
    "assert_roi_by_lead_date_is_all_spend_and_all_cash",
    "assert_roi_counts_everybody_once",
)


def built_from(folder: Path, rows: dict[str, list[dict[str, Any]]], variables: tuple[str, str]) -> RawWarehouse:
    warehouse = warehouse_of(folder, rows)
    warehouse.dbt("build", "--select", *SEEDS, *BUILT, "--exclude-resource-type", "test", "unit_test", *variables)
    return warehouse


class Built:
    """What the models made of the journeys, and what there is to read of them."""

    def __init__(self, folder: Path, policies: Policies) -> None:
        self.journeys = numbered(drawn(journeys(), JOURNEYS))
        self.policies = policies
        self.variables = ("--vars", json.dumps(asdict(policies)))
        self.warehouse = built_from(folder, rows_of(self.journeys), self.variables)
        self.weights: dict[tuple[Any, ...], dict[str | None, Decimal]] = defaultdict(dict)
        self.statuses: dict[tuple[Any, ...], set[str]] = defaultdict(set)
        sql = "select conversion_type, conversion_id, model, touchpoint_id, weight, status from intermediate.{}"
        for *key, touch, weight, status in self.warehouse.rows(sql.format("int_attribution_weighed")):
            self.weights[tuple(key)][touch] = weight
            self.statuses[tuple(key)].add(status)

    def conversions(self) -> Iterator[tuple[str, str, Reading]]:
        """Yield type and key of each conversion, and how it is read."""
        for journey in self.journeys:
            if journey.lead_at:
                assert journey.person
                yield "lead", journey.person, Reading(journey, journey.lead_at, self.policies)
            for order in journey.orders:
                yield "order", order.number, Reading(journey, order.at, self.policies)

    def tracked_from(self, journey: Journey) -> datetime:
        return min(
            touch.at
            for one in self.journeys
            if one.workspace == journey.workspace
            for touch in one.touches
            if not touch.not_counted_because
        )


@pytest.fixture(scope="module", params=POLICIES)
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    return Built(tmp_path_factory.mktemp("journeys"), POLICIES[request.param])


@pytest.mark.parametrize("model", [model for model in MODELS if model != "time_decay"])
def test_every_touch_has_the_weight_that_the_rules_give_it(built: Built, model: str) -> None:
    for kind, number, reading in built.conversions():
        expected = reading.weights(model) or {None: Decimal(1)}
        assert built.weights[kind, number, model] == expected, repr(reading)


def test_every_touch_weighs_by_its_age_under_time_decay(built: Built) -> None:
    for kind, number, reading in built.conversions():
        parts = reading.parts("time_decay")
        found = built.weights[kind, number, "time_decay"]
        for touch, part in parts.items():
            weight = found.get(touch, Decimal(0))
            assert abs(Fraction(weight) - part) <= len(parts) * UNIT, repr(reading)
        assert not parts or None not in found


@pytest.mark.parametrize("model", [model for model in MODELS if model != "any_touch"])
def test_the_weights_of_a_conversion_sum_to_exactly_one(built: Built, model: str) -> None:
    sums = {sum(built.weights[kind, number, model].values()) for kind, number, _ in built.conversions()}
    assert sums == {Decimal(1)}


def test_what_nothing_brought_says_whether_it_could_have_been_brought(built: Built) -> None:
    for kind, number, reading in built.conversions():
        for model in MODELS:
            without = "unattributed" if reading.at >= built.tracked_from(reading.journey) else "before_tracking"
            expected = "attributed" if reading.parts(model) else without
            assert built.statuses[kind, number, model] == {expected}, repr(reading)


def test_every_transaction_shares_out_its_cents_by_the_order_it_belongs_to(built: Built) -> None:
    found: dict[tuple[str, str], dict[str | None, int | None]] = defaultdict(dict)
    sql = "select transaction_id, model, touchpoint_id, reporting_amount from marts.fct_attribution"
    for transaction, model, touch, amount in built.warehouse.rows(sql):
        found[transaction, model][touch] = None if amount is None else int(amount * 100)
    for journey in built.journeys:
        for order in journey.orders:
            reading = Reading(journey, order.at, built.policies)
            in_time = [touch.number for touch in reading.counting]
            for model in MODELS:
                parts: dict[Any, Fraction] = reading.parts(model) or {None: Fraction(1)}
                if model == "time_decay":
                    # Of what is found: its ten decimals are held to the true parts by a test of their own.
                    weights = built.weights["order", order.number, model]
                    parts = {touch: Fraction(weights[touch]) for touch in in_time if touch in weights} or parts
                for row, (_, cents) in enumerate(order.money):
                    expected = dict.fromkeys(parts) if cents is None else shares(model, cents, parts)
                    assert found[f"{order.number}-{row}", model] == expected, (model, cents, reading)


def test_all_that_somebody_pays_is_shared_out_by_what_made_them_a_lead_or_else_buy_first(built: Built) -> None:
    found: dict[tuple[str, str], dict[str | None, int | None]] = defaultdict(dict)
    sql = "select transaction_id, model, touchpoint_id, reporting_amount from marts.fct_lead_attribution"
    for transaction, model, touch, amount in built.warehouse.rows(sql):
        found[transaction, model][touch] = None if amount is None else int(amount * 100)
    for journey in built.journeys:
        first = min(journey.orders, key=lambda order: (order.at, order.number), default=None)
        for order in journey.orders:
            kind, number, at = "order", order.number, order.at
            if journey.person and journey.lead_at:
                kind, number, at = "lead", journey.person, journey.lead_at
            elif journey.person and first:
                number, at = first.number, first.at
            reading = Reading(journey, at, built.policies)
            in_time = [touch.number for touch in reading.counting]
            for model in MODELS:
                # The weights themselves are held to the true parts by tests of their own.
                weights = built.weights[kind, number, model]
                parts: dict[Any, Fraction] = {touch: Fraction(weights[touch]) for touch in in_time if touch in weights}
                parts = parts or {None: Fraction(1)}
                for row, (_, cents) in enumerate(order.money):
                    expected = dict.fromkeys(parts) if cents is None else shares(model, cents, parts)
                    assert found[f"{order.number}-{row}", model] == expected, (model, cents, reading)


def test_a_day_has_all_money_and_orders_of_who_was_won_on_it(built: Built) -> None:
    expected: dict[tuple[Any, ...], list[int | None]] = defaultdict(lambda: [0, 0, 0, 0])
    for journey in built.journeys:
        orders = sorted(journey.orders, key=lambda order: (order.at, order.number))
        people = [orders] if journey.person else [[order] for order in orders]
        for bought in people:
            if not bought and not journey.lead_at:
                continue
            day = (journey.lead_at or bought[0].at).date()
            cell = expected[journey.workspace, day]
            money = [cents for order in bought for _, cents in order.money]
            sums = [
                int(journey.lead_at is not None),
                int(bool(journey.person and bought)),
                len(bought),
                None if None in money else sum(cents or 0 for cents in money),
            ]
            expected[journey.workspace, day] = [
                None if one is None or other is None else one + other for one, other in zip(cell, sums, strict=True)
            ]
    sql = """
        select
            workspace_id, lead_date, sum(leads), sum(customers), sum(orders),
            case when count(*) = count(reporting_net_amount) then sum(reporting_net_amount) * 100 end
        from marts.rpt_roi_by_lead_date
        where model = 'last_touch' and reporting_spend_amount = 0
        group by all
    """
    found = {(workspace, day): sums for workspace, day, *sums in built.warehouse.rows(sql)}
    assert found == dict(expected)


def test_every_touch_that_does_not_count_has_its_reason(built: Built) -> None:
    found: dict[tuple[str | None, ...], dict[str, str]] = defaultdict(dict)
    sql = (
        "select person_id, conversion_type, order_id, model, touchpoint_id, reason from marts.fct_touchpoints_excluded"
    )
    for *key, touch, reason in built.warehouse.rows(sql):
        found[tuple(key)][touch] = reason
    expected: dict[tuple[str | None, ...], dict[str, str]] = {}
    for kind, number, reading in built.conversions():
        for model in MODELS:
            weights = built.weights[kind, number, model]
            key = (reading.journey.person, kind, number if kind == "order" else None, model)
            expected[key] = {
                touch.number: reading.reason(touch, model)
                for touch in reading.journey.touches
                if touch.number not in weights and not touch.not_counted_because
            }
    for journey in built.journeys:
        never = {touch.number: touch.not_counted_because for touch in journey.touches if touch.not_counted_because}
        expected[journey.person, None, None, None] = never
        if not journey.orders and not journey.lead_at:
            for model in MODELS:
                key = (journey.person, None, None, model)
                expected[key] = {
                    touch.number: "no_conversion" for touch in journey.touches if touch.number not in never
                }
    assert found == {key: reasons for key, reasons in expected.items() if reasons}


def test_the_order_in_which_rows_arrive_changes_nothing(built: Built, tmp_path: Path) -> None:
    rows = rows_of(built.journeys)
    for each in rows.values():
        Random(7).shuffle(each)
    shuffled = built_from(tmp_path, rows, built.variables)
    for mart in (
        "fct_attribution",
        "fct_touchpoints_excluded",
        "fct_lead_attribution",
        "rpt_roi_daily",
        "rpt_roi_by_lead_date",
    ):
        sql = f"select * from marts.{mart} order by 1"
        assert shuffled.rows(sql) == built.warehouse.rows(sql), mart


def test_every_check_of_the_project_holds(built: Built) -> None:
    said = built.warehouse.dbt("test", "--select", *CHECKS, *built.variables)
    assert f"PASS={len(CHECKS)} " in said


def test_the_journeys_have_touches_left_out_for_every_reason(built: Built) -> None:
    unseen = built.warehouse.rows(
        """
        select reason from reference.touchpoint_exclusions
        where reason not in ('direct', 'told_twice')
        except
        select reason from marts.fct_touchpoints_excluded
        """
    )
    without_look_back = built.policies.attribution_look_back_days == "none"
    assert unseen == ([("outside_look_back",)] if without_look_back else [])


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("attribution_look_back_days", "ninety"),
        ("attribution_look_back_days", 0),
        ("attribution_half_life_days", 0),
    ],
)
def test_a_variable_that_is_no_number_of_days_is_named(tmp_path: Path, variable: str, value: object) -> None:
    warehouse = RawWarehouse(tmp_path)
    with pytest.raises(AssertionError, match=f"{variable} in dbt_project.yml is '{value}': write"):
        warehouse.dbt("parse", "--vars", json.dumps({variable: value}))
