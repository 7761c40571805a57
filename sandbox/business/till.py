"""A ThriveCart account at work: checkouts, billing, and giving money back. Keeps what has happened until now."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.business.catalogue import Catalogue, Item, PricingOption
from sandbox.business.chance import chance
from sandbox.business.records import Affiliate, Buyer, FailedRebill, Order, Payment, Subscription, Touch
from sandbox.business.span import Span, months_after

_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_NAME_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"
_SECONDS_BETWEEN_OFFERS = 75
_COUPON_PERCENT = 20
_DAYS_OF_ATTEMPTS = (0, 1, 3, 5)
"""When the processor tries to get a rebill that is due and that it will never get."""
_DAYS_UNTIL_GIVEN_UP = 7
_MOST_LATE_DAYS = 3


@dataclass(frozen=True)
class Course:
    """What will become of a subscription, counted in payments made: None never happens.

    After `pause_after` payments it pauses, for `pause_days` or for good. From `reprice_after` on it costs
    `reprice_to` cents. It is cancelled between two payments, but a share of `unpaid_share` only when the next payment
    was tried in vain for some days. The payment after `late_after`, and a share of `late_share` of all, is tried in
    vain on the days before it succeeds.
    """

    cancel_after: int | None = None
    unpaid_share: float = 0.0
    late_after: int | None = None
    late_share: float = 0.0
    pause_after: int | None = None
    pause_days: int | None = None
    reprice_after: int | None = None
    reprice_to: int = 0


@dataclass(frozen=True)
class Line:
    """An item in a basket. `price` (cents) replaces what the option charges at once."""

    item: Item
    option: PricingOption
    quantity: int = 1
    course: Course = Course()
    price: int | None = None


class Till:
    """Takes orders for one account. What would happen after now does not happen."""

    def __init__(self, seed: int, account: str, catalogue: Catalogue, span: Span) -> None:
        """Open the till of an account."""
        self.seed = seed
        self.account = account
        self.catalogue = catalogue
        self.span = span
        self.orders: list[Order] = []

    def sell(
        self,
        key: str,
        buyer: Buyer,
        at: datetime,
        lines: Sequence[Line],
        coupon: str | None = None,
        is_test: bool = False,
        touch: Touch | None = None,
        affiliate: Affiliate | None = None,
    ) -> Order:
        """Take an order and bill its subscriptions until now. The key tells it from every other order.

        The first line is the product. A bump is charged in the same event, upsells and downsells in their own.
        An order of the future is returned without payments and not kept.
        """
        order = Order(key, buyer, lines[0].item, at, coupon, is_test, touch, affiliate)
        offers_seen = 0
        firsts = []
        for number, line in enumerate(lines):
            is_first_event = line.item.item_type in ("product", "bump")
            offers_seen += not is_first_event
            moment = at if is_first_event else at + timedelta(seconds=_SECONDS_BETWEEN_OFFERS * offers_seen)
            price = line.option.price if line.price is None else line.price
            if coupon and number == 0:
                price -= price * _COUPON_PERCENT // 100
            draws = random.Random(f"{self.seed}/{self.account}/order/{key}/{number}")
            subscription = _subscription(line, moment, draws, buyer.processor)
            first = Payment(
                order,
                "charge",
                line.item,
                line.option,
                moment,
                price * line.quantity,
                event=offers_seen,
                quantity=line.quantity,
                subscription=subscription,
                processor_name=subscription.processor_names[0] if subscription else None,
            )
            self._keep(first)
            firsts.append((first, line.course, draws))
        # Events are counted: those of the checkout come before all others.
        for first, course, draws in firsts:
            if first.subscription:
                self._bill(first, first.subscription, course, draws)
        if order.payments:
            self.orders.append(order)
        return order

    def refund(self, payment: Payment, at: datetime, cents: int | None = None) -> None:
        """Give back a payment, in whole or a part of it."""
        self._follow(payment, "refund", at, payment.cents if cents is None else cents)

    def _bill(self, first: Payment, subscription: Subscription, course: Course, draws: random.Random) -> None:
        option = subscription.option
        anchor = first.at + timedelta(days=option.trial_days)
        cycles = 0 if option.trial_days else 1
        made = 1
        kind, last = "rebill", first.at
        while not option.payments or made < option.payments:
            due = _after_cycles(anchor, option.frequency, cycles)
            gap = due - last
            about = f"{self.seed}/{self.account}/rebill/{first.order.key}/{first.item.path}/{made}"
            if course.cancel_after == made:
                subscription.cancelled_at = _whole_seconds(last + gap * 0.6)
                if chance(f"{about}/unpaid") < course.unpaid_share:
                    subscription.cancelled_at = due + timedelta(days=_DAYS_UNTIL_GIVEN_UP)
                    for days in _DAYS_OF_ATTEMPTS:
                        self._fail(subscription, due + timedelta(days=days, seconds=20), subscription.amount)
                self._follow(first, "cancel", subscription.cancelled_at, subscription.amount)
                return
            if course.pause_after == made and not subscription.pauses:
                begin = _whole_seconds(last + gap * 0.4)
                end = None if course.pause_days is None else begin + timedelta(days=course.pause_days)
                subscription.pauses.append((begin, end))
                if end is None:
                    return
                # To the processor a pause is an end: what resumes is new there, and is charged at once.
                if self.span.is_known(end):
                    subscription.processor_names.append(_processor_name(draws, first.order.buyer.processor))
                due, anchor, cycles, kind = end, end, 0, "charge"
            # The processor takes its time.
            charged_at = due + timedelta(seconds=20 + 53 * made % 240)
            cents = course.reprice_to if course.reprice_after == made else subscription.amount
            late = chance(about)
            if kind == "rebill" and (course.late_after == made or late < course.late_share):
                # The payment is when it is: the attempts come before it.
                for days in range(1 + int(late * 1e6) % _MOST_LATE_DAYS, 0, -1):
                    self._fail(subscription, charged_at - timedelta(days=days), cents)
            if not self.span.is_known(charged_at):
                return
            subscription.amount = cents
            self._follow(first, kind, charged_at, cents)
            made, cycles, kind, last = made + 1, cycles + 1, "rebill", due

    def _fail(self, subscription: Subscription, at: datetime, cents: int) -> None:
        if self.span.is_known(at):
            subscription.failed_rebills.append(FailedRebill(at, cents))

    def _follow(self, payment: Payment, kind: str, at: datetime, cents: int) -> None:
        subscription = payment.subscription
        self._keep(
            Payment(
                payment.order,
                kind,
                payment.item,
                payment.option,
                at,
                cents,
                event=max((known.event for known in payment.order.payments), default=0) + 1,
                quantity=payment.quantity,
                subscription=subscription,
                processor_name=_name_at(subscription, at) if subscription else None,
            )
        )

    def _keep(self, payment: Payment) -> None:
        if self.span.is_known(payment.at):
            payment.order.payments.append(payment)


def _subscription(line: Line, at: datetime, draws: random.Random, processor: str) -> Subscription | None:
    if not line.option.frequency:
        return None
    names = [_processor_name(draws, processor)]
    return Subscription(line.item, line.option, at, names, line.option.recurring * line.quantity)


def _after_cycles(anchor: datetime, frequency: str, cycles: int) -> datetime:
    if frequency == "week":
        return anchor + timedelta(days=7 * cycles)
    return months_after(anchor, _MONTHS[frequency] * cycles)


def _name_at(subscription: Subscription, at: datetime) -> str:
    resumed = sum(1 for _, end in subscription.pauses if end and end <= at)
    return subscription.processor_names[min(resumed, len(subscription.processor_names) - 1)]


def _processor_name(draws: random.Random, processor: str) -> str:
    prefix = "I-" if processor == "paypal" else "sub_"
    return prefix + "".join(draws.choices(_NAME_LETTERS, k=14))


def _whole_seconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
