"""Whose address it is, in truth: what the CRM knows, what safe rules join, and what a person decided.

A mistyped address is somebody's as well, but no rule may join it: as long as nobody has decided, it stands alone.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from sandbox.business.books import Books
from sandbox.business.business import Business
from sandbox.business.checkout_links import CheckoutLinks
from sandbox.business.records import AddressPair, Contact, Touch, plain


class Identities:
    """The addresses of one business, in lower case, gathered into people by safe rules and `link` decisions."""

    def __init__(self, books: Books, business: Business) -> None:
        """Gather the addresses of each person."""
        self.books = books
        self.contacts: dict[str, list[Contact]] = {}
        for contact in books.contacts:
            self.contacts.setdefault(contact.address, []).append(contact)
        told = business.delivered[books.workspace.thrivecart]
        self._told_changes = [delivery.event.address_change for delivery in told if delivery.event.address_change]
        self._told_carts = [delivery.event.cart for delivery in told if delivery.event.cart]
        self._group: dict[str, frozenset[str]] = {}
        for pair in self._all_pairs():
            if pair.kind == "safe":
                joined = self.addresses(pair.email) | self.addresses(pair.other_email)
                self._group.update(dict.fromkeys(joined, joined))
        self._evidence = self._dated_evidence(business)

    def addresses(self, address: str) -> frozenset[str]:
        """Return all addresses of the person who has this one."""
        return self._group.get(address, frozenset({address}))

    def contacts_of(self, address: str) -> list[Contact]:
        """Return all CRM records of the person who has this address, oldest first."""
        found = [contact for known in self.addresses(address) for contact in self.contacts.get(known, ())]
        return sorted(found, key=lambda contact: contact.created_at)

    def evidence_of(self, address: str) -> list[tuple[datetime, Touch]]:
        """Return what is known of how the person who has this address came, oldest first.

        That is of CRM records, and of checkouts that a webhook told of and whose link said something or that an
        affiliate sent: the touch of the latter names nothing.
        """
        found = [one for known in self.addresses(address) for one in self._evidence.get(known, ())]
        return sorted(found, key=lambda one: one[0])

    def _dated_evidence(self, business: Business) -> dict[str, list[tuple[datetime, Touch]]]:
        links = CheckoutLinks(self.books, business.span)
        evidence: dict[str, list[tuple[datetime, Touch]]] = defaultdict(list)
        for contact in self.books.contacts:
            if contact.touch and contact.touch.is_evidence:
                evidence[contact.address].append((contact.created_at, contact.touch))
        for delivery in business.delivered[self.books.workspace.thrivecart]:
            order = delivery.event.order
            if delivery.event.kind == "order" and order and not order.is_test and not delivery.is_repeated:
                touch = links.touch_of(order) or (Touch() if order.affiliate else None)
                if touch:
                    evidence[order.address].append((order.placed_at, touch))
        return evidence

    def how(self, address: str) -> str:
        """Tell how an address is known to the CRM: `exact`, by a `decision`, by a `rule`, or not (empty)."""
        if address in self.contacts:
            return "exact"
        if not self.contacts_of(address):
            return ""
        decided = {
            plain(email) for decision in self.books.decisions for email in (decision.email, decision.other_email)
        }
        return "decision" if address in decided else "rule"

    def person(self, address: str) -> str:
        """Return the address that stands for the person: the first that the CRM knew, else the first by name."""
        contacts = self.contacts_of(address)
        return contacts[0].address if contacts else min(self.addresses(address))

    def human(self, address: str) -> str:
        """Return an address that stands for the human being, joined by a rule or not."""
        while address in self.books.humans:
            address = self.books.humans[address]
        return address

    def seen(self) -> set[str]:
        """Return every address that any connection has shown."""
        seen = set(self.contacts)
        seen.update(plain(email) for contact in self.books.contacts for email in contact.additional_emails)
        seen.update(payment.order.address for payment in self.books.live_payments)
        seen.update(plain(change.buyer.email) for change in self._told_changes)
        seen.update(plain(cart.email) for cart in self._told_carts)
        return seen

    def pairs(self) -> list[AddressPair]:
        """Return the pairs of which both addresses have been seen, each once."""
        seen = self.seen()
        pairs: dict[tuple[str, str], AddressPair] = {}
        for pair in self._all_pairs():
            if pair.email in seen and pair.other_email in seen:
                pairs.setdefault((pair.email, pair.other_email), pair)
        return [pair for _, pair in sorted(pairs.items())]

    def _all_pairs(self) -> Iterator[AddressPair]:
        yield from self.books.pairs
        for change in self._told_changes:
            yield AddressPair(change.former, plain(change.buyer.email), "safe", "address_change")
