"""What happened: people known to a CRM, orders, subscriptions and payments. Money in cents, moments in UTC."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from sandbox.business.campaigns import Ad, Campaign
from sandbox.business.catalogue import Item, PricingOption


@dataclass(frozen=True)
class Touch:
    """What a CRM kept of how somebody came. `ad` and `campaign` are what the utm values name, if they name any."""

    referrer: str | None = None
    utm_source: str | None = None
    utm_medium: str | None = None
    utm_campaign: str | None = None
    utm_term: str | None = None
    utm_content: str | None = None
    ad: Ad | None = None
    campaign: Campaign | None = None

    @property
    def is_evidence(self) -> bool:
        """Whether anything at all was kept."""
        return any((self.referrer, self.utm_source, self.utm_medium, self.utm_campaign, self.utm_content))


@dataclass(eq=False)
class Contact:
    """A record in a CRM: a Kit subscriber, or a row of a contacts file.

    Only files tell of a phone, a postal code, further addresses, and of other records that went up in this one.
    """

    connection_id: str
    email: str
    first_name: str
    last_name: str
    created_at: datetime
    touch: Touch | None
    form: str = "Free lesson"
    state: str = "active"
    """The state it has, or will have from `left_at` on."""
    left_at: datetime | None = None
    tags: list[tuple[str, datetime]] = field(default_factory=list)
    phone: str = ""
    postal_code: str = ""
    additional_emails: tuple[str, ...] = ()
    merged: tuple["Contact", ...] = ()

    @cached_property
    def address(self) -> str:
        """The address without the accidents of writing."""
        return plain(self.email)


@dataclass(frozen=True)
class Buyer:
    """Who pays: the address as typed at the checkout, and ThriveCart's number of the customer."""

    name: str
    email: str
    customer_number: str
    processor: str = "stripe"


@dataclass(frozen=True)
class Affiliate:
    """Somebody who is paid for sending buyers."""

    user_id: str
    affiliate_id: str
    name: str
    email: str


@dataclass(frozen=True)
class FailedRebill:
    """An attempt to charge again that the processor refused. `cents` is what it was to be."""

    at: datetime
    cents: int


@dataclass(frozen=True)
class Cart:
    """A checkout at which somebody gave an address and left."""

    name: str
    email: str
    product: Item
    at: datetime


@dataclass(frozen=True)
class AddressChange:
    """A customer who has another address from now on, under the same number."""

    buyer: Buyer
    at: datetime
    former: str


@dataclass(frozen=True)
class AddressPair:
    """Two addresses, in lower case, of which it is known whose they are.

    `safe`: one person's, and the rule that `how` names may join them unasked. `typo`: one person's who mistyped, which
    only a person can decide. `different`: two people's, although `how` makes them look like one.
    """

    email: str
    other_email: str
    kind: str
    how: str


@dataclass(eq=False)
class Subscription:
    """An agreement to be charged again. The processor knows a resumed one under a new name."""

    item: Item
    option: PricingOption
    started_at: datetime
    processor_names: list[str]
    amount: int
    """What it costs per cycle, after changes of price."""
    pauses: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    failed_rebills: list[FailedRebill] = field(default_factory=list)
    cancelled_at: datetime | None = None
    number: int = 0

    def status(self, now: datetime, payments_made: int) -> str:
        """Return the word that ThriveCart shows at a moment."""
        if self.option.payments and payments_made >= self.option.payments:
            return "completed"
        if self.cancelled_at and self.cancelled_at <= now:
            return "cancelled"
        if any(begin <= now and (end is None or end > now) for begin, end in self.pauses):
            return "paused"
        return "active"


@dataclass(eq=False)
class Order:
    """A checkout. All that is ever paid or given back for it carries its number.

    `touch` is how the CRM has the buyer from, if it has. Webhooks number invoices otherwise than the API does.
    """

    key: str
    buyer: Buyer
    product: Item
    placed_at: datetime
    coupon: str | None = None
    is_test: bool = False
    touch: Touch | None = None
    affiliate: Affiliate | None = None
    payments: list["Payment"] = field(default_factory=list)
    number: int = 0
    invoice: int = 0
    webhook_invoice: int = 0

    @cached_property
    def address(self) -> str:
        """The paying address without the accidents of writing."""
        return plain(self.buyer.email)


@dataclass(eq=False)
class Payment:
    """One item of one event, as ThriveCart lists it: a charge, rebill, refund or cancel. `cents` is never negative.

    Payments of an order with the same `event` happened together.
    """

    order: Order
    kind: str
    item: Item
    option: PricingOption
    at: datetime
    cents: int
    event: int
    quantity: int = 1
    subscription: Subscription | None = None
    processor_name: str | None = None
    number: int = 0

    @property
    def cash(self) -> int:
        """Cents that moved: negative when given back, none for a cancellation."""
        return {"charge": self.cents, "rebill": self.cents, "refund": -self.cents, "cancel": 0}[self.kind]


def plain(email: str) -> str:
    """Return an address as it is compared: without surrounding space, in lower case."""
    return email.strip().lower()
