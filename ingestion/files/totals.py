"""Rows that say again what other rows say: totals, subtotals, and the vendor's name at the end.

To count one doubles the spend; to leave out a row that only looks like one loses it. So a row is left out if it has no
day and is labelled as a total, or has neither day nor name and stands at an end of an export. Where a day stands on it
all the same, or a name, its spend has to be exactly the sum of the rows that it stands for.
"""

import re
from decimal import Decimal

from ingestion.files import values
from ingestion.files.recognition import LaidOut
from ingestion.files.settings import REMEDY
from ingestion.files.sheets import Line
from ingestion.files.values import FileDefect, is_blank, shown
from ingestion.rejections import Defect

NAMES = ("campaign_id", "campaign_name", "adset_id", "adset_name", "ad_id", "ad_name")
LABEL = re.compile(
    r"(grand |sub)?(total|totals|totale|totales|totais|totaal|gesamt|gesamtsumme|gesamtergebnis|insgesamt|summe)"
    r"( g[eé]n[eé]ral| geral| generale| of [0-9]+ .*)?(\s*[:(-].*)?",
    re.IGNORECASE,
)
"""How totals are labelled: "Total: Account", "Gesamt: Konto", "Total of 12 results"; "Total Body" is a campaign."""

FOOTER = re.compile(r"(©|@|Â©)\s?[0-9]{4} .*")
"""The last line of Microsoft's reports."""


def without_totals(laid_out: LaidOut, rows: list[Line], mark: str) -> tuple[list[Line], list[int]]:
    """Return the rows that count, and the numbers of those left out. Raises FileDefect on one that may be either."""
    kept, totals = list(rows), []
    while kept and _is_footer(kept[-1]):
        kept.pop()
    for end in (-1, 0):
        while kept and _is_total(laid_out, kept[end], kept, mark):
            totals.append(kept.pop(end))
    subtotals = [line for line in kept if _is_subtotal(laid_out, line, kept, mark)]
    kept = [line for line in kept if line not in subtotals]
    if totals and not kept and any(_spend(laid_out, line, mark) for line in totals):
        cell = laid_out.cell(totals[0], "spend")
        raise FileDefect(totals[0].number, cell.header if cell else "spend", "is a total without rows; export the rows")
    return kept, sorted(line.number for line in [*totals, *subtotals])


def _is_footer(line: Line) -> bool:
    texts = [shown(value) for value in line.cells if shown(value)]
    return len(texts) == 1 and bool(FOOTER.fullmatch(texts[0]))


def _is_total(laid_out: LaidOut, line: Line, rows: list[Line], mark: str) -> bool:
    if any(map(_is_name, _names(laid_out, line))):
        return False
    is_labelled = any(LABEL.fullmatch(shown(value)) for value in line.cells)
    if not _has_day(laid_out, line):
        return is_labelled or laid_out.layout.is_export
    if "date" in laid_out.columns:
        return False
    # One day without a column of days: what covers it all looks like any row, but for its names.
    if any(LABEL.fullmatch(text) and ":" in text for text in map(shown, line.cells)):
        return True
    named = [other for other in rows if other is not line and any(map(_is_name, _names(laid_out, other)))]
    if not named:
        return False
    if _spend(laid_out, line, mark) == _sum(laid_out, named, mark):
        return True
    name = next(cell for column in NAMES if (cell := laid_out.cell(line, column)))
    raise FileDefect(line.number, name.header, f"is empty, and the row is not the sum of the others; {REMEDY}")


def _is_subtotal(laid_out: LaidOut, line: Line, rows: list[Line], mark: str) -> bool:
    """Tell whether a row of Meta's stands above the days of one ad: it has no day, and all of the range."""
    if not {"date", "starts", "ends"} <= set(laid_out.columns) or _has_day(laid_out, line):
        return False
    start, end = laid_out.cell(line, "starts"), laid_out.cell(line, "ends")
    if not start or not end or start.text == end.text:
        return False
    names = _names(laid_out, line)
    days = [other for other in rows if _has_day(laid_out, other) and _names(laid_out, other) == names]
    return bool(days) and _spend(laid_out, line, mark) == _sum(laid_out, days, mark)


def _is_name(text: str) -> bool:
    return not is_blank(text) and not LABEL.fullmatch(text)


def _names(laid_out: LaidOut, line: Line) -> list[str]:
    return [cell.text for column in NAMES if (cell := laid_out.cell(line, column))]


def _has_day(laid_out: LaidOut, line: Line) -> bool:
    column = "date" if "date" in laid_out.columns else "starts"
    if column not in laid_out.columns:
        # A report on one day has it above the header.
        return True
    cell = laid_out.cell(line, column)
    return cell is not None and not is_blank(cell.value) and not LABEL.fullmatch(cell.text)


def _spend(laid_out: LaidOut, line: Line, mark: str) -> Decimal | None:
    cell = laid_out.cell(line, "spend")
    try:
        return values.amount(cell, mark, laid_out.currency) if cell and not is_blank(cell.value) else None
    except Defect:
        return None


def _sum(laid_out: LaidOut, rows: list[Line], mark: str) -> Decimal:
    return sum((_spend(laid_out, line, mark) or Decimal(0) for line in rows), Decimal(0))
