"""Random households of subscriptions through the real models of MRR, against a plain reading of the written rules.

All households are drawn first and then built at once, once for each of two sets of policies. What is read otherwise is
shown whole by the assertion.
"""

import json
from collections import defaultdict
from dataclasses import asdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.dbt.mrr_households import households, numbered, tell_mrr, warehouse_of
from tests.dbt.mrr_reading import DAY, NOTHING, Owner, Policies, Reading
from tests.dbt.random_cases import drawn
from tests.dbt.raw_rows import RawWarehouse

HOUSEHOLDS = 400
POLICIES = {
    "default": Policies(),
    "other": Policies(
        paused_counts_as_active=False,
        past_due_grace_days=5,
        payment_plans_count_as_mrr=True,
        mrr_ends_at="period_end",
        churn_window_days=7,
    ),
}
MODELS = (
    "int_subscription_active_periods",
    "int_subscription_mrr_periods",
    "int_workspace_days",
    "int_person_mrr_periods",
    "int_subscription_month_ends",
    "int_churn_windows",
    "fct_mrr_movements",
    "rpt_mrr_movements",
    "rpt_churn_rates",
    "rpt_subscription_cohorts",
)
CHECKS = (
    "assert_mrr_movements_add_up",
    "assert_mrr_opens_where_it_closed",
    "assert_mrr_closes_at_that_of_the_subscriptions",
    "subscription_mrr_without_gap_and_overlap",
    "assert_churn_is_of_what_was_there",
    "assert_cohorts_hold_every_subscription",
    "assert_cohorts_bring_all_mrr",
)


class Built:
    """What the models made of the households, and what the rules make of them."""

    def __init__(self, folder: Path, policies: Policies) -> None:
        subscriptions = numbered(drawn(households(), HOUSEHOLDS))
        self.warehouse: RawWarehouse = warehouse_of(folder, subscriptions)
        self.variables = ("--vars", json.dumps(asdict(policies)))
        selected = ("workspaces", "connections", "stg_reference__connections", *MODELS)
        self.warehouse.dbt(
            "build", "--select", *selected, "--exclude-resource-type", "test", "unit_test", *self.variables
        )
        results = json.loads((folder / "target" / "run_results.json").read_text())
        now = datetime.fromisoformat(results["metadata"]["invocation_started_at"])
        self.reading = Reading(subscriptions, policies, now)

    def grouped(self, sql: str, width: int) -> dict[tuple[Any, ...], list[tuple[Any, ...]]]:
        """Group the rows of a query by their first columns."""
        found: dict[tuple[Any, ...], list[tuple[Any, ...]]] = defaultdict(list)
        for row in self.warehouse.rows(sql):
            found[row[:width]].append(row[width:])
        return found


@pytest.fixture(scope="module", params=POLICIES)
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    return Built(tmp_path_factory.mktemp("households"), POLICIES[request.param])


def test_every_subscription_brings_what_the_rules_say_and_as_long(built: Built) -> None:
    found = built.grouped(
        """
        select subscription_id, valid_from, valid_to, mrr_amount
        from intermediate.int_subscription_mrr_periods
        order by valid_from
        """,
        1,
    )
    for one in built.reading.subscriptions:
        levels = built.reading.levels[one.number]
        ends = [*(level.since for level in levels[1:]), None]
        expected = [(level.since, end, level.amount) for level, end in zip(levels, ends, strict=True)]
        assert found[one.number,] == expected, repr(one)


def test_every_person_moves_as_the_rules_say(built: Built) -> None:
    found = built.grouped(
        """
        select workspace_id, currency, subscriber_id, month, movement, opening_amount, closing_amount, change_amount
        from marts.fct_mrr_movements
        order by month
        """,
        3,
    )
    for owner, owned in built.reading.persons.items():
        movements = built.reading.movements(owner)
        expected = [(*movement, movement.closing - movement.opening) for movement in movements]
        assert found[owner] == expected, repr(owned)


KINDS = ("new", "expansion", "contraction", "churn", "reactivation", "completion")


def test_every_month_is_the_sum_of_its_persons(built: Built) -> None:
    found = built.grouped(
        """
        select
            workspace_id, currency, month, is_complete, opening_amount, closing_amount, new_amount, expansion_amount,
            contraction_amount - completed_amount, churn_amount, reactivation_amount, completed_amount,
            opening_customers, closing_customers, new_customers, expanded_customers, contracted_customers,
            churned_customers, reactivated_customers, completed_customers, subscriptions_of_unknown_mrr
        from marts.rpt_mrr_movements
        order by month
        """,
        2,
    )
    reading = built.reading
    for key, owners in by_currency(reading).items():
        moved = [movement for owner in owners for movement in reading.movements(owner)]
        owned = [one for owner in owners for one in reading.persons[owner]]
        expected = []
        for day in reading.month_ends(key[0], min(min(reading.days[owner]) for owner in owners)):
            month = day.replace(day=1)
            here = [movement for movement in moved if movement.month == month]
            kinds = [[movement for movement in here if movement.kind == kind] for kind in KINDS]
            levels = [level for one in owned if (level := reading.level(one, day))]
            expected.append(
                (
                    month,
                    day < reading.today(key[0]),
                    sum((movement.opening for movement in here), NOTHING),
                    sum((movement.closing for movement in here), NOTHING),
                    *(sum((abs(moved.closing - moved.opening) for moved in kind), NOTHING) for kind in kinds),
                    sum(movement.opening > 0 for movement in here),
                    sum(movement.closing > 0 for movement in here),
                    *(len(kind) for kind in kinds),
                    sum(level.amount is None for level in levels),
                )
            )
        assert found[key] == expected, key


