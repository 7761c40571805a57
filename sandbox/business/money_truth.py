"""The true answers about money and subscriptions. Revenue is positive, refunds are negative, cents are whole."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from sandbox.business.books import Books
from sandbox.business.business import Business
from sandbox.business.exchange import Rates, rounded
from sandbox.business.records import Payment, Subscription
from sandbox.business.thrivecart_file import subscription_statuses

Row = dict[str, object]
_CYCLE_DAYS = {"week": Fraction(7), "month": Fraction(30), "quarter": Fraction(365, 4), "year": Fraction(365)}


def local_day(payment: Payment, books: Books) -> date:
    """Return the day of a payment where the business is."""
    return payment.at.astimezone(books.workspace.zone).date()


def reporting_cents(payment: Payment, books: Books, rates: Rates) -> int:
    """Return the cash of a payment in the business's currency, at the rate of its local day, rounded by itself."""
    day = local_day(payment, books)
    return rates.convert(payment.cash, payment.item.currency, books.workspace.currency, day)


def total_rows(business: Business) -> list[Row]:
    """Return revenue and refunds by business and currency."""
    rows: list[Row] = []
    for books in business.books:
        groups: dict[str, list[Payment]] = defaultdict(list)
        for payment in books.live_payments:
            groups[payment.item.currency].append(payment)
        for currency, payments in sorted(groups.items()):
            row = {"workspace_id": books.workspace.workspace_id, "currency": currency, **_cash(payments)}
            rows.append(row | {"transactions": len(payments)})
    return rows


def day_rows(business: Business) -> list[Row]:
    """Return revenue and refunds by local day and currency, in that currency and in the business's."""
    rows: list[Row] = []
    for books in business.books:
        groups: dict[tuple[date, str], list[Payment]] = defaultdict(list)
        for payment in books.live_payments:
            if payment.kind != "cancel":
                groups[local_day(payment, books), payment.item.currency].append(payment)
        for (day, currency), payments in sorted(groups.items()):
            converted = [reporting_cents(payment, books, business.rates) for payment in payments]
            rows.append(
                {
                    "workspace_id": books.workspace.workspace_id,
                    "day": day,
                    "currency": currency,
                    **_cash(payments),
                    "reporting_revenue_cents": sum(cents for cents in converted if cents > 0),
                    "reporting_refund_cents": sum(cents for cents in converted if cents < 0),
                }
            )
    return rows


def product_rows(business: Business) -> list[Row]:
    """Return revenue and refunds by item."""
    rows: list[Row] = []
    for books in business.books:
        groups: dict[tuple[str, int, str], list[Payment]] = defaultdict(list)
        for payment in books.live_payments:
            groups[payment.item.item_type, payment.item.item_id, payment.item.currency].append(payment)
        for (item_type, item_id, currency), payments in sorted(groups.items()):
            rows.append(
                {
                    "workspace_id": books.workspace.workspace_id,
                    "connection_id": books.workspace.thrivecart,
                    "item_type": item_type,
                    "item_id": item_id,
                    "currency": currency,
                    **_cash(payments),
                }
            )
    return rows


def subscription_rows(business: Business) -> list[Row]:
    """Return every subscription with its state, and what it brings in 30 days: nothing in a trial or on a plan."""
    rows: list[Row] = []
    for books in business.books:
        payments = books.live_payments
        statuses = subscription_statuses(payments, business.span.now)
        firsts: dict[Subscription, Payment] = {}
        paid_again = set()
        for payment in payments:
            if payment.subscription:
                firsts.setdefault(payment.subscription, payment)
                if payment.kind == "rebill":
                    paid_again.add(payment.subscription)
        for subscription, first in sorted(firsts.items(), key=lambda pair: pair[0].number):
            option = subscription.option
            is_active = statuses[subscription] in ("active", "paused")
            is_in_trial = bool(option.trial_days) and subscription not in paid_again
            brings = is_active and not option.payments and not is_in_trial
            per_month = Fraction(subscription.amount * 30) / _CYCLE_DAYS[option.frequency]
            rows.append(
                {
                    "workspace_id": books.workspace.workspace_id,
                    "connection_id": books.workspace.thrivecart,
                    "internal_subscription_id": subscription.number,
                    "email": first.order.address,
                    "item_type": subscription.item.item_type,
                    "item_id": subscription.item.item_id,
                    "currency": subscription.item.currency,
                    "thrivecart_status": statuses[subscription],
                    "is_active": int(is_active),
                    "started_at": f"{subscription.started_at:%Y-%m-%dT%H:%M:%SZ}",
                    "amount_cents": subscription.amount,
                    "frequency": option.frequency,
                    "mrr_thirty_day_cents": rounded(per_month) if brings else 0,
                }
            )
    return rows


def _cash(payments: Iterable[Payment]) -> dict[str, int]:
    moved = [payment.cash for payment in payments]
    return {
        "revenue_cents": sum(cents for cents in moved if cents > 0),
        "refund_cents": sum(cents for cents in moved if cents < 0),
    }
