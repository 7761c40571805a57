"""Who is who by the written rules, read plainly: links one by one, and a search through all of them for every question.

Shares nothing with the models: mailboxes are known, not computed, and there is no round and no component.
"""

from collections.abc import Iterable
from dataclasses import dataclass

SHARED_ABOVE = 5
"""What the variable shared_address_people says, if nothing else."""


@dataclass(frozen=True)
class Address:
    """An address of the pool: as it is written, its canonical form and the mailbox it leads to."""

    written: str
    canonical: str
    mailbox: str
    is_role: bool = False


def _plain(email: str, mailbox: str | None = None, canonical: str | None = None) -> Address:
    return Address(email, canonical or email, mailbox or email)


POOL = (
    _plain("ann@gmail.com"),
    _plain("a.n.n@gmail.com", "ann@gmail.com"),
    _plain("ann+shop@googlemail.com", "ann@gmail.com"),
    _plain("bob@x.example"),
    _plain('"bob"@x.example', "bob@x.example", "bob@x.example"),
    _plain("bob+1@x.example"),
    _plain("carl@x.example"),
    _plain("dora@y.example"),
    _plain("eve@y.example"),
    _plain("fay@y.example"),
    _plain("gus@z.example"),
    _plain("hal@z.example"),
    Address("info@x.example", "info@x.example", "info@x.example", is_role=True),
)


@dataclass(frozen=True)
class Payment:
    """A purchase under ThriveCart's number of a customer."""

    customer: int
    address: Address


@dataclass(frozen=True)
class Contact:
    """A contact of a file, with the addresses beside its own and the contacts that went into it."""

    number: int
    address: Address
    additional: tuple[Address, ...]
    merged: tuple[int, ...]


@dataclass(frozen=True)
class Change:
    """A webhook that tells of an address before and after."""

    number: int
    before: Address
    after: Address


@dataclass(frozen=True)
class Decision:
    """A row of identity_decisions.csv."""

    is_link: bool
    one: Address
    other: Address


Event = Payment | Contact | Change
Told = dict[tuple[str, str], int]
"""The strength of the rule by which an address has a key."""


def people(
    events: Iterable[Event],
    decisions: Iterable[Decision],
    connections: tuple[str, str],
    shared_above: int = SHARED_ABOVE,
) -> set[frozenset[str]]:
    """Return the addresses that were seen, grouped by person. Connections: ThriveCart's, and that of the files."""
    events, decisions = list(events), list(dict.fromkeys(decisions))
    seen = {address for event in events for address in _addresses(event)}
    named = {address for decision in decisions for address in (decision.one, decision.other)}
    told = _told(events, seen | named, connections)
    links = _safe(told, shared_above)
    for decision in decisions:
        if decision.is_link:
            key = "decision:" + "|".join(sorted((decision.one.written, decision.other.written)))
            for address in _meant(decision.one, seen) | _meant(decision.other, seen):
                links[address.written, key] = 1
    kept_apart = [
        (one.written, other.written)
        for decision in decisions
        if not decision.is_link
        for one in _meant(decision.one, seen)
        for other in _meant(decision.other, seen)
        if one != other
    ]
    made: list[tuple[str, str]] = []
    for (written, key), _ in sorted(links.items(), key=lambda link: (link[1], link[0][1], link[0][0])):
        attempt = [*made, (written, key)]
        if not any(other in _reached(one, attempt) for one, other in kept_apart):
            made = attempt
    everybody = {address.written for address in seen}
    return {frozenset(_reached(address.written, made) & everybody) for address in seen}


def _addresses(event: Event) -> tuple[Address, ...]:
    if isinstance(event, Payment):
        return (event.address,)
    if isinstance(event, Contact):
        return (event.address, *event.additional)
    return (event.before, event.after)


def _meant(named: Address, seen: set[Address]) -> set[Address]:
    """Return the address itself, else other writings of it, else one that nobody has seen."""
    if named in seen:
        return {named}
    return {address for address in seen if address.canonical == named.canonical} or {
        address for address in POOL if address == named
    }


def _told(events: list[Event], known: set[Address], connections: tuple[str, str]) -> Told:
    thrivecart, files = connections
    told: Told = {}

    def tell(address: Address, key: str, strength: int) -> None:
        told[address.written, key] = min(strength, told.get((address.written, key), strength))

    for address in known:
        tell(address, f"mailbox:{address.mailbox}", 2 if address.mailbox == address.canonical else 3)
    for event in events:
        if isinstance(event, Payment):
            tell(event.address, f"thrivecart_customer:{thrivecart}:{event.customer}", 7)
        elif isinstance(event, Change):
            if event.before != event.after:
                for address in (event.before, event.after):
                    tell(address, f"address_change:{thrivecart}:{event.number}", 6)
        else:
            for address in _addresses(event):
                tell(address, f"contact:{files}:contacts.csv:#{event.number}", 4)
                for merged in event.merged:
                    tell(address, f"contact:{files}:contacts.csv:#{merged}", 5)
    return told


def _safe(told: Told, shared_above: int) -> Told:
    """Leave out what only one address has, and what roles and several people share."""
    address_of = {address.written: address for address in POOL}
    holders: dict[str, set[str]] = {}
    for written, key in told:
        holders.setdefault(key, set()).add(written)
    several = {key for key, addresses in holders.items() if len(addresses) > 1}
    certain = {link: strength for link, strength in told.items() if link[1] in several and strength <= 3}
    others = {
        (written, key)
        for written, key in told
        if key in several and told[written, key] > 3 and not address_of[written].is_role
    }

    def mailboxes(key: str) -> set[str]:
        return {address_of[written].mailbox for written, shared in others if shared == key}

    narrow = {(written, key) for written, key in others if len(mailboxes(key)) <= shared_above}
    tied: dict[str, set[str]] = {}
    for written, key in narrow:
        tied.setdefault(written, set()).update(mailboxes(key) - {address_of[written].mailbox})
    kept = {link for link in narrow if len(tied[link[0]]) <= shared_above}
    return certain | {link: told[link] for link in kept}


def _reached(start: str, links: list[tuple[str, str]]) -> set[str]:
    """Return the addresses that a walk over the links comes to, its start among them."""
    reached, keys, grew = {start}, set[str](), True
    while grew:
        keys |= {key for written, key in links if written in reached}
        more = {written for written, key in links if key in keys} - reached
        reached |= more
        grew = bool(more)
    return reached
