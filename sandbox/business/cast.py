"""The cast: people with readable addresses, each of whom does one thing that a report may get wrong.

They are in both businesses under the same addresses, which makes them two people each. Their days are counted from the
first day of the business: a short span has only those whose day has come, and after thirteen months all have acted.
"""

from datetime import datetime

from sandbox.business import touches
from sandbox.business.affiliates import AFFILIATES
from sandbox.business.records import Cart, Order
from sandbox.business.span import DAY, at_local, changes_clocks
from sandbox.business.stage import Stage
from sandbox.business.till import Course

DAYS_BETWEEN_TRIALS = 7
DAYS_BETWEEN_PLANS = 60
DAYS_BETWEEN_MISHAPS = 20
DAYS_UNTIL_SALES_AT_NIGHT = 600
_DAYS_OF_THOUGHT = 2


class Cast(Stage):
    """The named people of one business."""

    sold_last_night: Order | None = None

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
        course = self.line("product", 1)
        self.customer("one.off", 3, [course])
        self.customer("bump", 4, [course, self.line("bump", 1)])
        self.customer("upsell", 5, [course, self.line("bump", 1), self.line("upsell", 1)])
        self.customer("upsell.subscription", 5, [course, self.line("upsell", 2)])
        self.customer("downsell", 6, [course, self.line("downsell", 1)])
        self.customer("quantity", 7, [self.line("product", 6, quantity=3)])
        self.customer("coupon", 8, [course], coupon="WELCOME20")
        self.customer("coupon.subscription", 8, [self.line("product", 3, "Monthly")], coupon="WELCOME20")
        self.customer("unreadable.pricing", 9, [self.line("product", 9)])
        self.customer("returning", 10, [course])
        self.order("returning", 150, [self.line("product", 2)])
        if self.workspace.workspace_id == "northwind":
            self.customer("pounds", 12, [self.line("product", 7)])

    def _subscriptions(self) -> None:
        for option in ("Monthly", "Quarterly", "Yearly"):
            self.customer(option.lower(), 9, [self.line("product", 3, option)])
        self.customer("weekly", 9, [self.line("product", 4)])
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
            self.customer(name, 14, [self.line("product", 3, option, course=course)])
        for payments in (3, 6):
            self.customer(f"plan.of.{payments}", 16, [self.line("product", 5, f"{payments} payments")])
        self.customer("plan.cancelled", 16, [self.line("product", 5, "6 payments", course=Course(cancel_after=2))])
        self.customer("three.subscriptions", 18, [self.line("product", 3, "Monthly")])
        self.order("three.subscriptions", 19, [self.line("product", 4, course=Course(cancel_after=5))])
        self.order("three.subscriptions", 20, [self.line("product", 3, "Yearly")])
        # Whatever day it is, somebody is in a trial, and somebody is paying off a plan.
        for day in self.span.days():
            if self.span.offset(day) % DAYS_BETWEEN_TRIALS == 0:
                course = Course(cancel_after=2)
                self.customer(f"trial.{day}", self.span.offset(day), [self.line("product", 3, "Trial", course=course)])
            if self.span.offset(day) % DAYS_BETWEEN_PLANS == 0:
                self.customer(f"plan.{day}", self.span.offset(day), [self.line("product", 5, "3 payments")])

    def _refunds(self) -> None:
        course, bump = self.line("product", 1), self.line("bump", 1)
        monthly = self.line("product", 3, "Monthly")
        self.refund(self.customer("refund.full", 22, [course]), 0, 30)
        self.refund(self.customer("refund.partial", 22, [course]), 0, 31, percent=40)
        self.refund(self.customer("refund.of.bump", 22, [course, bump]), 1, 30)
        twice = self.customer("refund.twice", 22, [course])
        self.refund(twice, 0, 28, percent=25)
        self.refund(twice, 0, 45, percent=30)
        self.refund(self.customer("refund.rebill.full", 22, [monthly]), 1, 60)
        self.refund(self.customer("refund.rebill.partial", 22, [monthly]), 2, 90, percent=50)
        ended = self.line("product", 3, "Monthly", course=Course(cancel_after=1))
        self.refund(self.customer("refund.and.cancelled", 22, [ended]), 0, 40)
        # Bought in one month and given back in another, at another exchange rate where there is one.
        if self.workspace.workspace_id == "northwind":
            self.refund(self.customer("pounds.refunded", 24, [self.line("product", 7)]), 0, 65)

    def _addresses(self) -> None:
        course = self.line("product", 1)
        for name, day in (("linked", 26), ("linked.too", 27)):
            self.contact(name, day)
            self.order(name, day + 1, [course], email=f"{name}.office@example.org")
            self.decide(f"{name}@example.com", f"{name}.office@example.org", "link", day + 10, "Confirmed by letter")
        self.contact("unlinked", 28)
        self.order("unlinked", 29, [course], email="unlinked@example.org")
        self.humans["unlinked@example.org"] = "unlinked@example.com"
        self.customer("changed.address", 28, [course])
        self.move("changed.address", 70, 80, [self.line("product", 2)], "new.address@example.org")
        self.customer("sam.rivera", 30, [course])
        self.order("sam.rivera.junior", 31, [self.line("product", 2)])
        self.decide("sam.rivera@example.com", "sam.rivera.junior@example.com", "keep_apart", 40, "Father and son")
        self.order("never.in.crm", 32, [course])
        self.order("never.in.crm.subscriber", 32, [self.line("product", 3, "Monthly")])
        self.order("order.before.contact", 33, [course])
        self.contact("order.before.contact", 40)
        self.contact("padded.case", 34)
        self.order("padded.case", 35, [course], email="  Padded.Case@Example.COM ")
        self.order("padded.case", 90, [self.line("product", 2)], email="PADDED.CASE@EXAMPLE.COM")
        self.contact("never.buys", 36)

    def _sources(self) -> None:
        course = self.line("product", 1)
        shown = [ad for ad in self.ads if ad.campaign.first_day <= 37 and ad.campaign.last_day is None]
        first, second = shown[0], next(ad for ad in shown if ad.campaign is not shown[0].campaign)
        deleted = next(ad for ad in self.ads if ad.is_deleted)
        self.contact_from("campaign.name.only", 37, touches.from_campaign(self.workspace, first.campaign))
        self.order("campaign.name.only", 39, [course])
        self.contact_from("no.attribution", 37, None)
        self.order("no.attribution", 39, [course])
        self.contact_from("deleted.ad", 100, touches.from_ad(self.workspace, deleted))
        self.order("deleted.ad", 103, [course])
        by_ad = touches.from_ad(self.workspace, first)
        by_other_campaign = touches.from_campaign(self.workspace, second.campaign)
        for name, kit_day, file_day, kit_touch in (
            ("two.sources.kit.first", 41, 44, by_ad),
            ("two.sources.file.first", 44, 41, by_ad),
            ("search.first", 41, 44, touches.from_search()),
            ("nothing.first", 41, 44, None),
        ):
            self.contact_from(name, kit_day, kit_touch)
            self.contact_in_file(name, file_day, by_other_campaign)
            self.order(name, 48, [course])

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
                self.contact(name, self.span.offset(day) - _DAYS_OF_THOUGHT)
                self.sell(name, moment, [self.line("product", 2)])

    def _mishaps(self) -> None:
        """Do again and again what only webhooks tell, so that some of it has just happened, whatever day it is."""
        course = self.line("product", 1)
        for offset in range(0, self.span.offset(self.span.today) + 1, DAYS_BETWEEN_MISHAPS):
            day = self.span.day(offset)
            for name, fate, coupon in (
                ("late", Course(late_after=1), None),
                ("lost", Course(cancel_after=1, unpaid_share=1.0), None),
                ("break", Course(pause_after=1, pause_days=20, cancel_after=3), "WELCOME20"),
            ):
                monthly = self.line("product", 3, "Monthly", course=fate)
                self.customer(f"{name}.{day}", offset, [monthly], coupon=coupon)
            self.customer(f"moving.{day}", offset, [self.line("product", 2)])
            journal = [self.line("product", 6)]
            self.move(f"moving.{day}", offset + 6, offset + 8, journal, f"moving.{day}@example.org")
            self.contact(f"cart.{day}", offset)
            left_at = at_local(day, self.workspace.zone, "20:15:00")
            self.carts.append(Cart(f"Cart {day}", f"cart.{day}@example.com", course.item, left_at))
            self._send_buyer(f"sent.{day}", offset, is_regretted=bool(offset % (2 * DAYS_BETWEEN_MISHAPS)))

    def _send_buyer(self, name: str, day: int, is_regretted: bool) -> None:
        """Let an affiliate send somebody who buys all there is, or what is cheaper and not for long."""
        lines = [self.line("product", 1), self.line("bump", 1)]
        lines += [self.line("downsell" if is_regretted else "upsell", 1)]
        self.contact(name, day)
        order = self.order(name, day, lines, affiliate=AFFILIATES[self.workspace.workspace_id][0])
        if is_regretted:
            self.refund(order, 0, day + 9)

    def _tests(self) -> None:
        large, affiliate = self.line("product", 8, price=99900), AFFILIATES[self.workspace.workspace_id][0]
        for day in self.span.days():
            if self.span.offset(day) % 9 == 2:
                self.order("checkout.tester", self.span.offset(day), [large], is_test=True, affiliate=affiliate)
        # A customer whose address also paid in test mode.
        self.order("one.off", 4, [self.line("product", 1, price=8_888_800)], is_test=True)
        self.order("checkout.tester", 5, [self.line("product", 3, "Monthly", price=77_700)], is_test=True)

    def _nights(self) -> None:
        """Sell just after each midnight in UTC, so that something was sold lately, whatever day it is."""
        until = self.span.offset(self.span.today) + _DAYS_OF_THOUGHT
        for offset in range(DAYS_UNTIL_SALES_AT_NIGHT, until + 1):
            day = self.span.day(offset)
            sold_at = datetime.fromisoformat(f"{day}T00:01:10Z")
            self.contact(f"night.{day}", offset - _DAYS_OF_THOUGHT)
            if self.span.is_known(sold_at):
                self.sold_last_night = self.sell(f"night.{day}", sold_at, [self.line("product", 2)])
