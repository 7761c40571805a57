"""The written rules on the state of a subscription, read one piece of evidence after the other.

This is what DECISIONS.md and the models' descriptions say, in the plainest way: a list in order and one status that
changes. The models must come to the same without a loop.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from tests.dbt.subscription_lives import Answer, Event, Life

KNOWN_WORDS = ("active", "paused", "cancelled", "completed")
SIGNS_OF_LIFE = ("active", "paused", "resumed", "payment_failed")
FACTORS = {"month": Decimal(1), "year": Decimal("0.0821917808"), "week": Decimal("4.2857142857")}
GRACE = timedelta(days=30)
STRENGTHS = {"payment_failed": 2, "begun": 3, "paid": 3, "resumed": 4, "cancelled": 5, "paused": 6}
WORD, COUNTED, COMPLETED = 1, 7, 8
SOURCES = ("row_status", "customer_answer", "transaction", "webhook")


@dataclass(frozen=True)
class Evidence:
    """Something said of a subscription, at the moment at which it counts."""

    at: datetime
    asserts: str
    source: str
    evidence_id: str
    is_word: bool = False
    is_counted: bool = False
    ends_at: datetime | None = None

    @property
    def order(self) -> tuple[datetime, int, int, str, str]:
        """Where it comes: by moment, then from the weakest to the strongest."""
        if self.asserts == "completed":
            strength = COUNTED if self.is_counted else COMPLETED
        else:
            strength = WORD if self.is_word else STRENGTHS[self.asserts]
        return self.at, strength, SOURCES.index(self.source), self.evidence_id, self.asserts


@dataclass
class Interval:
    """A time in one status, with all evidence that showed that very status."""

    status: str
    shown_by: list[Evidence] = field(default_factory=list)
    ends_at: datetime | None = None
    begun_by: Evidence | None = None

    def settle(self, beginning: datetime) -> None:
        """Find what begins the interval: of the first moment that a lasting piece shows, the strongest piece.

        Where the subscription itself begins, all pieces last.
        """
        lasting = [one for one in self.shown_by if one.source != "row_status" or one.at == beginning] or self.shown_by
        first = min(evidence.at for evidence in lasting)
        self.begun_by = max((evidence for evidence in lasting if evidence.at == first), key=lambda one: one.order)
        ends = [evidence.ends_at for evidence in self.shown_by if evidence.ends_at]
        if self.status == "cancelled" and ends and max(ends) > first:
            self.ends_at = max(ends)

    @property
    def since(self) -> datetime:
        """First moment of the interval."""
        assert self.begun_by
        return self.begun_by.at


class Reading:
    """What the rules make of a life. `intervals` is empty where no row of the subscription is known."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.events = sorted(life.events, key=lambda event: (event.at, event.transaction_id))
        self.intervals: list[Interval] = []
        self.overruled: list[tuple[Evidence, str]] = []
        if self.events:
            self._read()

    # The terms: what the catalogue and the youngest answer tell.

    @property
    def first(self) -> Event:
        return self.events[0]

    @property
    def youngest_answer(self) -> Answer | None:
        return max(self.life.answers, key=lambda answer: answer.at, default=None)

    @property
    def has_trial(self) -> bool:
        return self.life.option.is_listed and self.life.option.trial_days > 0 and self.first.kind == "charge"

    @property
    def plan_payments(self) -> int | None:
        if self.life.option.is_listed and self.life.option.payments:
            return self.life.option.payments
        answer = self.youngest_answer
        return answer.made + answer.left if answer and answer.left is not None and answer.made is not None else None

    @property
    def frequency(self) -> str | None:
        if self.life.option.is_listed:
            return self.life.option.frequency
        return self.youngest_answer.frequency if self.youngest_answer else None

    @property
    def instalments(self) -> list[Event]:
        return [event for event in self.events if event.is_payment and event.cents > 0]

    # The state.

    def _evidence(self) -> list[Evidence]:
        said = []
        for event in self.events:
            if event.is_payment:
                said.append(Evidence(event.at, "paid", "transaction", event.transaction_id))
            elif event.kind == "cancel":
                said.append(Evidence(event.at, "cancelled", "transaction", event.transaction_id))
            elif event is self.first:
                said.append(Evidence(event.at, "begun", "transaction", event.transaction_id))
            if event.word and event.word.lower() in KNOWN_WORDS:
                said.append(
                    Evidence(event.seen_at, event.word.lower(), "row_status", event.transaction_id, is_word=True)
                )
        for answer in self.life.answers:
            if answer.word.lower() in KNOWN_WORDS:
                key = f"{self.life.subscription_id}:{int(answer.at.timestamp())}"
                said.append(Evidence(answer.at, answer.word.lower(), "customer_answer", key, is_word=True))
        pauses = [told.at for told in self.life.deliveries if told.change == "paused"]
        cancels = [event.at for event in self.events if event.kind == "cancel"]
        for told in self.life.deliveries:
            if told.change == "cancelled" and told.at in pauses and told.at not in cancels:
                # A pause is said to be told as a cancellation too: one that no row knows is the pause.
                continue
            said.append(Evidence(told.at, told.change, "webhook", told.key, ends_at=told.ends_at))
        return [evidence for evidence in said if evidence.at >= self.first.at]

    def _in_order(self) -> list[Evidence]:
        said = self._evidence()
        self.payments = [evidence.at for evidence in said if evidence.asserts == "paid"]
        alive = [evidence.at for evidence in said if evidence.asserts in SIGNS_OF_LIFE]
        denials = [evidence.at for evidence in said if evidence.is_word and evidence.asserts == "cancelled"]
        placed = []
        for evidence in said:
            at = evidence.at
            if evidence.is_word and evidence.asserts == "completed":
                last_paid = max((moment for moment in self.payments if moment <= at), default=None)
                last_alive = max((moment for moment in alive if moment <= at), default=None)
                if last_paid and (last_alive is None or last_alive <= last_paid):
                    at = last_paid
            placed.append(Evidence(at, *list(vars(evidence).values())[1:]))
        if self.plan_payments and len(self.instalments) >= self.plan_payments:
            last = self.instalments[self.plan_payments - 1]
            if not any(moment > last.at for moment in alive + denials):
                key = last.transaction_id
                placed.append(Evidence(last.at, "completed", "transaction", key, is_counted=True))
        return sorted(placed, key=lambda evidence: evidence.order)

    def alive_at(self, moment: datetime) -> str:
        is_converted = any(self.first.at < paid_at <= moment for paid_at in self.payments)
        return "trialing" if self.has_trial and not is_converted else "active"

    def _read(self) -> None:
        evidence = self._in_order()
        status: str | None = None
        for moment in sorted({one.at for one in evidence}):
            after: list[tuple[Evidence, str | None, str | None]] = []
            for one in (one for one in evidence if one.at == moment):
                status, overruled_by = self._hear(one, status)
                after.append((one, status, overruled_by))
            assert status
            if not self.intervals or self.intervals[-1].status != status:
                self.intervals.append(Interval(status))
            for one, left_it_at, overruled_by in after:
                self._settle(one, left_it_at, overruled_by, status)
        for interval in self.intervals:
            interval.settle(self.first.at)

    def _hear(self, one: Evidence, status: str | None) -> tuple[str | None, str | None]:
        """Return the status after a piece of evidence, and the rule that overruled it."""
        reopens = one.is_word and one.asserts in ("active", "paused")
        if status == "completed" and one.asserts != "completed" and not reopens:
            return status, "completed_stands"
        if one.asserts == "payment_failed":
            is_due = status in ("trialing", "active", "past_due")
            return ("past_due", None) if is_due else (status, "no_bill_was_due")
        if one.asserts == "active":
            return (self.alive_at(one.at) if status in ("paused", "cancelled", "completed") else status), None
        if one.asserts in ("begun", "paid", "resumed"):
            return self.alive_at(one.at), None
        return one.asserts, None

    def _settle(self, one: Evidence, left_it_at: str | None, overruled_by: str | None, status: str) -> None:
        if one.asserts == "active":
            agrees = status in ("trialing", "active")
            if status in ("paused", "cancelled", "completed"):
                overruled_by = "strongest_of_the_moment"
        else:
            agrees = left_it_at == status
            if not agrees and not overruled_by and one.asserts not in ("begun", "paid"):
                overruled_by = "strongest_of_the_moment"
        if overruled_by:
            self.overruled.append((one, overruled_by))
        elif agrees:
            self.intervals[-1].shown_by.append(one)

    # What follows from it.

    @property
    def changes(self) -> list[str]:
        named = []
        for before, interval in zip([None, *self.intervals], self.intervals, strict=False):
            if interval.status in ("paused", "cancelled", "completed"):
                named.append(interval.status)
            elif interval.status == "past_due":
                named.append("payment_failed")
            elif before is None:
                named.append("started" if interval.status == "active" else "trial_started")
            else:
                words = {"paused": "resumed", "past_due": "recovered", "trialing": "converted"}
                named.append(words.get(before.status, "reactivated"))
        return named

    @property
    def prices(self) -> list[tuple[datetime, int | None]]:
        """What a cycle cost, in cents, from when on."""
        later: dict[datetime, int] = {}
        for event in self.instalments:
            if event.at > self.first.at:
                later[event.at] = event.cents
        option, first, answer = self.life.option, self.first, self.youngest_answer
        is_plain = (
            not self.life.has_coupon and option.is_listed and not option.trial_days and option.price == option.recurring
        )
        first_paid = first.cents if first.is_payment and first.cents > 0 else None
        if first_paid and (first.kind == "rebill" or is_plain):
            price: int | None = first_paid
        else:
            catalogue = option.recurring if option.is_listed else None
            guesses: Sequence[int | None] = (*list(later.values())[:1], answer and answer.cents, catalogue, first_paid)
            price = next((cents for cents in guesses if cents is not None), None)
        prices = [(first.at, price)]
        for at, cents in later.items():
            if cents != prices[-1][1]:
                prices.append((at, cents))
        return prices

    @property
    def last_word(self) -> str | None:
        """The word ThriveCart was last seen to show; of one moment that of the younger row, an answer before a row."""
        seen = [(answer.at, answer.at, answer.word.lower()) for answer in self.life.answers]
        seen += [(event.seen_at, event.at, event.word.lower()) for event in self.events if event.word]
        return max(seen)[2] if seen else None

    @property
    def is_in_trial(self) -> bool:
        return self.has_trial and self.alive_at(self.intervals[-1].since) == "trialing"

    def active_times(self) -> list[tuple[datetime, datetime | None]]:
        """List when it counts as active by the default policy."""
        times = []
        for interval, following in zip(self.intervals, [*self.intervals[1:], None], strict=True):
            end = following.since if following else None
            if interval.status == "past_due":
                grace_ends = interval.since + GRACE
                end = min(end, grace_ends) if end else grace_ends
            if interval.status not in ("cancelled", "completed"):
                times.append((interval.since, end))
        return times

    def is_active(self, now: datetime) -> bool:
        return any(since <= now and (end is None or end > now) for since, end in self.active_times())

    def mrr(self, now: datetime) -> Decimal | None:
        if not self.is_active(now) or self.is_in_trial or self.plan_payments:
            return Decimal("0.00")
        cents = self.prices[-1][1]
        if cents is None or self.frequency is None:
            return None
        exact = Decimal(cents) / 100 * FACTORS[self.frequency]
        return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)

    @property
    def payments_left(self) -> int | None:
        if not self.plan_payments:
            return None
        if self.intervals[-1].status in ("cancelled", "completed"):
            return 0
        answer = self.youngest_answer
        if answer and answer.left is not None:
            left = answer.left - sum(event.at > answer.at for event in self.instalments)
        else:
            left = self.plan_payments - len(self.instalments)
        return max(left, 0)


def subscriber_since(readings: Sequence[Reading], now: datetime) -> datetime | None:
    """Return since when a person has had at least one active subscription without a break, or None."""
    since, reached = None, None
    for begin, end in sorted(
        (time for reading in readings for time in reading.active_times()), key=lambda time: time[0]
    ):
        if since is None or (reached is not None and begin > reached):
            since, reached = begin, end
        elif reached is not None:
            reached = None if end is None else max(reached, end)
    return since if since and (reached is None or reached > now) else None
