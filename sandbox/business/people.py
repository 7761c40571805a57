"""Names and addresses of the people of the crowd."""

import hashlib
import random
from dataclasses import dataclass

from sandbox.business.records import Buyer, plain

_FIRST_NAMES = (
    *("Ada", "Amir", "Ana", "Anouk", "Bea", "Ben", "Bo", "Carla", "Chidi", "Clara", "Dario", "Deniz", "Elif", "Emil"),
    *("Esme", "Eva", "Farah", "Finn", "Gael", "Greta", "Hana", "Hugo", "Ida", "Ines", "Ivo", "Jana", "Jo", "Jonas"),
    *("Kaito", "Kira", "Lars", "Lea", "Leila", "Liam", "Lina", "Luca", "Maja", "Malik", "Marta", "Mateo", "Maya"),
    *("Mila", "Nadia", "Nico", "Noor", "Nora", "Omar", "Otto", "Pia", "Priya", "Quinn", "Rafa", "Rosa", "Ruben"),
    *("Sam", "Selma", "Sofia", "Tarik", "Tess", "Theo", "Uma", "Vera", "Viktor", "Wanda", "Yara", "Zoe"),
)
_LAST_NAMES = (
    *("Abbott", "Acosta", "Baker", "Becker", "Berg", "Blum", "Castro", "Chen", "Cole", "Costa", "Diallo", "Dietz"),
    *("Ekwueme", "Engel", "Falk", "Fischer", "Flores", "Frost", "Gallo", "Garcia", "Haas", "Haddad", "Hale"),
    *("Hansen", "Ito", "Ivanov", "Jansen", "Kaya", "Keller", "Khan", "Kim", "Koch", "Lang", "Larsen", "Lind"),
    *("Lopez", "Marsh", "Mehta", "Meyer", "Moreno", "Nagy", "Novak", "Okafor", "Olsen", "Ortiz", "Park", "Petit"),
    *("Quist", "Ramos", "Reyes", "Rossi", "Roth", "Sato", "Silva", "Singh", "Stone", "Tanaka", "Torres", "Vogel"),
    *("Weber", "Wolf", "Young", "Zhang", "Ziegler"),
)
_DOMAINS = ("example.com", "example.org", "example.net")


@dataclass(frozen=True)
class Person:
    """Somebody with a private address and another one that the CRM never hears of."""

    first_name: str
    last_name: str
    email: str
    other_email: str

    @property
    def name(self) -> str:
        """The whole name."""
        return f"{self.first_name} {self.last_name}"


def drawn_person(draws: random.Random, suffix: str) -> Person:
    """Return somebody whose addresses end in the suffix, which must be nobody else's."""
    first, last = draws.choice(_FIRST_NAMES), draws.choice(_LAST_NAMES)
    domain = draws.choice(_DOMAINS)
    local = f"{first}.{last}.{suffix}".lower()
    return Person(first, last, f"{local}@{domain}", f"{first[0]}{last}.{suffix}@work.example.com".lower())


def contact_number(connection_id: str, address: str) -> str:
    """Return the number of a record in the system that a file of contacts is from."""
    digest = hashlib.sha256(f"{connection_id}/{address}".encode()).digest()
    return str(10**7 + int.from_bytes(digest[:6], "big") % (9 * 10**7))


def buyer(account: str, name: str, email: str, processor: str = "stripe", known_as: str | None = None) -> Buyer:
    """Return who pays. ThriveCart gives a number to each address, unless the customer changed it (`known_as`)."""
    digest = hashlib.sha256(f"{account}/{plain(known_as or email)}".encode()).digest()
    # Eighteen digits, more than a float can hold, or ten, as numbers of old were.
    smallest = 10**17 if digest[8] % 3 else 10**9
    number = smallest + int.from_bytes(digest[:8], "big") % (9 * smallest)
    return Buyer(name, email, str(number), processor)


def typed(email: str, draws: random.Random) -> str:
    """Return an address the way a hurried person types it."""
    return draws.choice((email.title(), email.upper(), f" {email}", f"{email} ", f" {email.capitalize()} "))
