"""People with more than one address, and people whose addresses only look alike, as far as they do not mistype.

Each is in both businesses. The addresses are of real providers where a rule is the provider's own; nothing is ever
sent to them.
"""

from itertools import pairwise

from sandbox.business import touches
from sandbox.business.records import Contact
from sandbox.business.stage import Stage

DAYS_BETWEEN_RENAMINGS = 20
_SPELLINGS = (
    ("gmail.dots@gmail.com", "g.maildots@gmail.com", "dots"),
    ("gmail.plus@gmail.com", "gmail.plus+courses@gmail.com", "plus_tag"),
    ("gmail.everything@googlemail.com", "Gmail.Every.Thing+Studio@Gmail.com", "other_domain"),
    ("google.mail@gmail.com", "google.mail@googlemail.com", "other_domain"),
    ("outlook.plus@outlook.com", "outlook.plus+shop@outlook.com", "plus_tag"),
    ("hotmail.plus@hotmail.com", "hotmail.plus+shop@hotmail.com", "plus_tag"),
    ("fastmail.plus@fastmail.com", "fastmail.plus+shop@fastmail.com", "plus_tag"),
    ("mailbox.plus@mailbox.org", "mailbox.plus+shop@mailbox.org", "plus_tag"),
    ("proton.plus@proton.me", "proton.plus+shop@proton.me", "plus_tag"),
    ("yandex.dots@yandex.com", "yandex-dots@ya.ru", "other_domain"),
    ("odd.spaces@example.com", "\u00a0Odd.Spaces@Example.COM\u2003", "case_and_space"),
    ("inner.space@example.com", "inner.space@\u00a0example.com", "case_and_space"),
    ("zero.width@example.com", "zero\u200b.width@example.com", "invisible_character"),
    ("wide.letters@example.com", "\uff57\uff49\uff44\uff45.letters@example.com", "unicode"),
    ("j\u00f6rg.umlaut@example.com", "jo\u0308rg.umlaut@example.com", "unicode"),
    ("idn.letters@b\u00fccher.example", "idn.letters@xn--bcher-kva.example", "idn"),
    ("idn.punycode@xn--bcher-kva.example", "IDN.Punycode@B\u00dcCHER.example", "idn"),
)
"""What the CRM has, what is typed at the checkout, and the rule by which both are one."""
_LOOKALIKES = (
    ("Desk Anna", "desk+anna@studio.example.com", "Ben Desk", "desk+ben@studio.example.com", "plus_tag"),
    ("Jo Hansen", "jo.hansen@example.org", "Johan Sen", "johansen@example.org", "dots"),
    ("Lee Roy", "lee.roy@outlook.com", "Leeroy Hill", "leeroy@outlook.com", "dots"),
    ("Maria Santos", "maria.santos@example.net", "Maria Santos", "santos.family@example.org", "same_name"),
    ("Jan Koch", "jan.koch@example.com", "Jana Koch", "jana.koch@example.com", "one_letter"),
    ("Kim Young", "kim@young.example.com", "Kim Stone", "kim@stone.example.com", "same_local_part"),
)
_FAMILY = ("Ole", "Pia", "Rolf")


