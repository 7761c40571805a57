"""What is known of one business: the objects from which both the vendors' rows and the true answers are written."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from sandbox.business.aliases import Aliases
from sandbox.business.cast import Cast
from sandbox.business.catalogue import CATALOGUES
from sandbox.business.crowd import Crowd
from sandbox.business.decisions import Decision
from sandbox.business.records import AddressChange, AddressPair, Cart, Contact, Order, Payment
from sandbox.business.span import Span
from sandbox.business.till import Till
from sandbox.business.typists import Typists
from sandbox.business.workspaces import Workspace

_FIRST_EVENT, _FIRST_ORDER, _FIRST_INVOICE, _FIRST_SUBSCRIPTION = 880001, 61000, 30000, 4100
_ORDERS_OF_A_VIP = 3


@dataclass(frozen=True)
class Books:
    """One business until now. Contacts, payments, carts and changes of address are oldest first.

    `unlisted` are payments of which webhooks tell and the API does not yet: it may be behind.
    """

    seed: int
    workspace: Workspace
    contacts: tuple[Contact, ...]
    orders: tuple[Order, ...]
    payments: tuple[Payment, ...]
    unlisted: tuple[Payment, ...]
    decisions: tuple[Decision, ...]
    carts: tuple[Cart, ...]
    address_changes: tuple[AddressChange, ...]
    pairs: tuple[AddressPair, ...]
    humans: dict[str, str]
    """Address of somebody to another address of theirs, both in lower case."""

    @cached_property
    def live_payments(self) -> tuple[Payment, ...]:
        """The payments that the API lists and that are not of a test."""
        return tuple(payment for payment in self.payments if not payment.order.is_test)


def kept_books(seed: int, workspace: Workspace, span: Span, scale: float) -> Books:
    """Let a business live until now, and keep its books."""
    till = Till(seed, workspace.thrivecart, CATALOGUES[workspace.workspace_id], span)
    cast = Cast(workspace, span, till)
    named = (
        cast,
        Aliases(workspace, span, till),
        Typists(seed, workspace, span, scale, till),
    )
    for stage in named:
        stage.act()
    crowd = Crowd(seed, workspace, span, scale, till)
    crowd.arrive()
    everybody = (*named, crowd)
    contacts = [contact for stage in everybody for contact in stage.contacts if span.is_known(contact.created_at)]
    contacts.sort(key=lambda contact: (contact.created_at, contact.email))
    _tag_customers([contact for contact in contacts if contact.connection_id == workspace.kit], till.orders)
    payments = _numbered(till.orders)
    unlisted = cast.sold_last_night.payments if cast.sold_last_night else []
    carts = [cart for stage in everybody for cart in stage.carts if span.is_known(cart.at)]
    return Books(
        seed,
        workspace,
        tuple(contacts),
        tuple(till.orders),
        tuple(payment for payment in payments if payment not in unlisted),
        tuple(unlisted),
        tuple(decision for stage in named for decision in stage.decisions),
        tuple(sorted(carts, key=lambda cart: (cart.at, cart.email))),
        tuple(change for stage in named for change in stage.address_changes if span.is_known(change.at)),
        tuple(pair for stage in named for pair in stage.pairs),
        {other_email: email for stage in everybody for other_email, email in stage.humans.items()},
    )


def _tag_customers(contacts: Iterable[Contact], orders: Iterable[Order]) -> None:
    """Let Kit tag who buys with the address it knows."""
    moments: dict[str, list[datetime]] = {}
    for order in orders:
        if not order.is_test:
            moments.setdefault(order.address, []).append(order.placed_at)
    for contact in contacts:
        bought = sorted(moments.get(contact.address, ()))
        for tag, count in (("customer", 1), ("vip", _ORDERS_OF_A_VIP)):
            if len(bought) >= count:
                tagged_at = max(bought[count - 1], contact.created_at) + timedelta(seconds=90)
                contact.tags.append((tag, tagged_at))


def _numbered(orders: Iterable[Order]) -> list[Payment]:
    """Give numbers to events, orders and subscriptions in the order in which they happened."""
    payments = [payment for order in orders for payment in order.payments]
    payments.sort(key=lambda payment: (payment.at, payment.order.key, payment.event))
    events: dict[tuple[str, int], int] = {}
    order_count = subscription_count = 0
    for payment in payments:
        key = payment.order.key, payment.event
        # Numbers are the vendor's own, over all its accounts: ours are not next to each other.
        payment.number = events.setdefault(key, _FIRST_EVENT + 3 * len(events))
        if not payment.order.number:
            payment.order.number = _FIRST_ORDER + order_count
            payment.order.invoice = _FIRST_INVOICE + 2 * order_count
            order_count += 1
            payment.order.webhook_invoice = order_count
        if payment.subscription and not payment.subscription.number:
            payment.subscription.number = _FIRST_SUBSCRIPTION + subscription_count
            subscription_count += 1
    return payments
