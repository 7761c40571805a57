"""The true answers about who was won when, and what they have paid since."""

from collections import Counter, defaultdict
from datetime import date, datetime

from sandbox.business.books import Books
from sandbox.business.business import Business
from sandbox.business.identity import Identities
from sandbox.business.money_truth import local_day, reporting_cents
from sandbox.business.people_truth import campaign_reader, first_touch
from sandbox.business.records import Order, Payment

Row = dict[str, object]
_MEASURES = ("leads", "customers", "net_reporting_cents", "lead_net_reporting_cents")


def lead_rows(business: Business) -> list[Row]:
    """Return who was won on a day by which campaign, and by months since then who bought first and what was paid.

    Somebody is won when the CRM first hears of them, by the earliest evidence until then; who never becomes a contact,
    when they order first. What was paid before counts as paid in the month in which they were won. An empty campaign is
    none.
    """
    campaign_of = campaign_reader(business)
    rows: list[Row] = []
    for books in business.books:
        identities = Identities(books, business)
        payments = _payments_by_person(books, identities)
        contacts = {identities.person(address) for address in identities.contacts}
        sums: dict[tuple[str, date, int], Counter[str]] = defaultdict(Counter)
        for person in sorted(contacts | set(payments)):
            orders = _placed(payments[person])
            is_lead = person in contacts
            won_at = identities.contacts_of(person)[0].created_at if is_lead else min(orders.values())
            touch = first_touch(identities, person, won_at)
            campaign = campaign_of(touch) if touch else None
            won_on = won_at.astimezone(books.workspace.zone).date()
            key = campaign.campaign_id if campaign else "", won_on
            sums[*key, 0]["leads"] += is_lead
            paid = [orders[payment.order] for payment in payments[person] if payment.cash > 0]
            if paid:
                bought_on = min(paid).astimezone(books.workspace.zone).date()
                sums[*key, _age(won_on, bought_on)]["customers"] += 1
            for payment in payments[person]:
                cell = sums[*key, _age(won_on, local_day(payment, books))]
                cents = reporting_cents(payment, books, business.rates)
                cell["net_reporting_cents"] += cents
                cell["lead_net_reporting_cents"] += cents * is_lead
        rows.extend(
            {
                "workspace_id": books.workspace.workspace_id,
                "campaign_id": campaign_id,
                "lead_day": lead_day,
                "age_months": age,
                **{measure: cell[measure] for measure in _MEASURES},
            }
            for (campaign_id, lead_day, age), cell in sorted(sums.items())
        )
    return rows


def _payments_by_person(books: Books, identities: Identities) -> dict[str, list[Payment]]:
    payments: dict[str, list[Payment]] = defaultdict(list)
    for payment in books.live_payments:
        payments[identities.person(payment.order.address)].append(payment)
    return payments


def _placed(payments: list[Payment]) -> dict[Order, datetime]:
    return {payment.order: payment.order.placed_at for payment in payments}


def _age(won_on: date, day: date) -> int:
    return max((day.year - won_on.year) * 12 + day.month - won_on.month, 0)
