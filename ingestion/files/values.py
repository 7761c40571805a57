"""Numbers and days as people's spreadsheets and vendors' exports write them.

"1,234" is one thing in New York and another in Berlin, and so is "03/04/2026". How a file writes is found from all of
its cells together, and what even they leave open is a Defect, not a guess.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from ingestion.files.settings import REMEDY, SPREADSHEET_DIGITS
from ingestion.rejections import Defect, moment

SPACES = " \u00a0\u2009\u202f"
APOSTROPHES = "'\u2019"
MARKS = (".", ",")
MINUS = str.maketrans({"\u2212": "-"})

CURRENCY_SIGNS: dict[str, frozenset[str]] = {
    "€": frozenset({"EUR"}),
    "£": frozenset({"GBP", "EGP", "GIP"}),
    "¥": frozenset({"JPY", "CNY"}),
    "₹": frozenset({"INR"}),
    "R$": frozenset({"BRL"}),
    "US$": frozenset({"USD"}),
    "CA$": frozenset({"CAD"}),
    "C$": frozenset({"CAD"}),
    "A$": frozenset({"AUD"}),
    "AU$": frozenset({"AUD"}),
    "NZ$": frozenset({"NZD"}),
    "$": frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS", "CLP", "COP"}),
    "kr": frozenset({"SEK", "NOK", "DKK", "ISK"}),
    "zł": frozenset({"PLN"}),
    "Kč": frozenset({"CZK"}),
}
"""Signs beside an amount, and what they can stand for."""

SIGN = "|".join(re.escape(sign) for sign in sorted(CURRENCY_SIGNS, key=len, reverse=True))
WRITTEN_AMOUNT = re.compile(
    rf"(?P<minus>-?)(?P<before>{SIGN}|[A-Z]{{3}})?[{SPACES}]*(?P<inner>-?)"
    rf"(?P<digits>[0-9](?:[0-9.,{SPACES}{APOSTROPHES}]*[0-9])?)[{SPACES}]*(?P<after>{SIGN}|[A-Z]{{3}})?"
)


ROUNDED_ID = re.compile(r"[0-9]+([.,][0-9]+)?[eE]\+?[0-9]+|[0-9]+\.[0-9]+|[0-9]{1,3}([.,][0-9]{3})+")
"""An id after a spreadsheet took it for a number: 1.2E+17, 123.0 or 120,210."""


def _written(mark: str) -> re.Pattern[str]:
    """Whole part plain or in groups of three (in India of two, but for the last), four decimals at most."""
    other = re.escape("," if mark == "." else ".")
    groups = "|".join(
        rf"[1-9][0-9]{{0,2}}(?:{separator}[0-9]{{3}})+|[1-9][0-9]?(?:{separator}[0-9]{{2}})+{separator}[0-9]{{3}}"
        for separator in (other, f"[{SPACES}]", f"[{APOSTROPHES}]")
    )
    return re.compile(rf"(?P<whole>[0-9]{{1,14}}|{groups})(?:{re.escape(mark)}(?P<part>[0-9]{{1,4}}))?")


WRITTEN = {mark: _written(mark) for mark in MARKS}


@dataclass(frozen=True)
class Cell:
    """A cell on its way to a column: where it stands, what its column is called in the file, and what is in it."""

    line: int
    header: str
    value: Any

    @property
    def text(self) -> str:
        """What is in it, as text without surrounding space."""
        return shown(self.value)

    def defect(self, reason: str) -> Defect:
        """Return what is wrong with it, under the file's own name of its column."""
        return Defect(self.header, reason)


class FileDefect(Exception):
    """A Defect that only shows beside the file's other cells: `line` is the row to look at."""

    def __init__(self, line: int, header: str, reason: str) -> None:
        """Name the row, the column and the reason."""
        super().__init__(f"row {line}: {header} {reason}")
        self.line = line
        self.defect = Defect(header, reason)


def shown(value: Any) -> str:
    """Return a cell's value as a person would write it: days as YYYY-MM-DD, numbers in digits."""
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, float):
        return "" if value != value else format(_as_shown(value), "f")
    if isinstance(value, datetime) and value.time() == time() and value.tzinfo is None:
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()


