"""What ThriveCart answers when it is asked about a customer."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sandbox.business.records import Order, Payment, Subscription

Row = dict[str, Any]
_TIME = "%Y-%m-%d %H:%M:%S"
_CYCLE_DAYS = {"week": 7, "month": 30, "quarter": 91, "year": 365}


def customer_answers(payments: Iterable[Payment], statuses: dict[Subscription, str], now: datetime) -> dict[str, Row]:
    """Return the answers by address (lower case, no space around it): purchases, subscriptions, lifetime value."""
    by_address: dict[str, list[Payment]] = {}
    for payment in payments:
        by_address.setdefault(payment.order.address, []).append(payment)
    return {address: _answer(address, paid, statuses, now) for address, paid in sorted(by_address.items())}


def _answer(address: str, payments: list[Payment], statuses: dict[Subscription, str], now: datetime) -> Row:
    single: dict[tuple[Order, str, int], list[Payment]] = {}
    recurring: dict[Subscription, list[Payment]] = {}
    lifetime: dict[str, int] = {}
    for payment in payments:
        if payment.subscription:
            recurring.setdefault(payment.subscription, []).append(payment)
        else:
            single.setdefault((payment.order, *_item_key(payment)), []).append(payment)
        lifetime[payment.item.currency] = lifetime.get(payment.item.currency, 0) + payment.cash
    return {
        "customer": {"name": payments[0].order.buyer.name, "email": address},
        "purchases": [_purchase(paid) for paid in single.values()],
        "subscriptions": [
            _subscription(subscription, paid, statuses[subscription], now) for subscription, paid in recurring.items()
        ],
        "lifetime_value": lifetime,
    }


def _item_key(payment: Payment) -> tuple[str, int]:
    return payment.item.item_type, payment.item.item_id


def _purchase(payments: list[Payment]) -> Row:
    amount = sum(payment.cents for payment in payments if payment.kind == "charge")
    net = sum(payment.cash for payment in payments)
    return {
        "status": "paid" if net == amount else "partially_refunded" if net > 0 else "refunded",
        **_numbers(payments[0]),
        "amount": amount,
        "net_amount": net,
        **_item(payments[0]),
        "reference": f"{payments[0].item.item_type}-{payments[0].item.item_id}",
    }


def _subscription(subscription: Subscription, payments: list[Payment], status: str, now: datetime) -> Row:
    made = [payment for payment in payments if payment.kind in ("charge", "rebill")]
    reference = f"{subscription.item.item_type}-{subscription.item.item_id}-{subscription.option.option_id}"
    answer = {
        "status": status,
        **_numbers(payments[0]),
        "subscription_id": str(subscription.number),
        "subscription_reference": reference,
        "frequency": subscription.option.frequency,
        # Money as text here, and as a number in the events below.
        "amount": str(subscription.amount),
        "payments": str(len(made)),
        "total_paid": str(sum(payment.cents for payment in made)),
        "last_payment": made[-1].at.strftime(_TIME),
        "date_started": subscription.started_at.strftime(_TIME),
        **_item(payments[0]),
        "events": [
            {
                "event_id": str(payment.number),
                "event_type": payment.kind,
                "date": payment.at.strftime(_TIME),
                "amount": payment.cents,
                "reference": reference,
            }
            for payment in payments
        ],
    }
    if subscription.option.payments:
        answer["payments_remaining"] = str(subscription.option.payments - len(made))
    if status == "active":
        is_in_trial = subscription.option.trial_days and len(made) == 1
        days = subscription.option.trial_days if is_in_trial else _CYCLE_DAYS[subscription.option.frequency]
        answer["next_payment"] = max(made[-1].at + timedelta(days=days), now).strftime(_TIME)
    return answer


def _numbers(payment: Payment) -> Row:
    return {
        "order_id": str(payment.order.number),
        "invoice_id": str(payment.order.invoice),
        "currency": payment.item.currency,
        "processor": payment.order.buyer.processor,
    }


def _item(payment: Payment) -> Row:
    return {
        "item_name": payment.item.name,
        "item_type": payment.item.item_type,
        "item_id": str(payment.item.item_id),
    }
