"""Random lives of subscriptions, as the rows, answers and deliveries that tell of them.

Moments lie on a coarse grid, so that evidence often falls on the same moment; no two kinds of moment lie nearer than a
day, far beyond the quarter of an hour within which a delivery is taken for a row's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.dbt.raw_rows import CONNECTION, RawWarehouse

ITEM = "7"
# Now lies half a day beside the grid, so that no build runs while a grace ends.
ORIGIN = datetime.now(UTC).replace(microsecond=0) - timedelta(days=59, hours=12)
STEP = timedelta(days=1)
EVENT_NAMES = {
    "paid": "order.subscription_payment",
    "payment_failed": "order.rebill_failed",
    "paused": "order.subscription_paused",
    "resumed": "order.subscription_resumed",
    "cancelled": "order.subscription_cancelled",
    "completed": "order_rebill_completed",
}
WORDS = {"trialing": "active", "past_due": "active"}
"""What the API calls a status that it has no word for."""


@dataclass(frozen=True)
class Option:
    """A way to pay. Amounts in cents; the catalogue does not list all of them any more."""

    number: str
    price: int
    recurring: int
    frequency: str
    trial_days: int = 0
    payments: int | None = None
    is_listed: bool = True


OPTIONS = (
    Option("1", 4900, 4900, "month"),
    Option("2", 100, 4900, "month", trial_days=14),
    Option("3", 9900, 9900, "month", payments=3),
    Option("4", 49000, 49000, "year"),
    Option("5", 14900, 4900, "month"),
    Option("6", 0, 9900, "month", trial_days=7, payments=2),
    Option("7", 4900, 4900, "month", is_listed=False),
)


@dataclass(frozen=True)
class Event:
    """An event row. `word` is its status when it was last loaded, at `seen_at`; `first_word` what an early load saw."""

    at: datetime
    kind: str
    cents: int = 4900
    word: str | None = None
    seen_at: datetime = ORIGIN
    first_word: tuple[str, datetime] | None = None
    is_late: bool = False
    event_id: str = ""

    @property
    def transaction_id(self) -> str:
        """The key of the row in the models."""
        return f"{CONNECTION}:live:{self.event_id}:product:{ITEM}"

    @property
    def is_payment(self) -> bool:
        """Whether it is a charge or a rebill, be it of nothing."""
        return self.kind in ("charge", "rebill")


@dataclass(frozen=True)
class Answer:
    """What ThriveCart says of the subscription when asked about its customer."""

    at: datetime
    word: str
    cents: int | None = None
    made: int | None = None
    left: int | None = None
    frequency: str | None = None
    is_late: bool = False


@dataclass(frozen=True)
class Delivery:
    """A webhook about the subscription."""

    at: datetime
    change: str
    ends_at: datetime | None = None
    is_late: bool = False
    key: str = ""


@dataclass(frozen=True)
class Life:
    """A subscription and all that is known of it. `story` is how it truly was, where that was told in full."""

    option: Option
    events: Sequence[Event]
    answers: Sequence[Answer] = ()
    deliveries: Sequence[Delivery] = ()
    has_coupon: bool = False
    story: Sequence[tuple[str, datetime]] = ()
    number: int = 0

    @property
    def subscription_id(self) -> str:
        """The key of the subscription in the models."""
        return f"{CONNECTION}:{self.number}"

    @property
    def email(self) -> str:
        """The address of its payer, who has another subscription."""
        return f"payer-{self.number // 2}@example.com"

    def numbered(self, number: int) -> "Life":
        """Return the life under a number of its own, with keys for its evidence."""
        return replace(
            self,
            number=number,
            events=[replace(event, event_id=f"{number:05}{row:03}") for row, event in enumerate(self.events)],
            deliveries=[replace(told, key=f"{number:05}{row:03}") for row, told in enumerate(self.deliveries)],
        )

    def known_early(self) -> "Life":
        """Return what is known before the late evidence comes and the rows are loaded again."""
        early = [
            replace(event, word=event.first_word[0], seen_at=event.first_word[1]) if event.first_word else event
            for event in self.events
            if not event.is_late
        ]
        return replace(
            self,
            events=early,
            answers=[answer for answer in self.answers if not answer.is_late],
            deliveries=[told for told in self.deliveries if not told.is_late],
        )


def moments(every: int) -> st.SearchStrategy[datetime]:
    """Draw a moment of the grid: the nth of few, so that they meet."""
    return st.integers(0, 57 // every).map(lambda steps: ORIGIN + steps * every * STEP)


amounts = st.sampled_from([4900, 4900, 4900, 5900, 9900, 0])
words = st.sampled_from(["active", "Active", "paused", "cancelled", "completed", "hibernating"])


@st.composite
def events(draw: st.DrawFn) -> Event:
    """Draw an event row, seen at its own time or later."""
    at = draw(moments(5))
    sightings = st.tuples(words, moments(5).map(lambda seen_at: max(seen_at, at)))
    word, seen_at = draw(st.one_of(st.just((None, at)), sightings))
    return Event(
        at,
        draw(st.sampled_from(["charge", "rebill", "rebill", "rebill", "refund", "cancel"])),
        draw(amounts),
        word,
        seen_at,
        first_word=draw(st.one_of(st.none(), sightings)) if word else None,
        is_late=draw(st.booleans()),
    )


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    """Draw an answer; what it says of the plan may be missing, and need not be true."""
    left = draw(st.one_of(st.none(), st.integers(0, 3)))
    return Answer(
        draw(moments(5)),
        draw(words),
        draw(st.sampled_from([None, 4900, 5900])),
        draw(st.integers(1, 3)),
        left,
        draw(st.sampled_from([None, "month", "week"])),
        is_late=draw(st.booleans()),
    )


@st.composite
def deliveries(draw: st.DrawFn) -> Delivery:
    """Draw a delivery about any change; only a cancellation may say when the paid time ends."""
    change = draw(st.sampled_from([*EVENT_NAMES, "payment_failed"]))
    ends_at = draw(st.one_of(st.none(), moments(5))) if change == "cancelled" else None
    return Delivery(draw(moments(5)), change, ends_at, is_late=draw(st.booleans()))


@st.composite
def wild_lives(draw: st.DrawFn) -> Life:
    """Draw evidence that need not agree: missing, out of order, several pieces at one moment."""
    return Life(
        draw(st.sampled_from(OPTIONS)),
        draw(st.lists(events(), min_size=1, max_size=6)),
        draw(st.lists(answers(), max_size=4, unique_by=lambda answer: answer.at)),
        draw(st.lists(deliveries(), max_size=5, unique_by=lambda told: (told.at, told.change))),
        draw(st.booleans()),
    )


STEPS = {
    "trialing": ["pay", "fail", "pause", "cancel"],
    "active": ["pay", "pay", "fail", "pause", "cancel"],
    "past_due": ["pay", "fail", "pause", "cancel"],
    "paused": ["resume", "pay", "cancel"],
    "cancelled": ["pay"],
}


@st.composite
def told_lives(draw: st.DrawFn) -> Life:
    """Draw a life that took place, told by every row and delivery it made, and by true answers in between."""
    option = draw(st.sampled_from([option for option in OPTIONS if option.is_listed]))
    at, paid = ORIGIN, int(option.price > 0)
    status = alive = "trialing" if option.trial_days else "active"
    story = [(status, at)]
    rows, told, said = [Event(at, "charge", option.price)], [], []
    for _ in range(draw(st.integers(0, 7))):
        if status == "completed":
            break
        step = draw(st.sampled_from(STEPS[status]))
        if draw(st.booleans()):
            said.append(Answer(at + STEP, WORDS.get(status, status)))
        at += draw(st.integers(2, 6)) * STEP
        if step == "pay":
            paid += 1
            rows.append(Event(at, draw(st.sampled_from(["charge", "rebill"])) if status == "paused" else "rebill"))
            told += [Delivery(at, "paid")] if draw(st.booleans()) else []
            status = alive = "completed" if paid == option.payments else "active"
        elif step == "cancel":
            rows.append(Event(at, "cancel"))
            told += [Delivery(at, "cancelled")] if draw(st.booleans()) else []
            status = "cancelled"
        else:
            change = {"fail": "payment_failed", "pause": "paused", "resume": "resumed"}[step]
            status = {"fail": "past_due", "pause": "paused", "resume": alive}[step]
            told.append(Delivery(at, change))
        story.append((status, at))
    said.append(Answer(at + STEP, WORDS.get(status, status)))
    return Life(option, rows, said, told, story=story)


def write_down(warehouse: RawWarehouse, lives: Iterable[Life]) -> None:
    """Let the raw tables hold what is known of these lives."""
    told = list(lives)
    warehouse.put(
        "pricing_options",
        (
            {
                "seen_at": ORIGIN,
                "item_type": "product",
                "item_id": ITEM,
                "id": option.number,
                "name": option.number,
                "type": "subscription",
                "price": option.price,
                "subscription_price": option.recurring,
                "trial_period": option.trial_days,
                "frequency": option.frequency,
                "payments": option.payments,
            }
            for option in OPTIONS
            if option.is_listed
        ),
    )
    warehouse.put("transactions", (_row(life, event) for life in told for event in life.events))
    warehouse.put("customers", _customer_rows(told))
    warehouse.put("webhook_events", (_delivery(life, delivery) for life in told for delivery in life.deliveries))


def _row(life: Life, event: Event) -> dict[str, Any]:
    return {
        "seen_at": event.seen_at,
        "mode": "live",
        "event_id": event.event_id,
        "timestamp": int(event.at.timestamp()),
        "transaction_type": event.kind,
        "item_type": "product",
        "item_id": ITEM,
        "item_pricing_option_id": life.option.number,
        "amount": event.cents,
        "order_id": str(life.number),
        "internal_subscription_id": str(life.number),
        "currency": "USD",
        "coupon": "SPRING" if life.has_coupon else None,
        "quantity": 1,
        "customer": {"id": str(life.number // 2), "email": life.email},
        "subscription_current_status": event.word,
    }


def _customer_rows(lives: Iterable[Life]) -> Iterable[dict[str, Any]]:
    asked: dict[tuple[str, datetime], list[dict[str, Any]]] = {}
    for life in lives:
        for answer in life.answers:
            told = {
                "subscription_id": str(life.number),
                "status": answer.word,
                "frequency": answer.frequency,
                "currency": "USD",
                "amount": answer.cents if answer.cents is None else str(answer.cents),
                "payments": answer.made if answer.made is None else str(answer.made),
                "payments_remaining": answer.left if answer.left is None else str(answer.left),
            }
            asked.setdefault((life.email, answer.at), []).append(told)
    for (email, at), subscriptions in asked.items():
        yield {"email": email, "seen_at": at, "status": "found", "subscriptions": subscriptions}


def _delivery(life: Life, delivery: Delivery) -> dict[str, Any]:
    subscription = {"type": "product", "id": ITEM, "amount": "4900"}
    if delivery.ends_at:
        subscription["billing_period_end"] = str(int(delivery.ends_at.timestamp()))
    event = EVENT_NAMES[delivery.change]
    return {
        "seen_at": delivery.at,
        "event_key": delivery.key,
        "event": event,
        "encoding": "json",
        "payload": {
            "event": event,
            "mode": "live",
            "mode_int": "2",
            "order_id": str(life.number),
            "subscription_id": str(life.number),
            "customer": {"email": life.email},
            "currency": "USD",
            "date_unix": str(int(delivery.at.timestamp())),
            "subscription": subscription,
        },
    }
