"""Whose address it is, in truth: what the CRM knows, and what a person decided."""

from dataclasses import dataclass

from sandbox.business.books import Books
from sandbox.business.records import Contact, plain


@dataclass
class Identities:
    """The addresses of one business, in lower case, gathered into people by `link` decisions."""

    books: Books

    def __post_init__(self) -> None:
        """Gather the addresses of each person."""
        self.contacts: dict[str, list[Contact]] = {}
        for contact in self.books.contacts:
            self.contacts.setdefault(contact.address, []).append(contact)
        self._group: dict[str, frozenset[str]] = {}
        for decision in self.books.decisions:
            if decision.decision == "link":
                joined = self.addresses(plain(decision.email)) | self.addresses(plain(decision.other_email))
                self._group.update(dict.fromkeys(joined, joined))

    def addresses(self, address: str) -> frozenset[str]:
        """Return all addresses of the person who has this one."""
        return self._group.get(address, frozenset({address}))

    def contacts_of(self, address: str) -> list[Contact]:
        """Return all CRM records of the person who has this address, oldest first."""
        found = [contact for known in self.addresses(address) for contact in self.contacts.get(known, ())]
        return sorted(found, key=lambda contact: contact.created_at)

    def how(self, address: str) -> str:
        """Tell how an address is known to the CRM: `exact`, by a `decision`, or not (empty)."""
        if address in self.contacts:
            return "exact"
        return "decision" if self.contacts_of(address) else ""

    def person(self, address: str) -> str:
        """Return the address that stands for the person: the first that the CRM knew, else the first by name."""
        contacts = self.contacts_of(address)
        return contacts[0].address if contacts else min(self.addresses(address))