class Aliases(Stage):
    """Those of one business."""

    def act(self) -> None:
        """Let everybody buy under all of their addresses."""
        self._spellings()
        self._customer_numbers()
        self._records()
        self._decisions()
        self._lookalikes()
        self._shared_addresses()
        self._kept_apart()

    def _spellings(self) -> None:
        for email, other_email, how in _SPELLINGS:
            name = f"spelling.{email}"
            full_name = email.split("@")[0].replace(".", " ").title()
            self.contact(name, 44, email, full_name)
            self.order(name, 46, [self.line("product", 1)], other_email, full_name=full_name)
            self.pair("safe", email, other_email, how)

    def _customer_numbers(self) -> None:
        """Buy under one number with two addresses, or tell ThriveCart alone of the address that the CRM has."""
        self.customer("same.number", 45, [self.line("product", 1)])
        email, other_email = "same.number@example.com", "number.two@example.net"
        self.order("same.number", 75, [self.line("product", 2)], other_email, known_as=email)
        self.pair("safe", email, other_email, "customer_number")
        for offset in range(10, self.span.offset(self.span.today) + 1, DAYS_BETWEEN_RENAMINGS):
            name = f"renamed.{self.span.day(offset)}"
            self.contact(name, offset, f"{name}@example.org")
            self.order(name, offset + 1, [self.line("product", 2)])
            self.change_address(name, offset + 4, f"{name}@example.com", f"{name}@example.org")
            self.humans[f"{name}@example.com"] = f"{name}@example.org"

    def _records(self) -> None:
        """Be in the file of contacts with further addresses, or as several records that became one by and by."""
        more = self._in_file("more.addresses", 47)
        more.additional_emails = ("more.addresses.office@example.org", "More.Addresses.Old@example.net")
        self.order("more.addresses", 49, [self.line("product", 1)], more.additional_emails[0])
        self.order("more.addresses", 95, [self.line("product", 2)], more.additional_emails[1])
        for email in more.additional_emails:
            self.pair("safe", more.email, email, "additional_email")
        first, second, third = (
            self._in_file(f"merged.{which}", day, full_name="Mia Merged")
            for which, day in (("first", 48), ("second", 52), ("third", 56))
        )
        second.merged = (first,)
        # The last record names only the one that it swallowed, not whom that one had swallowed before.
        third.merged = (second,)
        self.order("merged.first", 50, [self.line("product", 1)], full_name="Mia Merged")
        self.order("merged.third", 60, [self.line("product", 2)], full_name="Mia Merged")
        self.pair("safe", first.email, second.email, "merged_contact")
        self.pair("safe", second.email, third.email, "merged_contact")
        # Two records with one name and one phone: nobody has merged them, and no rule may.
        for name, day in (("two.phones", 48), ("phones.two", 50)):
            self._in_file(name, day, full_name="Tilda Two-Phones", phone="+1 208 555 0134")
        self.order("phones.two", 51, [self.line("product", 1)], full_name="Tilda Two-Phones")
        self.humans["phones.two@example.com"] = "two.phones@example.com"

    def _decisions(self) -> None:
        """Be linked address by address; one of them is never seen."""
        chain = [f"chain.{which}@example.net" for which in ("one", "never.seen", "three", "four")]
        self.contact("chain.one", 53, chain[0])
        for email, day in ((chain[2], 54), (chain[3], 55)):
            self.order("chain.one", day, [self.line("product", 2)], email)
        for email, other_email in pairwise(chain):
            self.decide(email, other_email, "link", 58, "Told on the phone")
        self.pair("safe", chain[0], chain[3], "link")

    def _lookalikes(self) -> None:
        """Be somebody else than the address suggests. Both buy, both are contacts."""
        for full_name, email, other_name, other_email, how in _LOOKALIKES:
            for who, address, day in ((full_name, email, 59), (other_name, other_email, 61)):
                name = f"lookalike.{address}"
                self.contact(name, day, address, who)
                self.order(name, day + 1, [self.line("product", 1)], address, full_name=who)
            self.pair("different", email, other_email, how)

    def _shared_addresses(self) -> None:
        """Let an office buy for its people, and a family use one phone."""
        office = "info@harbour-choir.example"
        people = [f"choir.{which}@example.com" for which in ("alto", "bass", "tenor")]
        for number, email in enumerate(people):
            name = email.split("@")[0]
            self._in_file(name, 62, email).additional_emails = (office,)
            self.order(name, 63, [self.line("product", 2)], email)
            # The customer of the number bought for himself first, and then from the desk of the office.
            self.order(name, 64 + number, [self.line("product", 1)], office, known_as=email)
            self.pair("different", email, office, "role_address")
        for email, other_email in pairwise(people):
            self.pair("different", email, other_email, "role_address")
        family = [f"{first.lower()}.sharing@example.com" for first in _FAMILY]
        for first, email in zip(_FAMILY, family, strict=True):
            name = email.split("@")[0]
            contact = self._in_file(name, 63, full_name=f"{first} Sharing", phone="+49 341 555 0177")
            contact.postal_code = "04109"
            self.order(name, 65, [self.line("product", 2)])
        for email, other_email in pairwise(family):
            self.pair("different", email, other_email, "same_phone")

    def _kept_apart(self) -> None:
        """Be kept apart by the user, with a third address that ties both, or with a tie of their own."""
        apart = ("apart.one@gmail.com", "apart.two@gmail.com")
        for email in apart:
            name = email.split("@")[0]
            self.contact(name, 66, email)
            self.order(name, 67, [self.line("product", 1)], email)
        self.decide(*apart, "keep_apart", 68, "Mother and daughter")
        # It is the mailbox of the one, and was typed by the customer who has the number of the other.
        between = "apart.one+gift@gmail.com"
        self.order("apart.one", 69, [self.line("product", 2)], between, known_as=apart[1])
        self.pair("safe", apart[0], between, "plus_tag")
        self.pair("different", apart[1], between, "keep_apart")
        mailbox = ("one.mailbox@gmail.com", "o.nemailbox+other@gmail.com")
        numbered = ("one.customer@example.com", "other.customer@example.net")
        for email, other_email in (mailbox, numbered):
            name = email.split("@")[0]
            self.contact(name, 66, email)
            self.order(name, 67, [self.line("product", 1)], email)
            known_as = email if email in numbered else None
            self.order(name, 70, [self.line("product", 2)], other_email, known_as=known_as)
            self.decide(email, other_email, "keep_apart", 72, "Two members of one household")

    def _in_file(
        self, name: str, day: int, email: str | None = None, full_name: str | None = None, phone: str = ""
    ) -> Contact:
        campaign = self.ad_on(self.span.day(day)).campaign
        contact = self.contact_in_file(name, day, touches.from_campaign(self.workspace, campaign), email, full_name)
        contact.phone = phone
        return contact
