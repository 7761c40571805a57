"""The stage on which named people of a business act: they become contacts, buy, move, and are decided about.

Days are counted from the first day of the business. Who is called `name` has the address `name@example.com` and the
name that it spells, unless told otherwise.
"""

from datetime import date, datetime, timedelta

from sandbox.business import touches
from sandbox.business.campaigns import Ad, ads_of
from sandbox.business.decisions import Decision
from sandbox.business.people import buyer
from sandbox.business.records import AddressChange, AddressPair, Affiliate, Cart, Contact, Order, Touch, plain
from sandbox.business.span import Span, at_local
from sandbox.business.till import Course, Line, Till
from sandbox.business.workspaces import Workspace


class Stage:
    """What has been done on it in one business."""

    def __init__(self, workspace: Workspace, span: Span, till: Till) -> None:
        """Take the till they pay at."""
        self.workspace = workspace
        self.span = span
        self.till = till
        self.contacts: list[Contact] = []
        self.carts: list[Cart] = []
        self.address_changes: list[AddressChange] = []
        self.decisions: list[Decision] = []
        self.pairs: list[AddressPair] = []
        self.humans: dict[str, str] = {}
        """Address of somebody to another address of theirs."""
        self.ads = ads_of(workspace.workspace_id)
        self._touches: dict[str, Touch | None] = {}

    def move(self, name: str, day: int, order_day: int, lines: list[Line], email: str) -> None:
        """Get another address, and buy with it later."""
        former = f"{name}@example.com"
        self.order(name, order_day, lines, email=email, known_as=former)
        self.change_address(name, day, former, email)
        self.pair("safe", former, email, "customer_number")

    def change_address(self, name: str, day: int, former: str, email: str) -> None:
        """Tell ThriveCart of another address than the one it has had."""
        who = buyer(self.till.account, _spelt(name), email, known_as=former)
        moved_at = at_local(self.span.day(day), self.workspace.zone, "10:40:00")
        self.address_changes.append(AddressChange(who, moved_at, plain(former)))

    def pair(self, kind: str, email: str, other_email: str, how: str) -> None:
        """Note what is true of two addresses: see AddressPair. Two ways of writing one address are no pair."""
        if plain(email) == plain(other_email):
            return
        self.pairs.append(AddressPair(plain(email), plain(other_email), kind, how))
        if kind != "different":
            self.humans.setdefault(plain(other_email), plain(email))

    def line(
        self,
        item_type: str,
        item_id: int,
        option: str = "",
        quantity: int = 1,
        course: Course | None = None,
        price: int | None = None,
    ) -> Line:
        """Put an item into a basket."""
        item = self.till.catalogue.get(item_type, item_id)
        return Line(item, item.option(option) if option else item.options[0], quantity, course or Course(), price)

    def customer(self, name: str, day: int, lines: list[Line], coupon: str | None = None) -> Order:
        """Become a contact by an ad in the morning and buy in the afternoon."""
        self.contact(name, day)
        return self.order(name, day, lines, coupon=coupon)

    def contact(self, name: str, day: int, email: str | None = None, full_name: str | None = None) -> Contact:
        """Become a contact by an ad that is shown on the day."""
        touch = touches.from_ad(self.workspace, self.ad_on(self.span.day(day)))
        return self.contact_from(name, day, touch, email, full_name)

    def contact_from(
        self, name: str, day: int, touch: Touch | None, email: str | None = None, full_name: str | None = None
    ) -> Contact:
        """Become a contact in the morning, by whatever way."""
        first_name, _, last_name = (full_name or _spelt(name)).partition(" ")
        created_at = at_local(self.span.day(day), self.workspace.zone, "09:30:00")
        self._touches.setdefault(name, touch)
        contact = Contact(self.workspace.kit, email or f"{name}@example.com", first_name, last_name, created_at, touch)
        contact.tags.append(("free-lesson", created_at + timedelta(minutes=1)))
        self.contacts.append(contact)
        return contact

    def contact_in_file(
        self, name: str, day: int, touch: Touch, email: str | None = None, full_name: str | None = None
    ) -> Contact:
        """Become a contact of a file."""
        contact = self.contact_from(name, day, touch, email, full_name)
        contact.connection_id = self.workspace.files
        contact.tags = [("webinar", contact.created_at), ("vip", contact.created_at)]
        return contact

    def ad_on(self, day: date) -> Ad:
        """Return an ad that is shown on a day."""
        shown = [ad for ad in self.ads if ad.lead_weight and not ad.is_deleted and ad.campaign.runs_on(day, self.span)]
        return shown[self.span.offset(day) % len(shown)]

    def order(
        self,
        name: str,
        day: int,
        lines: list[Line],
        email: str | None = None,
        coupon: str | None = None,
        is_test: bool = False,
        known_as: str | None = None,
        affiliate: Affiliate | None = None,
        full_name: str | None = None,
    ) -> Order:
        """Buy in the afternoon."""
        at = at_local(self.span.day(day), self.workspace.zone, "15:10:00")
        return self.sell(name, at, lines, email, coupon, is_test, known_as, affiliate, full_name)

    def sell(
        self,
        name: str,
        at: datetime,
        lines: list[Line],
        email: str | None = None,
        coupon: str | None = None,
        is_test: bool = False,
        known_as: str | None = None,
        affiliate: Affiliate | None = None,
        full_name: str | None = None,
    ) -> Order:
        """Buy at a moment. `known_as` is the address under which ThriveCart has had the customer."""
        who = buyer(self.till.account, full_name or _spelt(name), email or f"{name}@example.com", known_as=known_as)
        key = f"cast/{name}/{at:%Y-%m-%d %H:%M:%S}"
        return self.till.sell(key, who, at, lines, coupon, is_test, self._touches.get(name), affiliate)

    def refund(self, order: Order, rank: int, day: int, percent: int = 100) -> None:
        """Give back the order's payment of that rank, if it was made, on a day counted from the first one."""
        paid = [payment for payment in order.payments if payment.kind in ("charge", "rebill")]
        if rank < len(paid):
            at = at_local(self.span.day(day), self.workspace.zone, "11:05:00")
            self.till.refund(paid[rank], at, paid[rank].cents * percent // 100)

    def decide(self, email: str, other_email: str, decision: str, day: int, reason: str) -> None:
        """Let the user decide about two addresses."""
        decided_at = at_local(self.span.day(day), self.workspace.zone, "12:00:00")
        if self.span.is_known(decided_at):
            self.decisions.append(
                Decision(self.workspace.workspace_id, email, other_email, decision, decided_at, reason)
            )
            self.pair("safe" if decision == "link" else "different", email, other_email, decision)


def _spelt(name: str) -> str:
    return name.replace(".", " ").title()
