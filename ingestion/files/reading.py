"""Read one file: all of its rows in the types of their table, or the reasons why not."""

import gzip
import zlib
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow

from ingestion.files import settings, values
from ingestion.files.events import SCHEMA, Events, read_events
from ingestion.files.headers import layouts, recognise
from ingestion.files.recognition import LaidOut, Refused, lay_out, layout_of, named_layout, table_of
from ingestion.files.settings import REMEDY
from ingestion.files.sheets import Line, Sheet, Unreadable, sheets_of
from ingestion.files.tables import TOUCHPOINTS
from ingestion.files.totals import without_totals
from ingestion.files.values import Cell, FileDefect, is_blank, shown
from ingestion.rejections import Defect

UNKNOWN_KIND = "files"
ZIPPED = b"\x1f\x8b"
DAY_COLUMNS = ("date", "starts", "ends")


@dataclass(frozen=True)
class Rejection:
    """A row of a refused file: its line, what is wrong with which value, and the row itself."""

    line: int
    field: str
    value: str
    reason: str
    row: dict[str, str]


@dataclass
class ReadFile:
    """A file that was read: its rows, or, if anything in it is wrong, only rejections. `kind` is its table's name.

    The rows of an export of web analytics are in `events`, as Arrow: they may be millions. One that `is_landed` is in
    the warehouse already as it is, and not read.
    """

    name: str
    kind: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    events: pyarrow.Table = field(default_factory=SCHEMA.empty_table)
    rejections: list[Rejection] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)
    """Lines that repeat others' sums and are left out."""
    fingerprint: str = ""
    is_landed: bool = False

    @property
    def row_count(self) -> int:
        """How many rows it has."""
        return len(self.rows) + int(self.events.num_rows)

    @property
    def defects(self) -> list[Rejection]:
        """The rejections of rows that are themselves at fault."""
        return [rejection for rejection in self.rejections if rejection.reason != settings.NOT_AT_FAULT]


def read_file(name: str, content: bytes, currency: str = "") -> ReadFile:
    """Read a file. One defect refuses all of it: half a file is a wrong number.

    `currency` is that of files which name none, an ISO code.
    """
    named = named_layout(name)
    kind = layouts()[named].table.name if named else UNKNOWN_KIND
    for extension, reason in settings.REFUSED_EXTENSIONS.items():
        if name.lower().endswith(extension):
            return ReadFile(name, kind, rejections=[Rejection(0, "file name", name, reason, {})])
    try:
        content = _unzipped(content)
        events = read_events(name, content) if named not in ("plain", "contacts", "touchpoints") else None
        if events:
            return _of_events(name, events)
        sheet = table_of(sheets_of(content, recognise))
    except Unreadable as unreadable:
        return _unreadable(name, kind, unreadable)
    except Refused as refused:
        return ReadFile(name, kind, rejections=[_rejection(refused, {})])
    try:
        layout = layout_of(sheet, named)
    except Refused as refused:
        if not named and refused.line == 0:
            return ReadFile(name, UNKNOWN_KIND, rejections=[Rejection(0, "file name", name, refused.reason, {})])
        return _refused(name, kind, sheet, [refused])
    try:
        laid_out = lay_out(sheet, layout, currency)
        return _checked(name, laid_out)
    except Refused as refused:
        return _refused(name, layout.table.name, sheet, [refused])


def _unzipped(content: bytes) -> bytes:
    if not content.startswith(ZIPPED):
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error):
        raise Unreadable(1, "file", "is a broken gzip file, or was cut off; download it again") from None


def _of_events(name: str, events: Events) -> ReadFile:
    """Return an export of web analytics. Of a refused one only the rows at fault are kept: it may have millions."""
    kind = TOUCHPOINTS.name
    if events.defects:
        rejections = [Rejection(found.line, found.field, found.value, found.reason, {}) for found in events.defects]
        return ReadFile(name, kind, rejections=rejections)
    return ReadFile(name, kind, events=pyarrow.concat_tables([SCHEMA.empty_table(), *events.tables]))


# Its rows


def _checked(name: str, laid_out: LaidOut) -> ReadFile:
    rows = laid_out.sheet.rows
    table = laid_out.layout.table
    totals: list[int] = []
    order, mark = "", "."
    try:
        if table.name == "ad_spend":
            mark = _mark(laid_out, rows)
            rows, totals = without_totals(laid_out, rows, mark)
            order = values.day_order(
                [*_days_above(laid_out), *laid_out.cells(rows, *DAY_COLUMNS)], _range_above(laid_out.sheet)
            )
            _refuse_ranges(laid_out, rows, order)
    except FileDefect as found:
        return _refused(name, table.name, laid_out.sheet, [_as_refused(found, laid_out)])
    read, defects = [], []
    for line in rows:
        try:
            read.append({"source_file": name, "row_number": line.number} | _typed(laid_out, line, mark, order))
        except Defect as defect:
            defects.append(Refused(line.number, defect.field, _value_at(laid_out, line, defect.field), defect.reason))
    if defects:
        return _refused(name, table.name, laid_out.sheet, defects)
    return ReadFile(name, table.name, rows=read, totals=totals)