def by_currency(reading: Reading) -> dict[tuple[str, str], list[Owner]]:
    grouped: dict[tuple[str, str], list[Owner]] = defaultdict(list)
    for owner in reading.persons:
        grouped[owner[:2]].append(owner)
    return grouped


def lost(reading: Reading, owners: list[Owner], opens: date, closes: date) -> tuple[Any, ...]:
    """Return what was there at the end of one day, and what of it is lost at the end of another, with the rates."""
    customers, churned = 0, 0
    opening, churn, contraction = NOTHING, NOTHING, NOTHING
    for owner in owners:
        days = reading.days[owner]
        if opens not in days or not days[opens].amount:
            continue
        before, after = days[opens].amount, days[closes]
        customers, opening = customers + 1, opening + before
        if after.amount:
            contraction += max(before - after.amount, NOTHING)
        elif not after.has_completed:
            churned, churn = churned + 1, churn + before
    rates = [(churned, customers), (churn, opening), (churn + contraction, opening)]
    return (
        customers,
        churned,
        opening,
        churn,
        contraction,
        *(pytest.approx(float(part) / float(whole), abs=1e-12) if whole else None for part, whole in rates),
    )


@pytest.mark.parametrize("kind", ["rolling", "month"])
def test_churn_is_what_is_lost_of_what_was_there_before_the_window(built: Built, kind: str) -> None:
    found = built.grouped(
        f"""
        select
            workspace_id, currency, window_start_date, window_end_date, is_complete, opening_customers,
            churned_customers, opening_amount, churn_amount, contraction_amount, customer_churn_rate, mrr_churn_rate,
            gross_mrr_churn_rate
        from marts.rpt_churn_rates
        where window_kind = '{kind}'
        order by window_end_date
        """,
        2,
    )
    reading = built.reading
    for key, owners in by_currency(reading).items():
        first, today = min(min(reading.days[owner]) for owner in owners), reading.today(key[0])
        if kind == "rolling":
            ends = [first + number * DAY for number in range((today - first).days + 1)]
            length = timedelta(days=reading.policies.churn_window_days)
            windows = [(end - length + DAY, end, end) for end in ends]
        else:
            ends = list(reading.month_ends(key[0], first))
            windows = [(end.replace(day=1), last_of_month(end), end) for end in ends]
        assert found[key] == [
            (start, shown_end, end < today, *lost(reading, owners, start - DAY, end))
            for start, shown_end, end in windows
        ], key


def last_of_month(day: date) -> date:
    return (day.replace(day=28) + 4 * DAY).replace(day=1) - DAY


def test_every_cohort_is_counted_at_every_age_that_is_over(built: Built) -> None:
    found = built.grouped(
        """
        select
            workspace_id, currency, product_id, is_payment_plan, start_month, age_months, month, is_complete,
            started_subscriptions, active_subscriptions, cancelled_subscriptions, completed_subscriptions,
            suspended_subscriptions, mrr_amount
        from marts.rpt_subscription_cohorts
        order by start_month, age_months
        """,
        4,
    )
    reading = built.reading
    cohorts: dict[tuple[Any, ...], dict[date, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for one in reading.subscriptions:
        key = (one.workspace, one.currency, one.product, one.prices[-1].payments is not None)
        cohorts[key][reading.start(one).replace(day=1)].append(one)
    assert found.keys() == cohorts.keys()
    for key, by_month in cohorts.items():
        first = min(reading.start(one) for one in reading.subscriptions if one.workspace == key[0])
        ages = len(list(reading.month_ends(key[0], first)))
        expected = []
        for start, members in sorted(by_month.items()):
            for age in range(ages):
                number = start.year * 12 + start.month - 1 + age
                month = date(number // 12, number % 12 + 1, 1)
                is_over = last_of_month(month) < reading.today(key[0])
                counts = counted(reading, members, last_of_month(month)) if is_over else (None,) * 5
                expected.append((start, age, month, is_over, len(members), *counts))
        assert found[key] == expected, key


def counted(reading: Reading, members: list[Any], day: date) -> tuple[Any, ...]:
    """Return how many are active, cancelled, completed and none of these at the end of a day, and their MRR."""
    states = [
        "active" if reading.is_active(one, day) else state.status
        for one in members
        if (state := reading.state(one, day))
    ]
    known = [level.amount for one in members if (level := reading.level(one, day)) and level.amount is not None]
    numbers = [states.count(state) for state in ("active", "cancelled", "completed")]
    return *numbers, len(members) - sum(numbers), sum(known, NOTHING) if known else None


def test_every_check_of_the_project_holds(built: Built) -> None:
    reading = built.reading
    now: dict[str, Decimal | None] = {number: levels[-1].amount for number, levels in reading.levels.items()}
    tell_mrr(built.warehouse, now)
    said = built.warehouse.dbt("test", "--select", *CHECKS, *built.variables)
    assert f"PASS={len(CHECKS)} " in said


def test_the_households_have_movements_of_every_kind(built: Built) -> None:
    kinds = {movement.kind for owner in built.reading.persons for movement in built.reading.movements(owner)}
    assert kinds == {"none", *KINDS}
