"""What a ThriveCart account has to tell by webhook since it has them: much of it is told nowhere else."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sandbox.business.affiliates import Commission, commissions
from sandbox.business.books import Books
from sandbox.business.records import AddressChange, Cart, Order, Payment, Subscription
from sandbox.business.span import Span

DAYS_OF_WEBHOOKS = 120
"""Before today. What lies before that is in no delivery."""
_KINDS = {"charge": "rebill", "rebill": "rebill", "refund": "refund", "cancel": "cancelled"}
"""Of what follows a checkout. A resumed subscription is charged at once, which is no checkout."""


@dataclass(frozen=True)
class WebhookEvent:
    """One event. `about` tells it from all others of its kind in the account.

    `order` is a whole checkout with its `payments`; every other event has at most one payment. `made` counts the
    payments of the subscription up to the event, `paid_at` is the last of them. `cents` are those of the payment or
    commission, or what the subscription costs.
    """

    kind: str
    at: datetime
    about: str
    order: Order | None = None
    payments: tuple[Payment, ...] = ()
    subscription: Subscription | None = None
    made: int = 0
    paid_at: datetime | None = None
    cents: int = 0
    commission: Commission | None = None
    cart: Cart | None = None
    address_change: AddressChange | None = None

    @property
    def is_test(self) -> bool:
        """Whether it is of a test order."""
        return self.order is not None and self.order.is_test


def webhooks_since(span: Span) -> datetime:
    """Return the moment from which on webhooks are delivered."""
    return datetime.combine(span.today - timedelta(days=DAYS_OF_WEBHOOKS), time(), UTC)


def webhook_events(books: Books, span: Span) -> list[WebhookEvent]:
    """Return all events of an account since it has webhooks, oldest first."""
    since = webhooks_since(span)
    billed = _billed(books)
    events = [*_payment_events(books, since, billed), *_commission_events(books, span)]
    for subscription, payments in billed.items():
        events.extend(_subscription_events(subscription, payments))
    for cart in books.carts:
        events.append(WebhookEvent("cart_abandoned", cart.at, f"{cart.email}/{cart.at:%Y%m%d%H%M%S}", cart=cart))
    for change in books.address_changes:
        events.append(WebhookEvent("customer_updated", change.at, change.buyer.customer_number, address_change=change))
    told = [event for event in events if event.at >= since]
    return sorted(told, key=lambda event: (event.at, event.kind, event.about))


def _billed(books: Books) -> dict[Subscription, list[Payment]]:
    """Return what each subscription was charged, oldest first."""
    billed: dict[Subscription, list[Payment]] = {}
    for payment in books.payments:
        if payment.subscription and payment.kind in ("charge", "rebill"):
            billed.setdefault(payment.subscription, []).append(payment)
    return billed


def _payment_events(books: Books, since: datetime, billed: dict[Subscription, list[Payment]]) -> Iterator[WebhookEvent]:
    checkouts: dict[Order, list[Payment]] = {}
    recent = [payment for payment in (*books.payments, *books.unlisted) if payment.at >= since]
    for payment in recent:
        subscription = payment.subscription
        is_first = not subscription or billed[subscription][0] is payment
        if payment.kind == "charge" and is_first:
            checkouts.setdefault(payment.order, []).append(payment)
            yield _payment_event("charge", payment, 1)
            continue
        made = bisect_right(billed[subscription], payment.at, key=lambda paid: paid.at) if subscription else 0
        paid_at = billed[subscription][made - 1].at if subscription else None
        yield _payment_event(_KINDS[payment.kind], payment, made, paid_at)
        if payment.kind == "rebill" and payment.option.payments == made:
            yield _payment_event("completed", payment, made, paid_at)
    for order, payments in checkouts.items():
        cents = sum(payment.cents for payment in payments)
        yield WebhookEvent("order", order.placed_at, str(order.number), order, tuple(payments), cents=cents)


def _payment_event(kind: str, payment: Payment, made: int, paid_at: datetime | None = None) -> WebhookEvent:
    about = f"{payment.number}/{payment.item.path}"
    cents = payment.cents
    return WebhookEvent(
        kind, payment.at, about, payment.order, (payment,), payment.subscription, made, paid_at or payment.at, cents
    )


def _subscription_events(subscription: Subscription, payments: list[Payment]) -> Iterator[WebhookEvent]:
    """Yield what happened to a subscription beside payments."""
    changes = [("rebill_failed", failed.at) for failed in subscription.failed_rebills]
    for begin, end in subscription.pauses:
        changes += [("paused", begin)] + ([("resumed", end)] if end else [])
    costs = {failed.at: failed.cents for failed in subscription.failed_rebills}
    for kind, at in changes:
        made = bisect_right(payments, at, key=lambda paid: paid.at)
        last = payments[made - 1]
        # The first payment may be a trial's, or with a coupon.
        usual = last.cents if made > 1 else subscription.option.recurring * last.quantity
        yield WebhookEvent(
            kind,
            at,
            f"{subscription.number}/{at:%Y%m%d%H%M%S}",
            last.order,
            subscription=subscription,
            made=made,
            paid_at=last.at,
            cents=costs.get(at, usual),
        )


def _commission_events(books: Books, span: Span) -> Iterator[WebhookEvent]:
    for commission in commissions(books.orders, span):
        payment, affiliate = commission.payment, commission.affiliate
        of = f"{payment.number}/{payment.item.path}" if payment else f"{affiliate.user_id}/{commission.currency}"
        yield WebhookEvent(
            f"commission_{commission.kind}",
            commission.at,
            f"{of}/{commission.at:%Y%m%d}",
            payment.order if payment else None,
            cents=commission.cents,
            commission=commission,
        )
