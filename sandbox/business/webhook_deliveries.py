"""What ThriveCart's webhooks have delivered: in which order, and what twice."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.business.books import Books
from sandbox.business.chance import chance
from sandbox.business.span import Span
from sandbox.business.webhook_events import WebhookEvent, webhook_events
from sandbox.business.webhook_wording import EVENT_NAMES

_DURATION_OF_A_CHECKOUT = timedelta(minutes=5)
"""An order is told when its buyer has seen all offers."""
_SHARE_DELIVERED_LATE = 0.02
_SHARE_DELIVERED_TWICE = 0.02


@dataclass(frozen=True)
class Delivery:
    """A request to the seller's endpoint."""

    at: datetime
    event: WebhookEvent
    is_repeated: bool = False


def deliveries(books: Books, span: Span) -> list[Delivery]:
    """Return all deliveries until now, oldest first. Some come hours late, after what happened since, some twice."""
    names = EVENT_NAMES[books.workspace.webhook_encoding]
    made = [
        delivery
        for event in webhook_events(books, span)
        if event.kind in names
        for delivery in _deliveries_of(event, f"{books.seed}/{books.workspace.workspace_id}")
        if span.is_known(delivery.at)
    ]
    return sorted(made, key=lambda delivery: (delivery.at, delivery.event.kind, delivery.event.about))


def _deliveries_of(event: WebhookEvent, account: str) -> Iterator[Delivery]:
    about = f"{account}/delivery/{event.kind}/{event.about}"
    luck, repeated = chance(about), chance(f"{about}/again")
    at = event.at + (_DURATION_OF_A_CHECKOUT if event.kind == "order" else timedelta())
    if luck < _SHARE_DELIVERED_LATE:
        at += timedelta(seconds=2400 + int(luck / _SHARE_DELIVERED_LATE * 20000))
    else:
        at += timedelta(seconds=1 + int(luck * 9))
    yield Delivery(at, event)
    if repeated < _SHARE_DELIVERED_TWICE:
        again = at + timedelta(seconds=60 + int(repeated / _SHARE_DELIVERED_TWICE * 7000))
        yield Delivery(again, event, is_repeated=True)
