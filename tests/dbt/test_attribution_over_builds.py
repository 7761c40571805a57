"""Random journeys that change from build to build: what a build leaves alone is what a full rebuild would make again.

Contacts, touches and orders come late and go, people become one and two again, campaigns and channels are told
otherwise, the first touch of a workspace goes, rates arrive, builds are killed half way, and a policy changes.
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, replace
from random import Random
from typing import Any

import duckdb
import pytest

from tests.dbt.attribution_journeys import Journey, Order, Touch, journeys, numbered, rows_of, tell, warehouse_of
from tests.dbt.attribution_reading import Policies
from tests.dbt.random_cases import drawn
from tests.dbt.raw_rows import RawWarehouse
from tests.dbt.test_attribution import BUILT, SEEDS

JOURNEYS = 150
MADE_IN_PART = {
    "intermediate.int_conversion_touchpoints": "conversion_id",
    "intermediate.int_attribution_weighed": "conversion_id",
    "marts.fct_attribution": "transaction_id",
}
"""Tables of which a build makes only some rows anew, with the columns of their keys."""
TABLES = (*MADE_IN_PART, "marts.fct_touchpoints_excluded", "marts.rpt_roi_daily")
POLICIES = (Policies(), Policies(), Policies(), Policies(), Policies(attribution_look_back_days=30))
"""Of each build. The last two are told the same."""


def states() -> list[list[Journey]]:
    """Return what each build is told, and beside the third what a build was told that was killed."""
    luck = Random(3)
    whole = numbered(drawn(journeys(), JOURNEYS))
    restated = told_otherwise(without_first_touch(whole, "acme"), luck)
    return [cut(whole, luck), linked(whole, luck), linked(whole, luck), restated, restated]


def cut(whole: Sequence[Journey], luck: Random) -> list[Journey]:
    """Leave out touches, leads and orders that are yet to come."""
    return [
        replace(
            journey,
            touches=[touch for touch in journey.touches if luck.random() < 0.8],
            orders=[order for order in journey.orders if luck.random() < 0.8],
            lead_at=journey.lead_at if luck.random() < 0.8 else None,
        )
        for journey in whole
    ]


def linked(whole: Sequence[Journey], luck: Random) -> list[Journey]:
    """Give some journeys to the person of another, who is a lead since the earlier day."""
    people = [journey for journey in whole if journey.person]
    told = {journey.person: journey for journey in people}
    for one, other in zip(people[::2], people[1::2], strict=False):
        if one.workspace == other.workspace and luck.random() < 0.4:
            leads = [journey.lead_at for journey in (one, other) if journey.lead_at]
            told[one.person] = replace(one, lead_at=min(leads, default=None))
            told[other.person] = replace(other, person=one.person, lead_at=None)
    return [told[journey.person] if journey.person else journey for journey in whole]


def without_first_touch(whole: Sequence[Journey], workspace: str) -> list[Journey]:
    """Take away the touches of the first moment that a workspace has any."""
    first = min(touch.at for journey in whole if journey.workspace == workspace for touch in journey.touches)
    return [
        replace(journey, touches=[touch for touch in journey.touches if touch.at > first])
        if journey.workspace == workspace
        else journey
        for journey in whole
    ]


def told_otherwise(whole: Sequence[Journey], luck: Random) -> list[Journey]:
    """Tell of some touches another channel, campaign, kind or moment, and of some orders other money."""

    def of_touch(touch: Touch) -> Touch:
        channel, platform, campaign, *ad = touch.source
        return luck.choice(
            [
                *[touch] * 12,
                replace(touch, source=("paid_search", platform, campaign, *ad)),
                replace(touch, source=(channel, platform, campaign and "renamed", *ad)),
                replace(touch, kind="opt_in"),
                replace(touch, at=touch.at.replace(minute=30)),
            ]
        )

    def of_order(order: Order) -> Order:
        money = [(kind, 250 if cents is None else cents) for kind, cents in order.money]
        return luck.choice([order, order, replace(order, money=money), replace(order, money=[*money, ("rebill", 77)])])

    return [
        replace(journey, touches=[*map(of_touch, journey.touches)], orders=[*map(of_order, journey.orders)])
        for journey in whole
    ]


class Built:
    """All builds: what each made of what was there, and what a full rebuild makes of the same."""

    def __init__(self, warehouse: RawWarehouse) -> None:
        self.warehouse = warehouse
        self.after_each: list[dict[str, list[Any]]] = []
        self.made_whole: list[dict[str, list[Any]]] = []
        self.said: list[str] = []
        for build, (told, policies) in enumerate(zip(states(), POLICIES, strict=True)):
            tell(warehouse, rows_of(told))
            self.variables = ("--vars", json.dumps(asdict(policies)))
            if build == 2:
                self._kill_half_way()
            self.said.append(self.run())
            self.after_each.append(self.tables())
            if build == 0:
                # It was whole.
                self.made_whole.append(self.after_each[0])
                continue
            aside = shutil.copy(warehouse.file, warehouse.folder / "aside")
            self.run("--full-refresh")
            self.made_whole.append(self.tables())
            shutil.move(aside, warehouse.file)

    def run(self, *options: str) -> str:
        return self.warehouse.dbt("run", "--select", *BUILT, *options, *self.variables)

    def _kill_half_way(self) -> None:
        """Let a build end after its first table, and another one between taking out old rows and making new ones."""
        self.warehouse.dbt("run", "--select", "int_conversion_touchpoints", *self.variables)
        with duckdb.connect(str(self.warehouse.file)) as connection:
            for table, key in MADE_IN_PART.items():
                connection.execute(f"delete from {table} where hash({key}) % 10 = 0")

    def tables(self) -> dict[str, list[Any]]:
        return {table: self.warehouse.rows(f"select * from {table} order by all") for table in TABLES}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    warehouse = warehouse_of(tmp_path_factory.mktemp("builds"), rows_of([]))
    warehouse.dbt("seed", "--select", *SEEDS)
    return Built(warehouse)


@pytest.mark.parametrize("table", TABLES)
def test_many_builds_make_what_a_full_rebuild_makes(built: Built, table: str) -> None:
    for build, (found, expected) in enumerate(zip(built.after_each, built.made_whole, strict=True)):
        assert expected[table], build
        assert found[table] == expected[table], build


def test_each_build_changes_something_and_leaves_something_alone(built: Built) -> None:
    for earlier, later in zip(built.after_each[:3], built.after_each[1:4], strict=True):
        for table in MADE_IN_PART:
            before, after = set(earlier[table]), set(later[table])
            assert before & after and before - after and after - before, table


def test_another_policy_makes_all_rows_anew_that_it_is_for(built: Built) -> None:
    assert "int_conversion_touchpoints: 0 keys kept" in built.said[4]


def test_no_row_of_another_person_is_written(built: Built) -> None:
    told = states()[4]
    late, touch = next(
        (journey, replace(touch, number="late"))
        for journey in told
        for touch in journey.touches
        if journey.orders and journey.orders[0].money and not touch.not_counted_because
    )
    with duckdb.connect(str(built.warehouse.file)) as connection:
        for table in MADE_IN_PART:
            connection.execute(f"update {table} set channel = 'as it was'")
    told[told.index(late)] = replace(late, touches=[*late.touches, touch])
    tell(built.warehouse, rows_of(told))
    built.run()
    for table, key in MADE_IN_PART.items():
        written = built.warehouse.rows(f"select distinct {key} from {table} where channel is distinct from 'as it was'")
        conversions = {order.number for order in late.orders} | ({late.person} if late.lead_at else set())
        assert {key.rpartition("-")[0] if table.startswith("marts") else key for (key,) in written} == (
            {order.number for order in late.orders} if table.startswith("marts") else conversions
        ), table
