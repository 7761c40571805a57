"""The cast: people with readable addresses, each of whom does one thing that a report may get wrong.

They are in both businesses under the same addresses, which makes them two people each. Their days are counted from the
first day of the business: a short span has only those whose day has come, and after thirteen months all have acted.
"""

from datetime import date, datetime, timedelta

from sandbox.business import touches
from sandbox.business.affiliates import AFFILIATES
from sandbox.business.campaigns import Ad, ads_of
from sandbox.business.decisions import Decision
from sandbox.business.people import buyer
from sandbox.business.records import AddressChange, Affiliate, Cart, Contact, Order, Touch
from sandbox.business.span import DAY, Span, at_local, changes_clocks
from sandbox.business.till import Course, Line, Till
from sandbox.business.workspaces import Workspace

DAYS_BETWEEN_TRIALS = 7
DAYS_BETWEEN_PLANS = 60
DAYS_BETWEEN_MISHAPS = 20
DAYS_UNTIL_SALES_AT_NIGHT = 600
_DAYS_OF_THOUGHT = 2


class Cast:
    """The named people of one business."""

    def __init__(self, workspace: Workspace, span: Span, till: Till) -> None:
        """Take the till they pay at."""
        self.workspace = workspace
        self.span = span
        self.till = till
        self.contacts: list[Contact] = []
        self.carts: list[Cart] = []
        self.address_changes: list[AddressChange] = []
        self.decisions: list[Decision] = []
        self.sold_last_night: Order | None = None
        self._ads = ads_of(workspace.workspace_id)
        self._touches: dict[str, Touch | None] = {}

    def act(self) -> None:
        """Let everybody do what they are named after."""
        self._baskets()
        self._subscriptions()
        self._refunds()
        self._addresses()
        self._sources()
        self._midnights()
        self._mishaps()
        self._tests()
        self._nights()

    def _baskets(self) -> None:
        course = self._line("product", 1)
        self._customer("one.off", 3, [course])
        self._customer("bump", 4, [course, self._line("bump", 1)])
        self._customer("upsell", 5, [course, self._line("bump", 1), self._line("upsell", 1)])
        self._customer("upsell.subscription", 5, [course, self._line("upsell", 2)])
        self._customer("downsell", 6, [course, self._line("downsell", 1)])
        self._customer("quantity", 7, [self._line("product", 6, quantity=3)])
        self._customer("coupon", 8, [course], coupon="WELCOME20")
        self._customer("coupon.subscription", 8, [self._line("product", 3, "Monthly")], coupon="WELCOME20")
        self._customer("unreadable.pricing", 9, [self._line("product", 9)])
        self._customer("returning", 10, [course])
        self._order("returning", 150, [self._line("product", 2)])
        if self.workspace.workspace_id == "northwind":
            self._customer("pounds", 12, [self._line("product", 7)])

    def _subscriptions(self) -> None:
        for option in ("Monthly", "Quarterly", "Yearly"):
            self._customer(option.lower(), 9, [self._line("product", 3, option)])
        self._customer("weekly", 9, [self._line("product", 4)])
        for name, option, course in (
            ("cancelled", "Monthly", Course(cancel_after=3)),
            ("paused", "Monthly", Course(pause_after=2)),
            ("resumed", "Monthly", Course(pause_after=2, pause_days=50)),
            ("resumed.then.cancelled", "Monthly", Course(pause_after=2, pause_days=40, cancel_after=4)),
            ("trial.converted", "Trial", Course()),
            ("trial.cancelled", "Trial", Course(cancel_after=1)),
            ("price.raised", "Monthly", Course(reprice_after=4, reprice_to=4900)),
            ("price.lowered", "Monthly", Course(reprice_after=4, reprice_to=2500)),
        ):
            self._customer(name, 14, [self._line("product", 3, option, course=course)])
        for payments in (3, 6):
            self._customer(f"plan.of.{payments}", 16, [self._line("product", 5, f"{payments} payments")])
        self._customer("plan.cancelled", 16, [self._line("product", 5, "6 payments", course=Course(cancel_after=2))])
        self._customer("three.subscriptions", 18, [self._line("product", 3, "Monthly")])
        self._order("three.subscriptions", 19, [self._line("product", 4, course=Course(cancel_after=5))])
        self._order("three.subscriptions", 20, [self._line("product", 3, "Yearly")])
        # Whatever day it is, somebody is in a trial, and somebody is paying off a plan.
        for day in self.span.days():
            if self.span.offset(day) % DAYS_BETWEEN_TRIALS == 0:
                course = Course(cancel_after=2)
                self._customer(
                    f"trial.{day}", self.span.offset(day), [self._line("product", 3, "Trial", course=course)]
                )
            if self.span.offset(day) % DAYS_BETWEEN_PLANS == 0:
                self._customer(f"plan.{day}", self.span.offset(day), [self._line("product", 5, "3 payments")])

    def _refunds(self) -> None:
        course, bump = self._line("product", 1), self._line("bump", 1)
        monthly = self._line("product", 3, "Monthly")
        self._refund(self._customer("refund.full", 22, [course]), 0, 30)
        self._refund(self._customer("refund.partial", 22, [course]), 0, 31, percent=40)
        self._refund(self._customer("refund.of.bump", 22, [course, bump]), 1, 30)
        twice = self._customer("refund.twice", 22, [course])
        self._refund(twice, 0, 28, percent=25)
        self._refund(twice, 0, 45, percent=30)
        self._refund(self._customer("refund.rebill.full", 22, [monthly]), 1, 60)
        self._refund(self._customer("refund.rebill.partial", 22, [monthly]), 2, 90, percent=50)
        ended = self._line("product", 3, "Monthly", course=Course(cancel_after=1))
        self._refund(self._customer("refund.and.cancelled", 22, [ended]), 0, 40)
        # Bought in one month and given back in another, at another exchange rate where there is one.
        if self.workspace.workspace_id == "northwind":
            self._refund(self._customer("pounds.refunded", 24, [self._line("product", 7)]), 0, 65)

    def _addresses(self) -> None:
        course = self._line("product", 1)
        for name, day in (("linked", 26), ("linked.too", 27)):
            self._contact(name, day)
            self._order(name, day + 1, [course], email=f"{name}.office@example.org")
            self._decide(name, f"{name}.office@example.org", "link", day + 10, "Confirmed by letter")
        self._contact("unlinked", 28)
        self._order("unlinked", 29, [course], email="unlinked@example.org")
        self._customer("changed.address", 28, [course])
        self._move("changed.address", 70, 80, [self._line("product", 2)], "new.address@example.org")
        self._customer("sam.rivera", 30, [course])
        self._order("sam.rivera.junior", 31, [self._line("product", 2)])
        self._decide("sam.rivera", "sam.rivera.junior@example.com", "keep_apart", 40, "Father and son")
        self._order("never.in.crm", 32, [course])
        self._order("never.in.crm.subscriber", 32, [self._line("product", 3, "Monthly")])
        self._order("order.before.contact", 33, [course])
        self._contact("order.before.contact", 40)
        self._contact("padded.case", 34)
        self._order("padded.case", 35, [course], email="  Padded.Case@Example.COM ")
        self._order("padded.case", 90, [self._line("product", 2)], email="PADDED.CASE@EXAMPLE.COM")
        self._contact("never.buys", 36)

    def _sources(self) -> None:
        course = self._line("product", 1)
        shown = [ad for ad in self._ads if ad.campaign.first_day <= 37 and ad.campaign.last_day is None]
        first, second = shown[0], next(ad for ad in shown if ad.campaign is not shown[0].campaign)
        deleted = next(ad for ad in self._ads if ad.is_deleted)
        self._contact_from("campaign.name.only", 37, touches.from_campaign(self.workspace, first.campaign))
        self._order("campaign.name.only", 39, [course])
        self._contact_from("no.attribution", 37, None)
        self._order("no.attribution", 39, [course])
        self._contact_from("deleted.ad", 100, touches.from_ad(self.workspace, deleted))
        self._order("deleted.ad", 103, [course])
        by_ad = touches.from_ad(self.workspace, first)
        by_other_campaign = touches.from_campaign(self.workspace, second.campaign)
        for name, kit_day, file_day, kit_touch in (
            ("two.sources.kit.first", 41, 44, by_ad),
            ("two.sources.file.first", 44, 41, by_ad),
            ("search.first", 41, 44, touches.from_search()),
            ("nothing.first", 41, 44, None),
        ):
            self._contact_from(name, kit_day, kit_touch)
            self._contact_in_file(name, file_day, by_other_campaign)
            self._order(name, 48, [course])

    def _midnights(self) -> None:
        """Sell just before and after midnight, there and in UTC: on a usual day and when clocks change."""
        usual = self.span.day(50)
        days = [
            day
            for day in self.span.days()
            if changes_clocks(day, self.workspace.zone) and self.span.offset(day) >= _DAYS_OF_THOUGHT
        ]
        for day in [usual, *days]:
            zone = self.workspace.zone
            midnights = {
                "opens": at_local(day, zone, "00:00:20"),
                "closes": at_local(day, zone, "23:59:40"),
                "passes": at_local(day + DAY, zone, "00:00:20"),
                "utc.closes": datetime.fromisoformat(f"{day}T23:59:40Z"),
                "utc.passes": datetime.fromisoformat(f"{day + DAY}T00:00:20Z"),
            }
            for which, moment in midnights.items():
                name = f"midnight.{which}.{day}"
                self._contact(name, self.span.offset(day) - _DAYS_OF_THOUGHT)
                self._sell(name, moment, [self._line("product", 2)])

    def _mishaps(self) -> None:
        """Do again and again what only webhooks tell, so that some of it has just happened, whatever day it is."""
        course = self._line("product", 1)
        for offset in range(0, self.span.offset(self.span.today) + 1, DAYS_BETWEEN_MISHAPS):
            day = self.span.day(offset)
            for name, fate, coupon in (
                ("late", Course(late_after=1), None),
                ("lost", Course(cancel_after=1, unpaid_share=1.0), None),
                ("break", Course(pause_after=1, pause_days=20, cancel_after=3), "WELCOME20"),
            ):
                monthly = self._line("product", 3, "Monthly", course=fate)
                self._customer(f"{name}.{day}", offset, [monthly], coupon=coupon)
            self._customer(f"moving.{day}", offset, [self._line("product", 2)])
            journal = [self._line("product", 6)]
            self._move(f"moving.{day}", offset + 6, offset + 8, journal, f"moving.{day}@example.org")
            self._contact(f"cart.{day}", offset)
            left_at = at_local(day, self.workspace.zone, "20:15:00")
            self.carts.append(Cart(f"Cart {day}", f"cart.{day}@example.com", course.item, left_at))
            self._send_buyer(f"sent.{day}", offset, is_regretted=bool(offset % (2 * DAYS_BETWEEN_MISHAPS)))

    def _send_buyer(self, name: str, day: int, is_regretted: bool) -> None:
        """Let an affiliate send somebody who buys all there is, or what is cheaper and not for long."""
        lines = [self._line("product", 1), self._line("bump", 1)]
        lines += [self._line("downsell" if is_regretted else "upsell", 1)]
        self._contact(name, day)
        order = self._order(name, day, lines, affiliate=AFFILIATES[self.workspace.workspace_id][0])
        if is_regretted:
            self._refund(order, 0, day + 9)

    def _move(self, name: str, day: int, order_day: int, lines: list[Line], email: str) -> None:
        """Get another address, and buy with it later."""
        order = self._order(name, order_day, lines, email=email, known_as=f"{name}@example.com")
        moved_at = at_local(self.span.day(day), self.workspace.zone, "10:40:00")
        self.address_changes.append(AddressChange(order.buyer, moved_at))

    def _tests(self) -> None:
        large, affiliate = self._line("product", 8, price=99900), AFFILIATES[self.workspace.workspace_id][0]
        for day in self.span.days():
            if self.span.offset(day) % 9 == 2:
                self._order("checkout.tester", self.span.offset(day), [large], is_test=True, affiliate=affiliate)
        # A customer whose address also paid in test mode.
        self._order("one.off", 4, [self._line("product", 1, price=8_888_800)], is_test=True)
        self._order("checkout.tester", 5, [self._line("product", 3, "Monthly", price=77_700)], is_test=True)

    def _nights(self) -> None:
        """Sell just after each midnight in UTC, so that something was sold lately, whatever day it is."""
        until = self.span.offset(self.span.today) + _DAYS_OF_THOUGHT
        for offset in range(DAYS_UNTIL_SALES_AT_NIGHT, until + 1):
            day = self.span.day(offset)
            sold_at = datetime.fromisoformat(f"{day}T00:01:10Z")
            self._contact(f"night.{day}", offset - _DAYS_OF_THOUGHT)
            if self.span.is_known(sold_at):
                self.sold_last_night = self._sell(f"night.{day}", sold_at, [self._line("product", 2)])

    def _line(
        self,
        item_type: str,
        item_id: int,
        option: str = "",
        quantity: int = 1,
        course: Course | None = None,
        price: int | None = None,
    ) -> Line:
        item = self.till.catalogue.get(item_type, item_id)
        return Line(item, item.option(option) if option else item.options[0], quantity, course or Course(), price)

    def _customer(self, name: str, day: int, lines: list[Line], coupon: str | None = None) -> Order:
        """Become a contact by an ad in the morning and buy in the afternoon."""
        self._contact(name, day)
        return self._order(name, day, lines, coupon=coupon)

    def _contact(self, name: str, day: int) -> Contact:
        """Become a contact by an ad that is shown on the day."""
        return self._contact_from(name, day, touches.from_ad(self.workspace, self._ad_on(self.span.day(day))))

    def _contact_from(self, name: str, day: int, touch: Touch | None) -> Contact:
        first_name, _, last_name = name.replace(".", " ").title().partition(" ")
        created_at = at_local(self.span.day(day), self.workspace.zone, "09:30:00")
        self._touches.setdefault(name, touch)
        contact = Contact(self.workspace.kit, f"{name}@example.com", first_name, last_name, created_at, touch)
        contact.tags.append(("free-lesson", created_at + timedelta(minutes=1)))
        self.contacts.append(contact)
        return contact

    def _contact_in_file(self, name: str, day: int, touch: Touch) -> None:
        contact = self._contact_from(name, day, touch)
        contact.connection_id = self.workspace.files
        contact.tags = [("webinar", contact.created_at), ("vip", contact.created_at)]

    def _ad_on(self, day: date) -> Ad:
        shown = [ad for ad in self._ads if ad.lead_weight and not ad.is_deleted and ad.campaign.runs_on(day, self.span)]
        return shown[self.span.offset(day) % len(shown)]

    def _order(
        self,
        name: str,
        day: int,
        lines: list[Line],
        email: str | None = None,
        coupon: str | None = None,
        is_test: bool = False,
        known_as: str | None = None,
        affiliate: Affiliate | None = None,
    ) -> Order:
        at = at_local(self.span.day(day), self.workspace.zone, "15:10:00")
        return self._sell(name, at, lines, email, coupon, is_test, known_as, affiliate)

    def _sell(
        self,
        name: str,
        at: datetime,
        lines: list[Line],
        email: str | None = None,
        coupon: str | None = None,
        is_test: bool = False,
        known_as: str | None = None,
        affiliate: Affiliate | None = None,
    ) -> Order:
        who = buyer(
            self.till.account, name.replace(".", " ").title(), email or f"{name}@example.com", known_as=known_as
        )
        key = f"cast/{name}/{at:%Y-%m-%d %H:%M:%S}"
        return self.till.sell(key, who, at, lines, coupon, is_test, self._touches.get(name), affiliate)

    def _refund(self, order: Order, rank: int, day: int, percent: int = 100) -> None:
        """Give back the order's payment of that rank, if it was made, on a day counted from the first one."""
        paid = [payment for payment in order.payments if payment.kind in ("charge", "rebill")]
        if rank < len(paid):
            at = at_local(self.span.day(day), self.workspace.zone, "11:05:00")
            self.till.refund(paid[rank], at, paid[rank].cents * percent // 100)

    def _decide(self, name: str, other_email: str, decision: str, day: int, reason: str) -> None:
        decided_at = at_local(self.span.day(day), self.workspace.zone, "12:00:00")
        if self.span.is_known(decided_at):
            self.decisions.append(
                Decision(self.workspace.workspace_id, f"{name}@example.com", other_email, decision, decided_at, reason)
            )