def _as_shown(value: float) -> Decimal:
    """Return the fifteen digits that a spreadsheet shows, and means: 0.1 + 0.2 is 0.3 in it."""
    return Decimal(format(value, f".{SPREADSHEET_DIGITS}g"))


def is_blank(value: Any) -> bool:
    """Tell whether a cell says nothing: it is empty, or holds the dash that vendors put for what they do not know."""
    return shown(value) in ("", "-", "--", "\u2014", "\u2013", "N/A", "n/a")


# Numbers


def decimal_mark(amounts: Iterable[Cell], counts: Iterable[Cell], others: Iterable[Cell], default: str) -> str:
    """Find which of "." and "," stands before a file's cents, from its amounts and counts (no count has decimals).

    Where they leave it open, what its unused columns say counts, such as a rate of 1.23%, then `default`, if the layout
    has one. A file in which no cell could be read in two ways needs no mark: "." is returned. Raises FileDefect on two
    cells that contradict each other, and on the first one that can be read in two ways.
    """
    possible, seen, doubtful = set(MARKS), None, None
    for cell, is_count in [*((cell, False) for cell in amounts), *((cell, True) for cell in counts)]:
        readings = _readings(cell.value, is_count)
        if not readings:
            continue
        if not possible & set(readings):
            raise FileDefect(
                cell.line, cell.header, f"has its decimals written otherwise than row {seen and seen.line}; {REMEDY}"
            )
        if len(readings) == 1:
            possible, seen = possible & set(readings), cell
        elif len(set(readings.values())) > 1:
            doubtful = doubtful or cell
    if len(possible) == 1 or doubtful is None:
        return min(possible, key=MARKS.index)
    told = {next(iter(readings)) for cell in others if len(readings := _readings(cell.text.rstrip("% "), False)) == 1}
    if len(told) == 1:
        return told.pop()
    if default:
        return default
    both = " or ".join(str(value) for value in _readings(doubtful.value, False).values())
    raise FileDefect(
        doubtful.line,
        doubtful.header,
        f"may be {both}, and nothing in the file tells which; write amounts with two decimals",
    )


def _readings(value: Any, is_count: bool) -> dict[str, Decimal]:
    """Return what a text can mean by decimal mark. What is a number already has no mark."""
    if not isinstance(value, str):
        return {}
    written = WRITTEN_AMOUNT.fullmatch(value.strip().translate(MINUS))
    if not written:
        return {}
    readings = {}
    for mark in MARKS:
        number = WRITTEN[mark].fullmatch(written["digits"])
        if number and not (is_count and number["part"]):
            readings[mark] = _decimal(number)
    return readings


def _decimal(number: re.Match[str]) -> Decimal:
    whole = re.sub(r"[^0-9]", "", number["whole"])
    return Decimal(f"{whole}.{number['part']}" if number["part"] else whole)


def amount(cell: Cell, mark: str, currency: str) -> Decimal:
    """Read an amount of money, exactly. A currency beside it has to be the file's. Raises Defect."""
    if not isinstance(cell.value, str):
        return _numeric_amount(cell)
    written = WRITTEN_AMOUNT.fullmatch(cell.text.translate(MINUS))
    number = written and WRITTEN[mark].fullmatch(written["digits"])
    if not written or not number or (written["minus"] and written["inner"]):
        example = "1234.56" if mark == "." else "1234,56"
        raise cell.defect(f"is no amount such as {example} with four decimals at most")
    for sign in (written["before"], written["after"]):
        if sign and currency not in CURRENCY_SIGNS.get(sign, {sign}):
            raise cell.defect(f"is not in {currency}, as the rest of the file; a file has one currency: split it")
    value = _decimal(number)
    return -value if written["minus"] or written["inner"] else value


