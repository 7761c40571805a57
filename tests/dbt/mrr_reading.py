"""The written rules on MRR, read day by day: what each subscription brings, what each person brings, what moved.

This is what DECISIONS.md and the models' descriptions say, in the plainest way: for every day one number a
subscription. The models must come to the same without looking at every day.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import NamedTuple

from tests.dbt.mrr_households import FACTORS, ZONES, State, Subscription

NOTHING = Decimal("0.00")
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Policies:
    """What dbt_project.yml lets the user decide."""

    paused_counts_as_active: bool = True
    past_due_grace_days: int = 30
    payment_plans_count_as_mrr: bool = False
    mrr_ends_at: str = "cancellation"
    churn_window_days: int = 30


@dataclass(frozen=True)
class Level:
    """What a subscription brings from a moment on; None is not known."""

    since: datetime
    amount: Decimal | None
    is_completed: bool


class Day(NamedTuple):
    """What a person brings at the end of a day; and if none, whether all that ended last was paid to its end."""

    amount: Decimal
    has_completed: bool


class Movement(NamedTuple):
    """A month of a person."""

    month: date
    kind: str
    opening: Decimal
    closing: Decimal


Owner = tuple[str, str, str]
"""Workspace, currency and whose MRR it is."""


class Reading:
    """What the rules make of subscriptions at the moment of the build."""

    def __init__(self, subscriptions: Sequence[Subscription], policies: Policies, now: datetime) -> None:
        self.subscriptions = subscriptions
        self.policies = policies
        self.now = now
        self.levels = {one.number: self._levels(one) for one in subscriptions}

    # One subscription.

    def counts(self, one: Subscription, position: int, moment: datetime) -> bool:
        """Tell whether a state counts as active at a moment."""
        state = one.states[position]
        if state.status == "past_due":
            return moment < state.since + timedelta(days=self.policies.past_due_grace_days)
        return state.status in ("trialing", "active") or (
            state.status == "paused" and self.policies.paused_counts_as_active
        )

    def amount(self, one: Subscription, moment: datetime) -> Decimal | None:
        """Return the MRR at a moment. What ends by itself, a grace or a paid time, has not ended before its time."""
        position = bisect_right([state.since for state in one.states], moment) - 1
        price = one.prices[bisect_right([price.since for price in one.prices], moment) - 1]
        clock = min(moment, self.now)
        state: State = one.states[position]
        is_bringing = self.counts(one, position, clock)
        if state.status == "cancelled" and self.policies.mrr_ends_at == "period_end" and position > 0:
            before = one.states[position - 1]
            is_paid_up = state.ends_at is not None and clock < state.ends_at
            is_bringing = is_paid_up and before.status != "past_due" and self.counts(one, position - 1, state.since)
            state = before
        if not is_bringing or state.is_in_trial:
            return NOTHING
        if price.payments and not self.policies.payment_plans_count_as_mrr:
            return NOTHING
        if price.frequency is None:
            return None
        exact = Decimal(price.cents) / 100 * Decimal(FACTORS[price.frequency])
        return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)

    def _levels(self, one: Subscription) -> list[Level]:
        grace = timedelta(days=self.policies.past_due_grace_days)
        known = [state.since for state in one.states] + [price.since for price in one.prices]
        to_come = [state.since + grace for state in one.states] + [one.ends_at for one in one.states if one.ends_at]
        statuses = {state.since: state.status for state in one.states}
        levels: list[Level] = []
        for moment in sorted({*known, *(moment for moment in to_come if moment <= self.now)}):
            amount = self.amount(one, moment)
            if not levels or levels[-1].amount != amount:
                levels.append(Level(moment, amount, statuses.get(moment) == "completed"))
        return levels

    def level(self, one: Subscription, day: date) -> Level | None:
        """Return what it brings at the end of a day of its workspace; None before it began."""
        begun = [level for level in self.levels[one.number] if self.local_day(one, level.since) <= day]
        return begun[-1] if begun else None

    def local_day(self, one: Subscription, moment: datetime) -> date:
        """Return the day of a moment; what lies ahead counts today."""
        return min(moment, self.now).astimezone(one.zone).date()

    def state(self, one: Subscription, day: date) -> State | None:
        """Return the state at the end of a day."""
        begun = [state for state in one.states if state.since.astimezone(one.zone).date() <= day]
        return begun[-1] if begun else None

    def is_active(self, one: Subscription, day: date) -> bool:
        """Tell whether it counts as active at the end of a day that is over."""
        midnight = datetime.combine(day + DAY, datetime.min.time(), one.zone)
        last_moment = midnight.astimezone(self.now.tzinfo) - timedelta(microseconds=1)
        position = bisect_right([state.since for state in one.states], last_moment) - 1
        return position >= 0 and self.counts(one, position, last_moment)

    # The days of a workspace.

    def today(self, workspace: str) -> date:
        return self.now.astimezone(ZONES[workspace]).date()

    def start(self, one: Subscription) -> date:
        return self.local_day(one, one.states[0].since)

    def month_ends(self, workspace: str, since: date) -> Iterator[date]:
        """Yield the last day of every month, from that of a day on; today is the end of the running month."""
        day, today = since, self.today(workspace)
        while day <= today:
            if day == today or (day + DAY).day == 1:
                yield day
            day += DAY

    # Persons.

    @cached_property
    def persons(self) -> dict[Owner, list[Subscription]]:
        """Group subscriptions by workspace, currency and whose they are."""
        owned = defaultdict(list)
        for one in self.subscriptions:
            owned[one.workspace, one.currency, one.subscriber].append(one)
        return owned

    @cached_property
    def days(self) -> dict[Owner, dict[date, Day]]:
        """Tell of every day of every person what is brought at its end."""
        return {owner: self._days(owned) for owner, owned in self.persons.items()}

    def _days(self, owned: Sequence[Subscription]) -> dict[date, Day]:
        days: dict[date, Day] = {}
        before: dict[str, Decimal] = {}
        latest = Day(NOTHING, False)
        day = min(self.start(one) for one in owned)
        while day <= self.today(owned[0].workspace):
            levels = {one.number: level for one in owned if (level := self.level(one, day))}
            after = {number: level.amount or NOTHING for number, level in levels.items()}
            amount = sum(after.values(), NOTHING)
            if amount != latest.amount:
                ended = [number for number in after if not after[number] and before.get(number)]
                latest = Day(amount, amount == 0 and all(levels[number].is_completed for number in ended))
            days[day], before = latest, after
            day += DAY
        return days

    def movements(self, owner: Owner) -> list[Movement]:
        """List the months in which a person brings something at the beginning or at the end."""
        days, opening, has_had_some, found = self.days[owner], NOTHING, False, []
        for day in self.month_ends(owner[0], min(days)):
            closing = days[day].amount
            if opening == closing:
                kind = "none"
            elif opening == 0:
                kind = "reactivation" if has_had_some else "new"
            elif closing == 0:
                kind = "completion" if days[day].has_completed else "churn"
            else:
                kind = "expansion" if closing > opening else "contraction"
            if opening or closing:
                found.append(Movement(day.replace(day=1), kind, opening, closing))
            opening, has_had_some = closing, has_had_some or closing > 0
        return found
