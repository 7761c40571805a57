"""Random lives of subscriptions through the real models, against a plain reading of the written rules.

All lives are drawn first and then built at once: dbt takes seconds to start. A life that is read otherwise is shown
whole by the assertion.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from tests.dbt.random_cases import drawn
from tests.dbt.raw_rows import RawWarehouse
from tests.dbt.subscription_lives import Life, told_lives, wild_lives, write_down
from tests.dbt.subscription_reading import Reading, subscriber_since

WILD, TOLD = 600, 200
MODELS = ("dim_people", "fct_subscription_events", "fct_subscription_periods")


@dataclass
class Built:
    """What the models made of the lives, and what the rules make of them."""

    warehouse: RawWarehouse
    readings: dict[str, Reading]
    now: datetime

    def by_subscription(self, sql: str) -> dict[str, list[tuple[Any, ...]]]:
        """Group the rows of a query by their first column."""
        grouped: dict[str, list[tuple[Any, ...]]] = {key: [] for key in self.readings}
        for key, *row in self.warehouse.rows(sql):
            grouped[key].append(tuple(row))
        return grouped

    def compare(self, sql: str, expected: Callable[[Reading], list[tuple[Any, ...]]]) -> None:
        found = self.by_subscription(sql)
        for key, reading in self.readings.items():
            assert found[key] == expected(reading), repr(reading.life)


def build(warehouse: RawWarehouse, lives: list[Life]) -> Built:
    write_down(warehouse, lives)
    selected = [f"+{model}" for model in MODELS]
    warehouse.dbt("build", "--select", *selected, "--exclude-resource-type", "test", "unit_test")
    readings = {life.subscription_id: Reading(life) for life in lives if life.events}
    return Built(warehouse, readings, datetime.now(UTC))


@pytest.fixture(scope="module", params=["early", "late"])
def built(request: pytest.FixtureRequest, warehouse: RawWarehouse, lives: list[Life]) -> Built:
    """Build what is known early, and then over it what is known once the late evidence is there."""
    known = [life.known_early() for life in lives] if request.param == "early" else lives
    return build(warehouse, known)


@pytest.fixture(scope="module")
def lives() -> list[Life]:
    both = drawn(wild_lives(), WILD) + drawn(told_lives(), TOLD)
    return [life.numbered(number) for number, life in enumerate(both)]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RawWarehouse]:
    yield RawWarehouse(tmp_path_factory.mktemp("lives"))


def test_every_status_lasts_as_long_as_the_rules_say(built: Built) -> None:
    sql = """
        select subscription_id, status, valid_from, valid_to, ends_at, is_in_trial
        from marts.fct_subscription_periods
        order by valid_from
    """

    def expected(reading: Reading) -> list[tuple[Any, ...]]:
        rows = []
        for interval, following in zip(reading.intervals, [*reading.intervals[1:], None], strict=True):
            is_in_trial = reading.has_trial and reading.alive_at(interval.since) == "trialing"
            until = following.since if following else None
            rows.append((interval.status, interval.since, until, interval.ends_at, is_in_trial))
        return rows

    built.compare(sql, expected)


def test_every_change_names_what_happened_and_the_evidence_it_rests_on(built: Built) -> None:
    sql = """
        select subscription_id, change, occurred_at, evidence, evidence_id
        from marts.fct_subscription_events
        where not is_contradicted and change <> 'plan_changed'
        order by occurred_at
    """

    def expected(reading: Reading) -> list[tuple[Any, ...]]:
        return [
            (change, interval.since, interval.begun_by.source, interval.begun_by.evidence_id)
            for change, interval in zip(reading.changes, reading.intervals, strict=True)
            if interval.begun_by
        ]

    built.compare(sql, expected)


def test_overruled_evidence_is_shown_with_the_rule_that_overruled_it(built: Built) -> None:
    sql = """
        select distinct subscription_id, evidence, settled_by
        from marts.fct_subscription_events
        where is_contradicted
        order by all
    """

    def expected(reading: Reading) -> list[tuple[Any, ...]]:
        return sorted({(one.source, rule) for one, rule in reading.overruled})

    built.compare(sql, expected)


def test_every_price_holds_as_long_as_the_rules_say(built: Built) -> None:
    sql = """
        select subscription_id, valid_from, valid_to, cast(plan_amount * 100 as integer)
        from intermediate.int_subscription_plan_periods
        order by valid_from
    """

    def expected(reading: Reading) -> list[tuple[Any, ...]]:
        ends = [at for at, _ in reading.prices[1:]]
        return [(at, end, cents) for (at, cents), end in zip(reading.prices, [*ends, None], strict=True)]

    built.compare(sql, expected)


def test_a_change_of_price_is_one_event(built: Built) -> None:
    sql = """
        select
            subscription_id, occurred_at, cast(plan_amount_before * 100 as integer),
            cast(plan_amount_after * 100 as integer)
        from marts.fct_subscription_events
        where change = 'plan_changed'
        order by occurred_at
    """

    def expected(reading: Reading) -> list[tuple[Any, ...]]:
        prices = reading.prices
        return [(at, before, after) for (_, before), (at, after) in pairwise(prices)]

    built.compare(sql, expected)


def test_a_subscription_is_what_its_last_interval_says(built: Built) -> None:
    sql = """
        select
            subscription_id, thrivecart_status, status, is_active, is_in_trial, paused_at, cancelled_at, completed_at,
            past_due_since_at, mrr_amount, payments_left
        from marts.dim_subscriptions
    """

    def expected(reading: Reading) -> list[tuple[Any, ...]]:
        word, last = reading.last_word, reading.intervals[-1]
        if word == "hibernating":
            return [(word, None, None, reading.is_in_trial, None, None, None, None, None, None)]
        since = [
            last.since if last.status == status else None for status in ("paused", "cancelled", "completed", "past_due")
        ]
        is_active, mrr = reading.is_active(built.now), reading.mrr(built.now)
        return [(word, last.status, is_active, reading.is_in_trial, *since, mrr, reading.payments_left)]

    built.compare(sql, expected)


def test_a_person_is_a_subscriber_while_any_subscription_is_active(built: Built) -> None:
    found = {
        email: tuple(row)
        for email, *row in built.warehouse.rows(
            """
            select primary_email, paused_subscription_count, cancelled_subscription_count, subscriber_since_at
            from marts.dim_people
            """
        )
    }
    owned: dict[str, list[Reading]] = {}
    for reading in built.readings.values():
        owned.setdefault(reading.life.email, []).append(reading)
    for email, readings in owned.items():
        known = [reading.intervals[-1].status for reading in readings if reading.last_word != "hibernating"]
        expected = (known.count("paused"), known.count("cancelled"), subscriber_since(readings, built.now))
        assert found[email] == expected, repr([reading.life for reading in readings])


def test_a_life_that_was_told_in_full_is_read_as_it_was(built: Built) -> None:
    found = built.by_subscription(
        "select subscription_id, status, valid_from from marts.fct_subscription_periods order by valid_from"
    )
    told = [reading.life for reading in built.readings.values() if reading.life.story]
    assert len(told) == TOLD
    for life in told:
        story = [life.story[0]]
        for status, at in life.story[1:]:
            if status != story[-1][0]:
                story.append((status, at))
        assert found[life.subscription_id] == story, repr(life)