def _numeric_amount(cell: Cell) -> Decimal:
    value = cell.value
    if isinstance(value, float):
        value = _as_shown(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise cell.defect(f"is no amount; {REMEDY}")
    exact = Decimal(value)
    if not exact.is_finite() or exact != round(exact, 4) or abs(exact) >= 10**14:
        raise cell.defect("has more than four decimals; round it to cents")
    return exact


def count(cell: Cell, mark: str) -> int:
    """Read a whole number. Raises Defect."""
    value = cell.value
    if isinstance(value, str):
        number = WRITTEN[mark].fullmatch(cell.text)
        value = _decimal(number) if number and not number["part"] else None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal) or value != value or value < 0:
        raise cell.defect(f"is no whole number; {REMEDY}")
    if value != int(value):
        raise cell.defect(f"is no whole number; {REMEDY}")
    return int(value)


def identifier(cell: Cell) -> str:
    """Read a vendor's id, digit by digit. Raises Defect on one that a spreadsheet has rounded."""
    value = cell.value
    if isinstance(value, float):
        raise cell.defect(
            f"is a number of which a spreadsheet keeps {SPREADSHEET_DIGITS} digits at most, so that it may be rounded; "
            "format the column as text and paste the ids anew"
        )
    text = cell.text
    # Programs protect digits from Excel as ="123" or '123.
    protected = re.fullmatch(r"=\"(.*)\"|'(.*)", text)
    if protected:
        text = protected[1] or protected[2] or ""
    if ROUNDED_ID.fullmatch(text):
        raise cell.defect(
            "is an id that a spreadsheet has made a rounded number; export it again, and do not save it from Excel"
        )
    return text


# Days

ORDERS = ("day first", "month first")
MONTHS: dict[str, int] = {
    name: month
    for month, names in enumerate(
        (
            "january jan januar janvier janv enero ene gennaio gen janeiro januari jänner",
            "february feb februar février févr fév febrero febbraio fevereiro fev februari",
            "march mar märz mär mrz mars marzo março maart mrt",
            "april apr avril avr abril abr aprile",
            "may mai mayo maggio mag maio mei",
            "june jun juni juin junio giugno giu junho",
            "july jul juli juillet juil julio luglio lug julho",
            "august aug août aout agosto ago augustus",
            "september sep sept septembre septiembre settembre set setembro",
            "october oct oktober okt octobre octubre ottobre ott outubro out",
            "november nov novembre noviembre novembro",
            "december dec dezember dez décembre déc diciembre dic dicembre dezembro",
        ),
        start=1,
    )
    for name in names.split()
}
"""Months in English, German, French, Spanish, Italian, Portuguese and Dutch, in full and shortened."""

MIDNIGHT = re.compile(r"[T ]00:00(:00(\.0+)?)?(Z|\+00:?00)?")
YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(20\d{2})(\d{2})(\d{2})")
YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
SHORT_YEAR = re.compile(r"\d{1,2}([-/.])\d{1,2}\1\d{2}")
WORD = re.compile(r"[^\W\d_]+")
IN_A_TEXT = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}"
    r"|\d{1,2}(?:\.|er|º)?\s+(?:de\s+)?[^\W\d_]{3,}\.?\s+(?:de\s+)?\d{4}|[^\W\d_]{3,}\.?\s+\d{1,2},?\s+\d{4}"
)


def days_in(text: str) -> list[str]:
    """Return what looks like a day in a line of text, in its order."""
    return [found.group() for found in IN_A_TEXT.finditer(text) if _days(found.group())]


def day_order(cells: Iterable[Cell], bounds: tuple[date, date] | None) -> str:
    """Find whether a file writes 31/12/2026 or 12/31/2026, from all of its days and the range that it says it covers.

    Raises FileDefect on a day that contradicts the others, and on the first one that stays open.
    """
    possible, seen, doubtful = list(ORDERS), None, None
    for cell in cells:
        readings = _days(cell.value)
        fitting = {order: day for order, day in readings.items() if not bounds or bounds[0] <= day <= bounds[1]}
        # A day beside the range is a defect of its own kind; here it tells nothing.
        fitting = fitting or readings
        if not fitting:
            continue
        if not set(possible) & set(fitting):
            raise FileDefect(
                cell.line, cell.header, f"is written otherwise than the day in row {seen and seen.line}; {REMEDY}"
            )
        if len(fitting) == 1:
            possible, seen = [order for order in possible if order in fitting], cell
        elif len(set(fitting.values())) > 1:
            doubtful = doubtful or cell
    if len(possible) == 2 and doubtful:
        first, second = _days(doubtful.value).values()
        raise FileDefect(
            doubtful.line,
            doubtful.header,
            f"may be {first} or {second}, and nothing in the file tells which; write days as YYYY-MM-DD",
        )
    return possible[0]