def _mark(laid_out: LaidOut, rows: list[Line]) -> str:
    spend = list(laid_out.cells(rows, "spend"))
    counts = list(laid_out.cells(rows, "impressions", "clicks"))
    if laid_out.currency in settings.WITHOUT_CENTS:
        spend, counts = [], [*spend, *counts]
    return values.decimal_mark(
        spend,
        counts,
        list(laid_out.unused(rows)),
        # The table that the README lays out has decimal points.
        default="" if laid_out.layout.is_export else ".",
    )


def _days_above(laid_out: LaidOut) -> list[Cell]:
    found = [Cell(number, "preamble", day) for number, text in laid_out.sheet.preamble for day in values.days_in(text)]
    # What is open there decides nothing, and stands in nobody's way.
    return [cell for cell in found if values.has_one_reading(cell)]


def _range_above(sheet: Sheet) -> tuple[date, date] | None:
    """Return the first and last day that a report says it covers, from the lines above its header."""
    for _, text in sheet.preamble:
        days = values.days_in(text)
        if len(days) == 2:
            return _certain(days[0], days[1])
    starts: list[str] = []
    ends: list[str] = []
    for _, text in sheet.preamble:
        for found, begins in ((starts, ("report start", "start date")), (ends, ("report end", "end date"))):
            if text.lower().lstrip('"').startswith(begins):
                found.extend(values.days_in(text))
    return _certain(starts[0], ends[0]) if starts and ends else None


def _certain(first: str, last: str) -> tuple[date, date] | None:
    """Return two days, unless they can be read in more than one way that makes a range."""
    ranges = set()
    for order in values.ORDERS:
        try:
            found = values.day(Cell(0, "", first), order), values.day(Cell(0, "", last), order)
        except Defect:
            continue
        if found[0] <= found[1]:
            ranges.add(found)
    return ranges.pop() if len(ranges) == 1 else None


def _refuse_ranges(laid_out: LaidOut, rows: list[Line], order: str) -> None:
    """Refuse a file whose rows cover more than a day each. Raises Refused."""
    remedy = settings.DAY_BY_DAY[laid_out.layout.name]
    for number, text in laid_out.sheet.preamble:
        aggregation = settings.AGGREGATION.fullmatch(text.strip('"').strip())
        if aggregation and aggregation["by"].lower() not in settings.DAILY:
            raise Refused(number, "preamble", text.strip('"'), f"is no day in each row; {remedy}")
    if "date" in laid_out.columns or not rows:
        return
    covered = _range_above(laid_out.sheet)
    whole_range = f"{covered[0]} to {covered[1]}" if covered else ""
    if "starts" not in laid_out.columns:
        if covered and covered[0] == covered[1] and "period" not in laid_out.columns:
            return
        named = zip(laid_out.sheet.header.cells, laid_out.columns, strict=True)
        header = next((header for header, column in named if column == "period"), "date")
        covers = f"; it covers {whole_range}" if covered else ""
        reason = "is no day" if header != "date" else "is missing from the header"
        raise Refused(laid_out.sheet.header.number, "header", header, f"{reason}{covers}; {remedy}")
    for line in rows:
        start, end = laid_out.cell(line, "starts"), laid_out.cell(line, "ends")
        if start and end and not is_blank(end.value):
            first, last = _day_or_refused(start, order), _day_or_refused(end, order)
            if first != last:
                raise Refused(line.number, end.header, end.text, f"is not the day the row begins on, {first}; {remedy}")
    if "ends" not in laid_out.columns and covered and covered[0] < covered[1]:
        starts = [cell for line in rows if (cell := laid_out.cell(line, "starts")) and not is_blank(cell.value)]
        if starts and all(_day_or_refused(cell, order) == covered[0] for cell in starts):
            raise Refused(
                starts[0].line,
                starts[0].header,
                starts[0].text,
                f"is the first day of all rows, and the report covers {whole_range}; {remedy}",
            )


def _day_or_refused(cell: Cell, order: str) -> date:
    try:
        return values.day(cell, order)
    except Defect as defect:
        raise Refused(cell.line, cell.header, cell.text, defect.reason) from None


