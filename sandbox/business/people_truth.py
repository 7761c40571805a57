"""The true answers about people: who paid, whose money it is, and which campaign brought them first."""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime

from sandbox.business.books import Books
from sandbox.business.business import Business
from sandbox.business.campaigns import Campaign
from sandbox.business.identity import Identities
from sandbox.business.money_truth import reporting_cents
from sandbox.business.records import Touch

Row = dict[str, object]


def people_rows(business: Business) -> list[Row]:
    """Return every address of a contact or payer: its own money, net, and the person it belongs to."""
    rows: list[Row] = []
    for books in business.books:
        identities = Identities(books, business)
        money: Counter[str] = Counter()
        customers = set()
        for payment in books.live_payments:
            money[payment.order.address] += reporting_cents(payment, books, business.rates)
            if payment.cash > 0:
                customers.add(payment.order.address)
        rows.extend(
            {
                "workspace_id": books.workspace.workspace_id,
                "email": address,
                "has_contact": int(bool(identities.how(address))),
                "is_customer": int(address in customers),
                "revenue_cents_reporting": money[address],
                "how": identities.how(address),
                "person_email": identities.person(address),
            }
            for address in sorted(set(identities.contacts) | set(money))
        )
    return rows


def unmatched_rows(business: Business) -> list[Row]:
    """Return the paying addresses that no contact of the business has, by currency."""
    rows: list[Row] = []
    for books in business.books:
        identities = Identities(books, business)
        money: Counter[tuple[str, str]] = Counter()
        for payment in books.live_payments:
            if payment.kind != "cancel" and not identities.how(payment.order.address):
                money[payment.order.address, payment.item.currency] += payment.cash
        rows.extend(
            {
                "workspace_id": books.workspace.workspace_id,
                "email": address,
                "currency": currency,
                "net_cents": cents,
            }
            for (address, currency), cents in sorted(money.items())
        )
    return rows


def matched_rows(business: Business) -> list[Row]:
    """Return how much money, net, is of people whom the CRM knows, and how much is not."""
    rows: list[Row] = []
    for books in business.books:
        identities = Identities(books, business)
        money: Counter[bool] = Counter()
        for payment in books.live_payments:
            is_matched = bool(identities.how(payment.order.address))
            money[is_matched] += reporting_cents(payment, books, business.rates)
        rows.append(
            {
                "workspace_id": books.workspace.workspace_id,
                "matched_reporting_cents": money[True],
                "unmatched_reporting_cents": money[False],
            }
        )
    return rows


def first_touch_rows(business: Business) -> list[Row]:
    """Return by campaign the people it brought to the CRM first, and all money of the orders it came first for.

    An order belongs to the earliest evidence, of whatever source, from before its first charge or at it; rebills and
    refunds follow the order. A lead belongs to the earliest evidence up to the record that made the person a lead.
    """
    campaign_of = campaign_reader(business)
    rows: list[Row] = []
    for books in business.books:
        leads = _leads_by_campaign(business, books, campaign_of)
        money = _money_by_campaign(business, books, campaign_of)
        rows.extend(
            {
                "workspace_id": books.workspace.workspace_id,
                "campaign_id": campaign.campaign_id,
                "leads": leads[campaign],
                "net_reporting_cents": money[campaign],
                "platform": campaign.platform,
            }
            for campaign in sorted(set(leads) | set(money), key=lambda campaign: campaign.campaign_id)
        )
    return rows


def campaign_reader(business: Business) -> Callable[[Touch], Campaign | None]:
    """Return what tells the campaign of a touch, as far as reports list its ad or at least its campaign."""
    ads, campaigns = business.spend.listed_ads(), business.spend.listed_campaigns()

    def campaign_of(touch: Touch) -> Campaign | None:
        if touch.ad and touch.ad.ad_id in ads:
            return touch.ad.campaign
        return touch.campaign if touch.campaign in campaigns else None

    return campaign_of


def first_touch(identities: Identities, address: str, until: datetime) -> Touch | None:
    """Return the earliest evidence of what brought the person who has an address, not later than a moment."""
    return next((touch for at, touch in identities.evidence_of(address) if at <= until), None)


def _leads_by_campaign(
    business: Business, books: Books, campaign_of: Callable[[Touch], Campaign | None]
) -> Counter[Campaign]:
    identities = Identities(books, business)
    leads: Counter[Campaign] = Counter()
    for person in {identities.person(address) for address in identities.contacts}:
        touch = first_touch(identities, person, identities.contacts_of(person)[0].created_at)
        campaign = campaign_of(touch) if touch else None
        if campaign:
            leads[campaign] += 1
    return leads


def _money_by_campaign(
    business: Business, books: Books, campaign_of: Callable[[Touch], Campaign | None]
) -> Counter[Campaign]:
    identities = Identities(books, business)
    orders: dict[int, int] = defaultdict(int)
    for payment in books.live_payments:
        orders[payment.order.number] += reporting_cents(payment, books, business.rates)
    money: Counter[Campaign] = Counter()
    for order in books.orders:
        if order.is_test:
            continue
        touch = first_touch(identities, order.address, order.placed_at)
        campaign = campaign_of(touch) if touch else None
        if campaign:
            money[campaign] += orders[order.number]
    return money
