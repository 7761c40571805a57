"""Who is paid for sending buyers, and what they earn, get, and have to give back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sandbox.business.chance import chance, chosen
from sandbox.business.records import Affiliate, Order, Payment
from sandbox.business.span import Span

_SHARE_OF_ORDERS = 0.09
_PERCENT = 25
_DAYS_HELD_BACK = timedelta(days=30)
_HOUR_OF_PAYOUT = 9

AFFILIATES = {
    "northwind": (
        Affiliate("9101", "trail-notes", "Toni Trail", "toni@trail-notes.example"),
        Affiliate("9102", "map-room", "Maxime Room", "maxime@map-room.example"),
        Affiliate("9103", "north-star", "Nell Star", "nell@north-star.example"),
    ),
    "lumen": (
        Affiliate("9201", "paper-loft", "Paula Loft", "paula@paper-loft.example"),
        Affiliate("9202", "ink-and-tea", "Ingo Tee", "ingo@ink-and-tea.example"),
    ),
}


@dataclass(frozen=True)
class Commission:
    """A movement on an affiliate's account: `earned` and `refund` are of one payment, a `payout` of no order."""

    kind: str
    affiliate: Affiliate
    at: datetime
    cents: int
    currency: str
    payment: Payment | None = None


def sending_affiliate(workspace_id: str, order_key: str) -> Affiliate | None:
    """Return the affiliate who sent the buyer of an order of the crowd; most came by themselves."""
    about = f"{workspace_id}/affiliate/{order_key}"
    return chosen(AFFILIATES[workspace_id], f"{about}/who") if chance(about) < _SHARE_OF_ORDERS else None


def commissions(orders: Iterable[Order], span: Span) -> list[Commission]:
    """Return all movements, oldest first. A payout is on the first of a month, of what is older than 30 days then."""
    movements = [
        Commission(
            "refund" if payment.kind == "refund" else "earned",
            order.affiliate,
            payment.at,
            payment.cents * _PERCENT // 100,
            payment.item.currency,
            payment,
        )
        for order in orders
        if order.affiliate and not order.is_test
        for payment in order.payments
        if payment.kind != "cancel"
    ]
    movements += _payouts(movements, span)
    return sorted(movements, key=lambda movement: (movement.at, movement.affiliate.user_id, movement.kind))


def _payouts(movements: list[Commission], span: Span) -> Iterable[Commission]:
    open_movements: dict[tuple[Affiliate, str], list[Commission]] = {}
    for movement in movements:
        open_movements.setdefault((movement.affiliate, movement.currency), []).append(movement)
    firsts = [day for day in span.days() if day.day == 1]
    for (affiliate, currency), unpaid in open_movements.items():
        for day in firsts:
            at = datetime(day.year, day.month, day.day, _HOUR_OF_PAYOUT, tzinfo=UTC)
            due = [movement for movement in unpaid if movement.at <= at - _DAYS_HELD_BACK]
            cents = sum(movement.cents if movement.kind == "earned" else -movement.cents for movement in due)
            # What is owed by the affiliate is taken from a later payout.
            if cents > 0 and span.is_known(at):
                yield Commission("payout", affiliate, at, cents, currency)
                unpaid = [movement for movement in unpaid if movement.at > at - _DAYS_HELD_BACK]