def _typed(laid_out: LaidOut, line: Line, mark: str, order: str) -> dict[str, Any]:
    table, layout = laid_out.layout.table, laid_out.layout
    row: dict[str, Any] = {}
    for column, kind in laid_out.kept.items():
        cell = laid_out.cell(line, column)
        if cell:
            row[column] = _value(cell, column, kind, mark, order, laid_out.currency)
    if table.name == "ad_spend":
        if layout.is_export or "currency" not in laid_out.columns:
            row["currency"] = row.get("currency") or laid_out.currency
        row["currency"] = row["currency"] and row["currency"].upper()
        if layout.is_export:
            row["platform"] = layout.name
        if "date" not in laid_out.columns:
            row["date"] = _only_day(laid_out, line, order)
    for column in table.required:
        if row.get(column) in (None, ""):
            cell = laid_out.cell(line, column)
            raise Defect(cell.header if cell else column, f"is missing; {REMEDY}")
    if table is TOUCHPOINTS and not any(row.get(column) for column in ("email", "anonymous_id", "user_id")):
        raise Defect("email", f"is missing, and so is anonymous_id; a touchpoint needs one of them; {REMEDY}")
    return row


def _only_day(laid_out: LaidOut, line: Line, order: str) -> date | None:
    start = laid_out.cell(line, "starts")
    if start:
        return None if is_blank(start.value) else values.day(start, order)
    covered = _range_above(laid_out.sheet)
    return covered[0] if covered else None


def _value(cell: Cell, column: str, kind: str, mark: str, order: str, currency: str) -> Any:
    if cell.text == "#error":
        raise cell.defect(f"is an error of Excel; {REMEDY}")
    if not cell.text or (kind != "text" and is_blank(cell.value)):
        return None
    if kind == "date":
        return values.day(cell, order)
    if kind == "timestamp":
        return values.occurred(cell)
    if kind == "decimal":
        return values.amount(cell, mark, currency)
    if kind == "bigint":
        return values.count(cell, mark)
    if column == "currency" and not (len(cell.text) == 3 and cell.text.isascii() and cell.text.isalpha()):
        raise cell.defect("is no ISO code such as USD")
    if column == "email" and "@" not in cell.text:
        raise cell.defect("is no e-mail address")
    if column.endswith("_id") and column != "anonymous_id":
        return None if is_blank(cell.value) else values.identifier(cell)
    return cell.text


# Refusals


def _as_refused(found: FileDefect, laid_out: LaidOut) -> Refused:
    line = next((line for line in laid_out.sheet.rows if line.number == found.line), None)
    value = _value_at(laid_out, line, found.defect.field) if line else ""
    return Refused(found.line, found.defect.field, value, found.defect.reason)


def _value_at(laid_out: LaidOut, line: Line, header: str) -> str:
    headers = list(laid_out.sheet.header.cells)
    index = headers.index(header) if header in headers else -1
    return shown(line.cells[index]) if 0 <= index < len(line.cells) else ""


def _rejection(refused: Refused, row: dict[str, str]) -> Rejection:
    return Rejection(refused.line, refused.field, refused.value, refused.reason, row)


def _refused(name: str, kind: str, sheet: Sheet, defects: list[Refused]) -> ReadFile:
    """Keep all rows of a refused file, with the reason at those that are at fault."""
    at_line = {defect.line: defect for defect in reversed(defects)}
    rejections = []
    for line in sheet.rows:
        row = _named_cells(sheet, line)
        defect = at_line.pop(line.number, None)
        if defect:
            rejections.append(_rejection(defect, row))
        else:
            rejections.append(Rejection(line.number, "", "", settings.NOT_AT_FAULT, row))
    # What is wrong with the header, or above it, stands before the rows.
    return ReadFile(name, kind, rejections=[*(_rejection(defect, {}) for defect in at_line.values()), *rejections])


def _named_cells(sheet: Sheet, line: Line) -> dict[str, str]:
    row: dict[str, str] = {}
    for index, value in enumerate(line.cells):
        header = sheet.header.cells[index] if index < len(sheet.header.cells) else ""
        if header or shown(value):
            row[header if header and header not in row else f"{header or 'column'} {index + 1}"] = shown(value)
    return row


def _unreadable(name: str, kind: str, found: Unreadable) -> ReadFile:
    """Keep the lines of a file that is no table, as they stand."""
    rejections = []
    lines = [(number, text) for number, text in found.lines if text]
    if found.line not in [number for number, _ in lines]:
        rejections.append(Rejection(found.line, found.where, "", found.reason, {}))
    for number, text in lines:
        if number == found.line:
            rejections.append(Rejection(number, found.where, "", found.reason, {"line": text}))
        elif number > 1:
            rejections.append(Rejection(number, "", "", settings.NOT_AT_FAULT, {"line": text}))
    return ReadFile(name, kind, rejections=rejections)
