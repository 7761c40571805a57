"""The true answers about what webhooks told. Money in cents of its currency, moments in UTC."""

from collections.abc import Iterator
from datetime import datetime

from sandbox.business.books import Books
from sandbox.business.business import Business
from sandbox.business.checkout_links import CheckoutLinks
from sandbox.business.records import Payment
from sandbox.business.webhook_events import WebhookEvent

Row = dict[str, object]


def event_rows(business: Business) -> list[Row]:
    """Return every event that was delivered, once. A checkout is a row for each item, of kind `charge`."""
    return [row for books in business.books for event in _told(books, business) for row in _event_rows(event, books)]


def checkout_rows(business: Business) -> list[Row]:
    """Return by which link the buyer of each delivered order came to the checkout; what it did not carry is empty."""
    rows: list[Row] = []
    for books in business.books:
        links = CheckoutLinks(books, business.span)
        rows.extend(
            {
                "connection_id": books.workspace.thrivecart,
                "order_id": event.order.number,
                "email": event.order.address,
                **links.of(event.order),
            }
            for event in _told(books, business)
            if event.kind == "order" and event.order and not event.order.is_test
        )
    return rows


def change_rows(business: Business) -> list[Row]:
    """Return every change of a live subscription since the business began, also those from before the webhooks."""
    rows: list[Row] = []
    for books in business.books:
        changes = {
            (payment.subscription.number, "cancelled" if payment.kind == "cancel" else "completed", payment.at)
            for payment in _last_payments(books)
            if payment.subscription
        }
        for payment in books.live_payments:
            if subscription := payment.subscription:
                for begin, end in subscription.pauses:
                    changes.add((subscription.number, "paused", begin))
                    if end:
                        changes.add((subscription.number, "resumed", end))
                for failed in subscription.failed_rebills:
                    changes.add((subscription.number, "payment_failed", failed.at))
        rows.extend(
            {
                "connection_id": books.workspace.thrivecart,
                "internal_subscription_id": number,
                "change": change,
                "occurred_at": _time(at),
            }
            for number, change, at in sorted(changes)
            if business.span.is_known(at)
        )
    return rows


def commission_rows(business: Business) -> list[Row]:
    """Return the movements on affiliates' accounts; what an affiliate has to give back is negative."""
    return [
        {
            "connection_id": books.workspace.thrivecart,
            "affiliate_id": event.commission.affiliate.affiliate_id,
            "kind": event.commission.kind,
            "order_id": event.order.number if event.order else None,
            "occurred_at": _time(event.at),
            "currency": event.commission.currency,
            "cents": -event.cents if event.commission.kind == "refund" else event.cents,
        }
        for books in business.books
        for event in _told(books, business)
        if event.commission
    ]


def cart_rows(business: Business) -> list[Row]:
    """Return the carts that were abandoned."""
    return [
        {
            "connection_id": books.workspace.thrivecart,
            "email": event.cart.email.strip().lower(),
            "base_product": event.cart.product.item_id,
            "occurred_at": _time(event.at),
        }
        for books in business.books
        for event in _told(books, business)
        if event.cart
    ]


def _told(books: Books, business: Business) -> list[WebhookEvent]:
    delivered = business.delivered[books.workspace.thrivecart]
    return [delivery.event for delivery in delivered if not delivery.is_repeated]


def _event_rows(event: WebhookEvent, books: Books) -> Iterator[Row]:
    # Where single items are told, the whole order tells nothing new.
    if event.kind == "order" and books.workspace.webhook_encoding == "json":
        return
    common = {
        "connection_id": books.workspace.thrivecart,
        "mode": "test" if event.is_test else "live",
        "is_listed": "no" if any(payment in books.unlisted for payment in event.payments) else "yes",
        "order_id": event.order.number if event.order else None,
    }
    if event.kind == "order":
        for payment in event.payments:
            yield common | {"kind": "charge", **_of_payment(payment)}
    elif event.payments:
        yield common | {"kind": event.kind, **_of_payment(event.payments[0])}
    else:
        item = event.subscription and event.subscription.item
        yield common | {
            "kind": event.kind,
            "item_type": item and item.item_type,
            "item_id": item and item.item_id,
            "internal_subscription_id": event.subscription and event.subscription.number,
            "occurred_at": _time(event.at),
            "currency": item.currency if item else event.commission and event.commission.currency,
            "cents": event.cents if item or event.commission else None,
        }


def _of_payment(payment: Payment) -> Row:
    return {
        "item_type": payment.item.item_type,
        "item_id": payment.item.item_id,
        "internal_subscription_id": payment.subscription and payment.subscription.number,
        "occurred_at": _time(payment.at),
        "currency": payment.item.currency,
        "cents": payment.cents,
    }


def _last_payments(books: Books) -> Iterator[Payment]:
    """Yield the cancellation of each cancelled subscription, and the last instalment of each completed plan."""
    made: dict[int, int] = {}
    for payment in books.live_payments:
        if payment.kind == "cancel":
            yield payment
        elif payment.subscription and payment.kind in ("charge", "rebill"):
            number = payment.subscription.number
            made[number] = made.get(number, 0) + 1
            if made[number] == payment.option.payments:
                yield payment


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
