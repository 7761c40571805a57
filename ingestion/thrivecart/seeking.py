"""Which pages of transactions to read: there is no date filter, but the newest come first.

What is new is read from page 1 down. A window of days is looked for by halving the pages, as its day may lie far down.
Going down, a sale made meanwhile brings a row twice; going up it would hide one. A row that vanishes meanwhile pulls
those below it up, onto a page that is read already: then that page is read again.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any


@dataclass(frozen=True)
class Page:
    """One page of transactions as sent; `pages` estimates how many there are. `total` counts rows, 0 if unknown.

    `seen_at` is the moment (UTC) of the answer: what the rows say of the present was true then.
    """

    number: int
    pages: int
    rows: list[Any]
    total: int
    seen_at: datetime = field(default_factory=lambda: datetime.now(UTC), compare=False)


PageAt = Callable[[int], Page]


class NotNewestFirst(Exception):
    """Where the order that seeking relies on is broken."""


def pages_since(page_at: PageAt, first_day: date | None) -> Iterator[Page]:
    """Yield the pages from the newest down to the one that passes a UTC day, None for all of them.

    Whoever reads so few pages can be wrong about the order, and has to compare the total with what is there.
    """
    return _until_passed_in_order(walk(page_at, page_at(1)), first_day)


def pages_between(page_at: PageAt, first_day: date, last_day: date, say: Callable[[str], None]) -> Iterator[Page]:
    """Yield the pages that may hold rows of these UTC days, and the one below them.

    If the pages seen on the way are not newest first, say so and yield all pages from page 1 instead.
    """
    try:
        above, page = _sought(page_at, last_day)
        yield from until_passed(_in_order(walk(page_at, page), above), first_day)
    except NotNewestFirst as broken:
        say(f"transactions are not newest first ({broken}): reading all pages from page 1 to find those of the window")
        yield from walk(page_at, page_at(1))


def made_at(row: Any) -> datetime | None:
    """Return the UTC moment of a transaction, None where it cannot be told."""
    timestamp = row.get("timestamp") if isinstance(row, dict) else None
    if isinstance(timestamp, bool) or not str(timestamp).isdecimal():
        return None
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(str(timestamp)))
    except OverflowError:
        return None


def moments_of(rows: list[Any]) -> list[datetime]:
    """Return the UTC moments of those transactions of which they can be told."""
    return [moment for moment in map(made_at, rows) if moment]


def _sought(page_at: PageAt, last_day: date) -> tuple[Page | None, Page]:
    """Return the first page that is not wholly newer than a day, after the page seen closest above it.

    Sales made meanwhile move rows down only: a page that was wholly newer stays so, and nothing hides above it.
    """
    page = page_at(1)
    _require_order(None, page)
    if page.pages == 1 or not _is_newer(page, last_day):
        return None, page
    above, below, first_below = page, None, page.pages + 1
    is_guess = False
    while first_below - above.number > 1:
        # Where sales are even a guess by their moments is close; where they are not, halving every other time is.
        is_guess = below is not None and not is_guess
        page = page_at(_guess(above, below, last_day) if below and is_guess else (above.number + first_below) // 2)
        _require_order(above, page)
        if below:
            _require_order(page, below)
        if _is_newer(page, last_day):
            above = page
        else:
            # A page that is empty, as the total was too large, lies below as well.
            below, first_below = page, page.number
            if any(moment.date() > last_day for moment in moments_of(page.rows)):
                break
    # What was seen before the page above it may have received rows from there since.
    return above, below if below is page else page_at(first_below)


def _guess(above: Page, below: Page, day: date) -> int:
    """Return the page between two on which a day should end, if as much is sold at any time."""
    from_moment, to_moment = min(moments_of(above.rows)), max(moments_of(below.rows), default=None)
    if to_moment is None or from_moment <= to_moment:
        return (above.number + below.number) // 2
    end = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
    share = (from_moment - end) / (from_moment - to_moment)
    guess = above.number + round(share * (below.number - above.number))
    return min(max(guess, above.number + 1), below.number - 1)


def walk(page_at: PageAt, page: Page, above: Page | None = None) -> Iterator[Page]:
    """Yield a page and those below it, down to the oldest. `above` is the page that was read before, if any.

    Where rows have vanished since the page above was read, the pages that they may have pulled rows up to come again.
    """
    full = max(len(page.rows), len(above.rows) if above else 0)
    # A page repeated past the end would go on for ever; one that a whole page of sales pushed down has another total.
    while page.rows and (above is None or (page.rows, page.total) != (above.rows, above.total)):
        vanished = above.total - page.total if above else 0
        if page.total and vanished > 0 and page.number > 1:
            page = page_at(max(page.number - math.ceil(vanished / full), 1))
            above = None
        yield page
        full = max(full, len(page.rows))
        # A total that is too small shows in a full page where the last one should be.
        if page.total and page.number * full >= page.total and (page.number == 1 or len(page.rows) < full):
            return
        above, page = page, page_at(page.number + 1)


def until_passed(pages: Iterator[Page], first_day: date | None) -> Iterator[Page]:
    """Yield pages down to the first that is wholly older than a UTC day: newest first is not promised."""
    for page in pages:
        yield page
        moments = moments_of(page.rows)
        if first_day and moments and max(moments).date() < first_day:
            return


def _until_passed_in_order(pages: Iterator[Page], first_day: date | None) -> Iterator[Page]:
    """Yield pages down to the first with a row older than a UTC day; once they are not in order, as `until_passed`."""
    above = None
    for page in pages:
        yield page
        if not follows(above, page):
            yield from until_passed(pages, first_day)
            return
        moments = moments_of(page.rows)
        if first_day and moments and min(moments).date() < first_day:
            return
        above = page


def _in_order(pages: Iterator[Page], above: Page | None) -> Iterator[Page]:
    for page in pages:
        _require_order(above, page)
        yield page
        above = page


def follows(above: Page | None, page: Page) -> bool:
    """Tell whether a page is in order, and older than the one that was read above it."""
    try:
        _require_order(above, page)
    except NotNewestFirst:
        return False
    return True


def _require_order(above: Page | None, page: Page) -> None:
    """Raise NotNewestFirst if a row is newer than one before it, on this page or on one seen above it."""
    if any(later > earlier for earlier, later in pairwise(moments_of(page.rows))):
        raise NotNewestFirst(f"page {page.number} is not in order")
    if above is None:
        return
    # Rows that sales made meanwhile have pushed here were on the page above, or before it, when that was read.
    pushed = page.total - above.total - (page.number - above.number - 1) * len(above.rows)
    higher, lower = moments_of(above.rows), moments_of(page.rows[max(pushed, 0) :])
    if higher and lower and max(lower) > min(higher):
        raise NotNewestFirst(f"page {page.number} has a newer row than page {above.number}")


def _is_newer(page: Page, day: date) -> bool:
    moments = moments_of(page.rows)
    return bool(moments) and min(moments).date() > day
