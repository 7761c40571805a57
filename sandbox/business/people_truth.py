"""The true answers about people: who paid, whose money it is, and which campaign brought them first."""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime

from sandbox.business.business import Business
from sandbox.business.campaigns import Campaign
from sandbox.business.checkout_links import CheckoutLinks
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

    An order belongs to the earliest evidence, of whatever source, from before its first charge or at it: a CRM record,
    or a checkout that a webhook told of and whose link said something or that an affiliate sent. Rebills and refunds
    follow the order. A lead belongs to the earliest evidence up to the record that made the person a lead.
    """
    campaign_of = _campaign_reader(business)
    rows: list[Row] = []
    for books in business.books:
        identities = Identities(books, business)
        evidence = _evidence(identities, business)
        leads = _leads_by_campaign(identities, evidence, campaign_of)
        money = _money_by_campaign(business, identities, evidence, campaign_of)
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


def _campaign_reader(business: Business) -> Callable[[Touch], Campaign | None]:
    """Return what tells the campaign of a touch, as far as reports list its ad or at least its campaign."""
    ads, campaigns = business.spend.listed_ads(), business.spend.listed_campaigns()

    def campaign_of(touch: Touch) -> Campaign | None:
        if touch.ad and touch.ad.ad_id in ads:
            return touch.ad.campaign
        return touch.campaign if touch.campaign in campaigns else None

    return campaign_of


def _evidence(identities: Identities, business: Business) -> dict[str, list[tuple[datetime, Touch]]]:
    """Return by address of a person what is known of how they came, oldest first. An affiliate's names nothing."""
    books = identities.books
    links = CheckoutLinks(books, business.span)
    evidence: dict[str, list[tuple[datetime, Touch]]] = defaultdict(list)
    for contact in books.contacts:
        if contact.touch and contact.touch.is_evidence:
            evidence[identities.person(contact.address)].append((contact.created_at, contact.touch))
    for delivery in business.delivered[books.workspace.thrivecart]:
        order = delivery.event.order
        if delivery.event.kind == "order" and order and not order.is_test and not delivery.is_repeated:
            touch = links.touch_of(order) or (Touch() if order.affiliate else None)
            if touch:
                evidence[identities.person(order.address)].append((order.placed_at, touch))
    return {person: sorted(known, key=lambda one: one[0]) for person, known in evidence.items()}


def _first_touch(known: list[tuple[datetime, Touch]], until: datetime) -> Touch | None:
    return next((touch for at, touch in known if at <= until), None)


def _leads_by_campaign(
    identities: Identities,
    evidence: dict[str, list[tuple[datetime, Touch]]],
    campaign_of: Callable[[Touch], Campaign | None],
) -> Counter[Campaign]:
    leads: Counter[Campaign] = Counter()
    for person in {identities.person(address) for address in identities.contacts}:
        touch = _first_touch(evidence.get(person, []), identities.contacts_of(person)[0].created_at)
        campaign = campaign_of(touch) if touch else None
        if campaign:
            leads[campaign] += 1
    return leads


def _money_by_campaign(
    business: Business,
    identities: Identities,
    evidence: dict[str, list[tuple[datetime, Touch]]],
    campaign_of: Callable[[Touch], Campaign | None],
) -> Counter[Campaign]:
    orders: dict[int, int] = defaultdict(int)
    for payment in identities.books.live_payments:
        orders[payment.order.number] += reporting_cents(payment, identities.books, business.rates)
    money: Counter[Campaign] = Counter()
    for order in identities.books.orders:
        if order.is_test:
            continue
        touch = _first_touch(evidence.get(identities.person(order.address), []), order.placed_at)
        campaign = campaign_of(touch) if touch else None
        if campaign:
            money[campaign] += orders[order.number]
    return money
