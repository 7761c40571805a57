"""All transactions of an account: up to hours of pages, landed in parts, and gone on with wherever it was interrupted.

What is landed is remembered with the rows, in the warehouse; what is read and not yet landed is in the journal.
"""

import math
import uuid
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial
from typing import Any

from ingestion.thrivecart import settings
from ingestion.thrivecart.journal import Journal
from ingestion.thrivecart.seeking import Page, follows, moments_of, until_passed, walk

PageOf = Callable[[str, int], Page]
"""Asks for a page of a mode."""

Reading = dict[str, Any]
"""What is remembered of an unfinished reading: `id`, `first_day`, and by mode how far it has come: `page`, `total` of
rows when that was read, `first_total` when the first was, `newest` (timestamp) of the rows then; whether it `is_at_end`
of the pages, and `is_done` with the sales made meanwhile; whether the pages came `is_disordered`."""


def begun(remembered: Reading | None, journal: Journal, first_day: date | None) -> Reading:
    """Return the reading to go on with, or a new one.

    One that began with another first day is not gone on with. The journal is enough if it holds all that was read.
    """
    oldest = first_day.isoformat() if first_day else None
    described = journal.description()
    if remembered and remembered["first_day"] == oldest:
        if described != _description(remembered):
            journal.begin(_description(remembered))
        return remembered
    if described and described["first_day"] == oldest and journal.recall(settings.MODES[0], 1):
        return dict(described)
    reading: Reading = {"id": uuid.uuid4().hex, "first_day": oldest}
    journal.begin(_description(reading))
    return reading


def _description(reading: Reading) -> Reading:
    return {name: reading[name] for name in ("id", "first_day")}


def pages_left(reading: Reading, journal: Journal, page_of: PageOf) -> Iterator[tuple[str, Page]]:
    """Yield the pages of a reading that are not landed, with their mode; `reading` is moved on before each.

    Last come the sales that were made since it began, down to the newest that there was then.
    """
    first_day = date.fromisoformat(reading["first_day"]) if reading["first_day"] else None
    for mode in settings.MODES:
        position = reading.setdefault(mode, {"page": 0, "total": 0, "first_total": None, "newest": None})
        if not position.get("is_at_end"):
            ask, recall = partial(_asked, journal, page_of, mode), partial(journal.recall, mode)
            above = None
            for page in _down(position, ask, recall, first_day):
                position["is_disordered"] = position.get("is_disordered", False) or not follows(above, page)
                above = page
                if position["first_total"] is None:
                    newest = max(map(datetime.timestamp, moments_of(page.rows)), default=None)
                    position |= {"first_total": page.total, "newest": newest}
                position |= {"page": page.number, "total": page.total}
                yield mode, page
            position["is_at_end"] = True
        if not position.get("is_done"):
            for page in _made_meanwhile(position, partial(page_of, mode)):
                yield mode, page
            position["is_done"] = True


def _asked(journal: Journal, page_of: PageOf, mode: str, number: int) -> Page:
    page = page_of(mode, number)
    journal.keep(mode, page)
    return page


def _down(
    position: dict[str, Any],
    ask: Callable[[int], Page],
    recall: Callable[[int], Page | None],
    first_day: date | None,
) -> Iterator[Page]:
    """Yield what was kept, and then what has to be asked for.

    Sales made since the last page push rows down, onto the next one; rows that vanished are looked after by `walk`.
    """
    is_replaying = True

    def page_at(number: int) -> Page:
        nonlocal is_replaying
        kept = recall(number) if is_replaying else None
        is_replaying = kept is not None
        return kept or ask(number)

    landed = Page(position["page"], position["page"], [], position["total"]) if position["page"] else None
    return until_passed(walk(page_at, page_at(position["page"] + 1), landed), first_day)


def _made_meanwhile(position: dict[str, Any], page_at: Callable[[int], Page]) -> Iterator[Page]:
    if not position["first_total"] or position["total"] <= position["first_total"]:
        return
    for page in walk(page_at, page_at(1)):
        position["total"] = page.total
        # Said before the page is taken: after it a part may end, and the next one would begin at the top again.
        oldest = min(map(datetime.timestamp, moments_of(page.rows)), default=math.inf)
        position["is_done"] = position["newest"] is None or oldest <= position["newest"]
        yield page
        if position["is_done"]:
            return
