"""People who mistype their address at the checkout, so that the CRM does not know who pays."""

import random
from collections.abc import Callable
from datetime import timedelta

from sandbox.business import touches
from sandbox.business.chance import chance
from sandbox.business.people import buyer, drawn_person
from sandbox.business.records import Contact, plain
from sandbox.business.span import Span, seconds_into
from sandbox.business.stage import Stage
from sandbox.business.till import Till
from sandbox.business.workspaces import WORKSPACES, Workspace

_DAYS_BETWEEN = 14
"""With a crowd in full size: fifty and more in two years of one business."""
_MOST_DAYS_BETWEEN = 100
_FIRST_DAY = 9
_MINUTES_OF_THOUGHT = (4, 190, 2900, 11, 900, 26000)
"""From the opt-in to the purchase."""
_NAME_IN_SHORT_EVERY = 4


def _dropped(name: str) -> str:
    return name[:-2] + name[-1]


def _swapped(name: str) -> str:
    """Return a name with its first two letters that differ in each other's place, the initial left alone."""
    place = next(place for place in range(1, len(name) - 1) if name[place] != name[place + 1])
    return name[:place] + name[place + 1] + name[place] + name[place + 2 :]


def _doubled(name: str) -> str:
    return name[:-1] + 2 * name[-1]


_DOMAIN_TYPOS = (
    ("gmail.com", "gmial.com"),
    ("gmail.com", "gmai.com"),
    ("hotmail.com", "hotmial.com"),
    ("yahoo.com", "yaho.com"),
    ("outlook.com", "outlok.com"),
    ("example.com", "example.con"),
    ("gmail.com", "gmail.co"),
)
_LETTER_TYPOS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("dropped_letter", _dropped),
    ("swapped_letters", _swapped),
    ("doubled_letter", _doubled),
)
_KINDS = len(_DOMAIN_TYPOS) + len(_LETTER_TYPOS)


class Typists(Stage):
    """Those of one business. `scale` multiplies their number, but there are always some of them."""

    def __init__(self, seed: int, workspace: Workspace, span: Span, scale: float, till: Till) -> None:
        """Take the till they pay at."""
        super().__init__(workspace, span, till)
        self.seed = seed
        self._days_between = min(_MOST_DAYS_BETWEEN, round(_DAYS_BETWEEN / scale)) if scale else _MOST_DAYS_BETWEEN

    def act(self) -> None:
        """Let everybody opt in, and buy with another address."""
        # The businesses begin with different mistakes, so that few people make most of them.
        first = WORKSPACES.index(self.workspace) * _KINDS // len(WORKSPACES)
        days = range(_FIRST_DAY, self.span.offset(self.span.today) + 1, max(1, self._days_between))
        for number, offset in enumerate(days):
            self._mistype(number, (first + number) % _KINDS, offset)

    def _mistype(self, number: int, kind: int, offset: int) -> None:
        day = self.span.day(offset)
        about = f"{self.seed}/{self.workspace.workspace_id}/typist/{number}"
        person = drawn_person(random.Random(about), f"{day:%y%m%d}")
        local = person.email.split("@")[0]
        if kind < len(_DOMAIN_TYPOS):
            domain, mistyped = _DOMAIN_TYPOS[kind]
            email, other_email, how = f"{local}@{domain}", f"{local}@{mistyped}", mistyped
        else:
            how, mistake = _LETTER_TYPOS[kind - len(_DOMAIN_TYPOS)]
            # With every provider by turns: a slip of the finger is none of theirs.
            domain = ("example.com", "gmail.com", "outlook.com")[number % 3]
            mistaken = f"{person.first_name}.{mistake(person.last_name)}.{day:%y%m%d}".lower()
            email, other_email = f"{local}@{domain}", f"{mistaken}@{domain}"
        opted_in_at = seconds_into(day, self.workspace.zone, 30000 + 40000 * chance(f"{about}/clock"))
        touch = touches.from_ad(self.workspace, self.ad_on(day))
        self.contacts.append(
            Contact(self.workspace.kit, email, person.first_name, person.last_name, opted_in_at, touch)
        )
        in_short = f"{person.first_name[0]}. {person.last_name}"
        name = in_short if number % _NAME_IN_SHORT_EVERY == _NAME_IN_SHORT_EVERY - 1 else person.name
        paid_at = opted_in_at + timedelta(minutes=_MINUTES_OF_THOUGHT[number % len(_MINUTES_OF_THOUGHT)])
        who = buyer(self.till.account, name, other_email)
        self.till.sell(f"typist/{number}", who, paid_at, [self.line("product", 1 + number % 2)], touch=touch)
        self.pair("typo", email, plain(other_email), how)
