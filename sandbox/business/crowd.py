"""The crowd: how many come on a day, where from, who buys what and when, who leaves again.

Every day and every person draws from a source of its own, so that what is past stays the same as time goes on.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from string import ascii_lowercase

from sandbox.business import touches
from sandbox.business.affiliates import sending_affiliate
from sandbox.business.campaigns import Ad, Campaign, ads_of, campaigns_of
from sandbox.business.chance import chance
from sandbox.business.people import Person, buyer, drawn_person, typed
from sandbox.business.records import Cart, Contact, Order, Touch
from sandbox.business.season import busyness, drawn_count
from sandbox.business.span import Span, seconds_into
from sandbox.business.till import Course, Line, Till
from sandbox.business.workspaces import Workspace

_SHARE_OF_BUYERS = 0.28
_FREE_SOURCES = (("search", 2.4, 1.0), ("letter", 1.0, 1.3), ("direct", 1.9, 0.9), ("friend", 0.7, 1.1))
"""Source, contacts a day, quality."""
_STRANGERS_PER_DAY = 0.8
_SHARE_OF_STRANGERS_WHO_SUBSCRIBE = 0.3
_SHARE_IN_CONTACTS_FILE = 0.04
_COUPONS = ("WELCOME20", "AUTUMN20", "FRIENDS20")
_SHARE_OF_LATE_REBILLS = 0.03
_SHARE_OF_CANCELLED_UNPAID = 0.2
_SHARE_OF_CONTACTS_WHO_LEAVE_A_CART = 0.05
_SHARE_OF_ORDERS_AFTER_A_CART = 0.06
_SECONDS_UNTIL_SECOND_TRY = 2 * 86400
_SECONDS_UNTIL_CART = 30 * 86400


@dataclass(frozen=True)
class _Visitor:
    """Somebody who comes on a day: the key is theirs alone."""

    key: str
    day: date
    person: Person
    quality: float
    draws: random.Random


class Crowd:
    """The people of one business who are nobody in particular. `scale` multiplies their number."""

    def __init__(self, seed: int, workspace: Workspace, span: Span, scale: float, till: Till) -> None:
        """Take the till they pay at."""
        self.seed = seed
        self.workspace = workspace
        self.span = span
        self.scale = scale
        self.till = till
        self.contacts: list[Contact] = []
        self.carts: list[Cart] = []
        self.humans: dict[str, str] = {}
        """The address of somebody that the CRM never hears of to the one that it knows."""
        self._campaigns = campaigns_of(workspace.workspace_id)
        sources = [*(campaign.campaign_id for campaign in self._campaigns), "stranger"]
        sources += [source for source, _, _ in _FREE_SOURCES]
        # So that nobody's address can be somebody else's.
        self._letters = dict(zip(sources, ascii_lowercase, strict=False))
        self._ads: dict[Campaign, list[Ad]] = {}
        for ad in ads_of(workspace.workspace_id):
            self._ads.setdefault(ad.campaign, []).append(ad)

    def arrive(self) -> None:
        """Let everybody come who came until now."""
        for day in self.span.days():
            busy = busyness(day, self.span) * self.scale
            for campaign in self._campaigns:
                if campaign.runs_on(day, self.span):
                    expected = campaign.leads_per_day * busy
                    for visitor in self._visitors(day, campaign.campaign_id, expected, campaign.quality):
                        self._subscribe(visitor, self._paid_touch(campaign, visitor.draws))
            for source, per_day, quality in _FREE_SOURCES:
                for visitor in self._visitors(day, source, per_day * busy, quality):
                    self._subscribe(visitor, self._free_touch(source, day))
            for visitor in self._visitors(day, "stranger", _STRANGERS_PER_DAY * busy, 1.0):
                self._buy_as_stranger(visitor)

    def _visitors(self, day: date, source: str, expected: float, quality: float) -> Iterator[_Visitor]:
        where = f"{self.seed}/{self.workspace.workspace_id}/{source}/{day}"
        for number in range(drawn_count(expected, random.Random(where))):
            draws = random.Random(f"{where}/{number}")
            suffix = f"{day:%y%m%d}{self._letters[source]}{number}"
            yield _Visitor(f"{source}/{day}/{number}", day, drawn_person(draws, suffix), quality, draws)

    def _paid_touch(self, campaign: Campaign, draws: random.Random) -> Touch | None:
        ads = self._ads.get(campaign)
        ad = draws.choices(ads, [ad.lead_weight for ad in ads])[0] if ads else None
        kept = draws.random()
        if kept >= 0.9:
            return None
        if ad and kept < 0.7:
            return touches.from_ad(self.workspace, ad)
        return touches.from_campaign(self.workspace, campaign)

    def _free_touch(self, source: str, day: date) -> Touch:
        if source == "search":
            return touches.from_search()
        if source == "letter":
            return touches.from_letter(self.workspace, day)
        return touches.from_friend() if source == "friend" else touches.direct()

    def _subscribe(self, visitor: _Visitor, touch: Touch | None) -> None:
        draws = visitor.draws
        arrived_at = seconds_into(visitor.day, self.workspace.zone, draws.triangular(0, 86399, 68000))
        contact = self._contact(visitor, arrived_at, touch)
        self.contacts.append(contact)
        self._leave_cart(visitor, arrived_at)
        if draws.random() < _SHARE_IN_CONTACTS_FILE:
            self._attend_webinar(visitor, arrived_at)
        if draws.random() < _SHARE_OF_BUYERS * visitor.quality:
            person = visitor.person
            way = draws.random()
            email = person.other_email if way < 0.07 else typed(person.email, draws) if way < 0.13 else person.email
            if email == person.other_email:
                self.humans[email] = person.email
            self._buy(visitor, email, arrived_at + _hesitation(draws), touch)

    def _contact(self, visitor: _Visitor, at: datetime, touch: Touch | None) -> Contact:
        draws, person = visitor.draws, visitor.person
        contact = Contact(self.workspace.kit, person.email, person.first_name, person.last_name, at, touch)
        fate = draws.random()
        if fate < 0.14:
            contact.state = "cancelled" if fate < 0.08 else "bounced" if fate < 0.1 else "inactive"
            contact.left_at = at + timedelta(seconds=int(86400 * draws.uniform(2, 400)))
        if draws.random() < 0.8:
            contact.tags.append(("free-lesson", at + timedelta(seconds=30)))
        if draws.random() < 0.12:
            contact.tags.append(("webinar", at + timedelta(seconds=int(86400 * draws.uniform(1, 20)))))
        return contact

    def _attend_webinar(self, visitor: _Visitor, after: datetime) -> None:
        draws, person = visitor.draws, visitor.person
        at = after + timedelta(seconds=int(86400 * draws.uniform(1, 40)))
        campaign = draws.choice(self._campaigns)
        self.contacts.append(
            Contact(
                self.workspace.files,
                draws.choice((person.email, typed(person.email, draws).strip())),
                person.first_name,
                person.last_name,
                at,
                touches.from_campaign(self.workspace, campaign),
                tags=[("webinar", at)],
            )
        )

    def _buy_as_stranger(self, visitor: _Visitor) -> None:
        draws = visitor.draws
        at = seconds_into(visitor.day, self.workspace.zone, draws.triangular(0, 86399, 70000))
        self._buy(visitor, visitor.person.email, at)
        if draws.random() < _SHARE_OF_STRANGERS_WHO_SUBSCRIBE:
            subscribed_at = at + timedelta(seconds=int(86400 * draws.uniform(0.5, 25)))
            touch = draws.choice((None, touches.from_search(), touches.from_letter(self.workspace, visitor.day)))
            self.contacts.append(self._contact(visitor, subscribed_at, touch))

    def _leave_cart(self, visitor: _Visitor, after: datetime) -> None:
        luck = chance(f"{self.seed}/{self.workspace.workspace_id}/cart/{visitor.key}")
        if luck < _SHARE_OF_CONTACTS_WHO_LEAVE_A_CART:
            share = luck / _SHARE_OF_CONTACTS_WHO_LEAVE_A_CART
            offer = self.till.catalogue.offers[int(share * len(self.till.catalogue.offers))]
            at = after + timedelta(seconds=int(share * _SECONDS_UNTIL_CART))
            self.carts.append(Cart(visitor.person.name, visitor.person.email, offer.item, at))

    def _buy(self, visitor: _Visitor, email: str, at: datetime, touch: Touch | None = None) -> None:
        draws = visitor.draws
        processor = "paypal" if draws.random() < 0.25 else "stripe"
        who = buyer(self.till.account, visitor.person.name, email, processor)
        for number in range(4):
            coupon = draws.choice(_COUPONS) if draws.random() < 0.08 else None
            key = f"{visitor.key}/{number}"
            affiliate = sending_affiliate(self.workspace.workspace_id, f"{self.seed}/{key}")
            order = self.till.sell(key, who, at, self._basket(draws), coupon, touch=touch, affiliate=affiliate)
            luck = chance(f"{self.seed}/{self.workspace.workspace_id}/tried/{key}") / _SHARE_OF_ORDERS_AFTER_A_CART
            if luck < 1:
                left_at = at - timedelta(seconds=3600 + int(luck * _SECONDS_UNTIL_SECOND_TRY))
                self.carts.append(Cart(who.name, who.email, order.product, left_at))
            self._regret(order, draws)
            if draws.random() > 0.33:
                return
            at += timedelta(seconds=int(86400 * draws.uniform(12, 160)))

    def _basket(self, draws: random.Random) -> list[Line]:
        catalogue = self.till.catalogue
        offer = draws.choices(catalogue.offers, [offer.weight for offer in catalogue.offers])[0]
        quantity = draws.choice((1, 1, 2, 3)) if offer.item.is_physical else 1
        lines = [Line(offer.item, offer.option, quantity, _drawn_course(offer.typical_payments, draws))]
        bump = catalogue.bump_of(offer.item)
        if bump and draws.random() < 0.3:
            lines.append(Line(bump, bump.options[0]))
        if offer.item.currency == self.workspace.currency and draws.random() < 0.12:
            upsell = catalogue.get("upsell", draws.choice((1, 1, 2)))
            lines.append(Line(upsell, upsell.options[0], course=_drawn_course(7.0, draws)))
        elif offer.item.item_id == 1 and draws.random() < 0.12:
            downsell = catalogue.get("downsell", 1)
            lines.append(Line(downsell, downsell.options[0]))
        return lines

    def _regret(self, order: Order, draws: random.Random) -> None:
        wants, which, share, days = draws.random(), draws.random(), draws.random(), draws.uniform(1, 28)
        if wants >= 0.055:
            return
        # Which payment for the product it is must not depend on how many there have been yet.
        rank = 0 if which < 0.7 else int((which - 0.7) * 20) + 1
        paid = [
            payment
            for payment in order.payments
            if payment.item is order.product and payment.kind in ("charge", "rebill")
        ]
        if rank < len(paid):
            at = paid[rank].at + timedelta(seconds=int(86400 * days))
            cents = paid[rank].cents if share < 0.6 else max(1, paid[rank].cents * int(20 + share * 50) // 100)
            self.till.refund(paid[rank], at, cents)


def _hesitation(draws: random.Random) -> timedelta:
    kind = draws.random()
    if kind < 0.3:
        days = draws.uniform(0.002, 0.8)
    elif kind < 0.65:
        days = draws.uniform(0.8, 14)
    else:
        days = draws.uniform(14, 60) if kind < 0.88 else draws.uniform(60, 260)
    return timedelta(seconds=int(86400 * days))


def _drawn_course(typical_payments: float, draws: random.Random) -> Course:
    if not typical_payments:
        return Course()
    stays = 1 + int(draws.expovariate(1 / typical_payments))
    pauses = draws.random()
    days = draws.uniform(20, 90)
    if pauses < 0.05:
        return Course(pause_after=2 + int(stays / 2), late_share=_SHARE_OF_LATE_REBILLS)
    if pauses < 0.12:
        return Course(
            cancel_after=stays + 4,
            unpaid_share=_SHARE_OF_CANCELLED_UNPAID,
            pause_after=2 + int(stays / 2),
            pause_days=int(days),
            late_share=_SHARE_OF_LATE_REBILLS,
        )
    return Course(cancel_after=stays, unpaid_share=_SHARE_OF_CANCELLED_UNPAID, late_share=_SHARE_OF_LATE_REBILLS)