def has_one_reading(cell: Cell) -> bool:
    """Tell whether a cell is a day that shows the order of day and month: 31/12/2026 does, 2026-12-31 does not."""
    return len(_days(cell.value)) == 1


def day(cell: Cell, order: str) -> date:
    """Read a day. Raises Defect, also on a moment that is not midnight and on a year of two digits."""
    readings = _days(cell.value)
    if order in readings:
        return readings[order]
    if len(days_in(cell.text)) == 2:
        raise cell.defect("covers several days; each day needs a row of its own")
    if SHORT_YEAR.fullmatch(cell.text):
        raise cell.defect("has a year of two digits; write days as YYYY-MM-DD")
    raise cell.defect("is no date; write days as YYYY-MM-DD")


def _days(value: Any) -> dict[str, date]:
    """Return the days that a cell can mean, by the order of day and month."""
    found = _day_by_order(value)
    return {order: read for order, (year, month, day) in found.items() if (read := _calendar_day(year, month, day))}


def _day_by_order(value: Any) -> dict[str, tuple[int, int, int]]:
    if isinstance(value, datetime):
        return dict.fromkeys(ORDERS, (value.year, value.month, value.day)) if value.time() == time() else {}
    if isinstance(value, date):
        return dict.fromkeys(ORDERS, (value.year, value.month, value.day))
    if not isinstance(value, str):
        return {}
    text = value.strip()
    ending = MIDNIGHT.search(text)
    if ending and ending.end() == len(text):
        text = text[: ending.start()]
    if parts := YEAR_FIRST.fullmatch(text):
        year, month, day = (int(part) for part in (parts.group(1, 3, 4) if parts[1] else parts.group(5, 6, 7)))
        return dict.fromkeys(ORDERS, (year, month, day))
    if parts := YEAR_LAST.fullmatch(text):
        first, second, year = int(parts[1]), int(parts[3]), int(parts[4])
        # With dots it is written day first wherever it is written.
        if parts[2] == ".":
            return dict.fromkeys(ORDERS, (year, second, first))
        return {"day first": (year, second, first), "month first": (year, first, second)}
    return _day_in_words(text)


def _day_in_words(text: str) -> dict[str, tuple[int, int, int]]:
    months = [MONTHS[word] for word in WORD.findall(text.lower()) if word in MONTHS]
    unknown = [word for word in WORD.findall(text.lower()) if word not in MONTHS and word not in ("de", "er")]
    numbers = re.findall(r"\d+", text)
    # A weekday may stand in front.
    if len(months) != 1 or len(unknown) > 1 or len(numbers) != 2 or not re.fullmatch(r"[\w\s.,º]+", text):
        return {}
    years = [number for number in numbers if len(number) == 4]
    days = [number for number in numbers if len(number) <= 2]
    if len(years) != 1 or len(days) != 1:
        return {}
    return dict.fromkeys(ORDERS, (int(years[0]), months[0], int(days[0])))


def _calendar_day(year: int, month: int, day: int) -> date | None:
    try:
        # Nobody has ads of another century: 0026 and 2206 are slips of the pen.
        return date(year, month, day) if 2000 <= year < 2100 else None
    except ValueError:
        return None


def occurred(cell: Cell) -> datetime:
    """Read a moment with its offset from UTC, and return it in UTC. Raises Defect."""
    if isinstance(cell.value, datetime) and cell.value.tzinfo:
        return cell.value.astimezone(UTC)
    if isinstance(cell.value, date):
        raise cell.defect("has no offset from UTC; write it as text such as 2026-03-01T18:00:00-05:00")
    return moment(cell.header, cell.text)


def texts(cells: Iterable[Cell]) -> Iterator[Cell]:
    """Leave out cells that say nothing."""
    return (cell for cell in cells if not is_blank(cell.value))
