"""What the versions of the periods answer, build after build: what was so, and what was known when."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.dbt.raw_rows import RawWarehouse
from tests.dbt.subscription_lives import OPTIONS, Answer, Delivery, Event, Life, write_down

JANUARY = datetime(2026, 1, 5, 12, tzinfo=UTC)
FEBRUARY, MARCH, APRIL = (JANUARY.replace(month=month) for month in (2, 3, 4))
WEEK = timedelta(days=7)

KEPT, CANCELLED, GONE = (f"acme_thrivecart:{number}" for number in (1, 2, 3))
LIVES = (
    Life(OPTIONS[0], [Event(JANUARY, "charge"), Event(FEBRUARY, "rebill", word="active", seen_at=MARCH)]).numbered(1),
    Life(OPTIONS[0], [Event(JANUARY, "charge"), Event(MARCH, "cancel")]).numbered(2),
    Life(OPTIONS[0], [Event(JANUARY, "charge")]).numbered(3),
)

AS_IT_WAS = "valid_from <= $day and (valid_to is null or valid_to > $day)"
AS_KNOWN = "known_from <= $known and (known_to is null or known_to > $known)"
DAYS = [JANUARY + week * WEEK for week in range(20)]

Answers = dict[datetime, set[tuple[str, str]]]


@dataclass
class Builds:
    """One warehouse, built after each thing that became known; `moments` lie after the builds they are named for."""

    warehouse: RawWarehouse
    moments: dict[str, datetime]
    versions: dict[str, list[tuple[object, ...]]]
    answers: dict[str, Answers]

    def build(self, name: str, *lives: Life) -> None:
        write_down(self.warehouse, lives)
        selected = ("+fct_subscription_period_versions", "+fct_subscription_periods")
        self.warehouse.dbt("build", "--select", *selected, "--exclude-resource-type", "test", "unit_test")
        ((self.moments[name],),) = self.warehouse.rows("select now()")
        self.versions[name] = self.warehouse.rows("select * from marts.fct_subscription_period_versions order by all")
        self.answers[name] = self.as_it_was()

    def as_it_was(self) -> Answers:
        """Ask what each subscription was on each day, by all that is known now."""
        sql = f"select subscription_id, status from marts.fct_subscription_periods where {AS_IT_WAS}"
        return {day: set(self.warehouse.rows(sql.replace("$day", f"'{day}'"))) for day in DAYS}

    def as_known_after(self, name: str) -> Answers:
        """Ask the same by what was known after a build."""
        versions = "select subscription_id, status from marts.fct_subscription_period_versions"
        known = f"{versions} where {AS_IT_WAS} and {AS_KNOWN}".replace("$known", f"'{self.moments[name]}'")
        return {day: set(self.warehouse.rows(known.replace("$day", f"'{day}'"))) for day in DAYS}

    def added(self, before: str, after: str) -> set[tuple[object, ...]]:
        """Return the versions, without their times of knowledge, that a build began."""
        old = {version[:7] for version in self.versions[before]}
        return {version[:7] for version in self.versions[after]} - old


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builds]:
    builds = Builds(RawWarehouse(tmp_path_factory.mktemp("history")), {}, {}, {})
    kept, cancelled, gone = LIVES
    builds.build("first", *LIVES)
    builds.build("rebuilt", *LIVES)
    reloaded = replace(kept, events=[kept.events[0], replace(kept.events[1], seen_at=APRIL)])
    builds.build("reloaded", reloaded, cancelled, gone)
    answered = replace(reloaded, answers=[Answer(APRIL + WEEK, "active")])
    builds.build("answered", answered, cancelled, gone)
    told = replace(
        answered, deliveries=[Delivery(MARCH, "paused", key="1"), Delivery(MARCH + WEEK, "resumed", key="2")]
    )
    builds.build("told_late", told, cancelled, gone)
    builds.build("taken_away", told, cancelled)
    yield builds


def test_a_rebuild_from_the_same_raw_rows_adds_no_version(builds: Builds) -> None:
    assert builds.versions["rebuilt"] == builds.versions["first"]


def test_a_row_that_is_loaded_again_adds_no_version(builds: Builds) -> None:
    assert builds.versions["reloaded"] == builds.versions["first"]


def test_an_answer_that_repeats_what_is_known_adds_no_version(builds: Builds) -> None:
    assert builds.versions["answered"] == builds.versions["first"]


def test_a_late_delivery_corrects_what_is_known_to_have_been(builds: Builds) -> None:
    # In the week from March 5 on the subscription was paused, as two deliveries told after April.
    paused = {day for day in DAYS if (KEPT, "paused") in builds.answers["told_late"][day]}
    assert paused == {day for day in DAYS if MARCH <= day < MARCH + WEEK}


def test_a_late_delivery_adds_the_versions_it_changes_and_no_other(builds: Builds) -> None:
    added = builds.added("answered", "told_late")
    acme = ("acme", "acme_thrivecart")
    assert added == {
        (KEPT, *acme, "active", JANUARY, MARCH, None),
        (KEPT, *acme, "paused", MARCH, MARCH + WEEK, None),
        (KEPT, *acme, "active", MARCH + WEEK, None, None),
    }


@pytest.mark.parametrize("name", ["first", "rebuilt", "reloaded", "answered", "told_late", "taken_away"])
def test_what_was_known_after_a_build_is_answered_ever_after_as_it_was_then(builds: Builds, name: str) -> None:
    assert builds.as_known_after(name) == builds.answers[name]


def test_a_subscription_that_is_gone_is_still_known_to_have_been(builds: Builds) -> None:
    assert (GONE, "active") in builds.as_known_after("told_late")[DAYS[-1]]
    assert all((GONE, "active") not in known for known in builds.as_known_after("taken_away").values())
