"""What kind of file it is: which layout its header has, what each column is for, and which currency it is in."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ingestion.files import settings, values
from ingestion.files.headers import UNUSED, Layout, layouts
from ingestion.files.sheets import Line, Sheet
from ingestion.files.values import Cell, shown


@dataclass
class LaidOut:
    """A sheet whose columns are known: `columns` names the column of each cell, "" where none is wanted."""

    sheet: Sheet
    layout: Layout
    columns: list[str]
    currency: str
    """ISO code; "" where each row says its own."""

    @cached_property
    def _index_of(self) -> dict[str, int]:
        return {column: index for index, column in enumerate(self.columns) if column not in ("", UNUSED)}

    @cached_property
    def kept(self) -> dict[str, str]:
        """The columns of its table that the file has, and their types."""
        return {column: kind for column, kind in self.layout.table.columns.items() if column in self._index_of}

    def cell(self, line: Line, column: str) -> Cell | None:
        """Return a row's cell of a column; None if the file has no such column."""
        index = self._index_of.get(column)
        if index is None:
            return None
        value = line.cells[index] if index < len(line.cells) else ""
        return Cell(line.number, self.sheet.header.cells[index], value)

    def cells(self, rows: list[Line], *columns: str) -> Iterator[Cell]:
        """Yield the cells of some columns that say something."""
        for line in rows:
            yield from values.texts(cell for column in columns if (cell := self.cell(line, column)))

    def unused(self, rows: list[Line]) -> Iterator[Cell]:
        """Yield the cells of the columns that no table keeps."""
        for line in rows:
            for header, column, value in zip(self.sheet.header.cells, self.columns, line.cells, strict=False):
                if column == UNUSED:
                    yield Cell(line.number, header, value)


class Refused(Exception):
    """A file whose header, or one of whose rows, shows that none of it can be used."""

    def __init__(self, line: int, field: str, value: str, reason: str) -> None:
        """Name the place and the reason."""
        super().__init__(f"row {line}: {field} {reason}")
        self.line, self.field, self.value, self.reason = line, field, value, reason


def named_layout(name: str) -> str:
    """Return the name of the layout that a file's name tells, or ""."""
    found = [prefix for prefix in settings.PREFIXES if name.lower().startswith(prefix)]
    return settings.PREFIXES[found[0]] if found else ""


def table_of(sheets: list[Sheet]) -> Sheet:
    """Return the one sheet of a file that is a table. Raises Refused if there are two."""
    known = [sheet for sheet in sheets if sheet.recognised]
    preferred = [sheet for sheet in known if sheet.name in settings.RAW_SHEETS]
    if len(preferred) == 1 or len(known) <= 1:
        return (preferred or known or sheets)[0]
    names = " and ".join(f"'{sheet.name}'" for sheet in known)
    raise Refused(
        known[1].header.number, "sheet", known[1].name, f"is the second table of {names}; leave one in the file"
    )


def layout_of(sheet: Sheet, named: str) -> Layout:
    """Decide on a layout by the headers, and by the file's name where these fit several. Raises Refused."""
    headers = [header for header in sheet.header.cells if header]
    everything = layouts()
    fitting = [layout for layout in everything.values() if _fits(layout, headers, common_words=True)]
    telling = [layout for layout in fitting if _fits(layout, headers, common_words=False)]
    by_name = [layout for layout in fitting if layout.name == named]
    if named in ("plain", "contacts", "touchpoints") and by_name:
        return by_name[0]
    if len(telling) == 1:
        return telling[0]
    if by_name:
        return by_name[0]
    if telling or fitting:
        which = ", ".join(layout.name for layout in telling or fitting)
        raise Refused(
            sheet.header.number, "header", ",".join(headers), f"fits {which}: begin the file's name with one of them"
        )
    return _likeliest(headers, named)


def _fits(layout: Layout, headers: list[str], common_words: bool) -> bool:
    columns = {layout.column(header)[0] for header in headers}
    needed = {"spend"} if layout.table.name == "ad_spend" else set(layout.table.required)
    if layout.name == "plain":
        needed.add("platform")
    return needed <= columns and all(layout.knows(header, common_words) for header in headers)


def _likeliest(headers: list[str], named: str) -> Layout:
    """Return the layout whose reasons for refusing the file help most. Raises Refused if the file is of no kind."""

    def likelihood(layout: Layout) -> tuple[int, bool, bool, int]:
        known = sum(layout.knows(header) for header in headers)
        telling = sum(layout.knows(header, common_words=False) for header in headers)
        return known, layout.name == named, layout.is_export, telling

    best = max(layouts().values(), key=likelihood)
    if likelihood(best)[0] < 2:
        if named:
            return layouts()[named]
        kinds = ", ".join(f"{prefix}..." for prefix in settings.PREFIXES)
        raise Refused(0, "file name", "", f"fits no kind of file; begin the file's name with one of {kinds}")
    # An export in a file that is named ad_spend... is none the less an export.
    return best if named in ("", "plain") else layouts()[named]


def lay_out(sheet: Sheet, layout: Layout, default_currency: str) -> LaidOut:
    """Name the column of each header, and find the file's one currency. Raises Refused."""
    columns: list[str] = []
    currencies: dict[str, str] = {}
    for index, header in enumerate(sheet.header.cells):
        column, currency = layout.column(header) if header else ("", "")
        if not column and (header or any(shown(line.cells[index]) for line in sheet.rows if index < len(line.cells))):
            raise _unknown_header(sheet, layout, header)
        if column != UNUSED and column in columns and column:
            first = sheet.header.cells[columns.index(column)]
            raise Refused(
                sheet.header.number, "header", header, f"says the same as {first}: take one of them out of the file"
            )
        if currency:
            currencies[currency] = header
        columns.append(column)
    laid_out = LaidOut(sheet, layout, _with_clicks(columns), "")
    _require_columns(laid_out)
    if layout.table.name == "ad_spend":
        laid_out.currency = _currency(laid_out, next(iter(currencies), ""), default_currency)
    return laid_out


def _unknown_header(sheet: Sheet, layout: Layout, header: str) -> Refused:
    if not header:
        reason = "has a column with cells and no header; name it, or take it out of the file"
    elif layout.is_export:
        reason = f"is no column that is known of {layout.name}; take it out of the export"
    else:
        known = ",".join(column for column in layout.table.columns if column in layout.own)
        reason = f"is no column of {layout.table.name}; the columns are {known}"
    return Refused(sheet.header.number, "header", header, reason)


def _with_clicks(columns: list[str]) -> list[str]:
    """Take the second best count of clicks where the better one is not there."""
    kept = UNUSED if "clicks" in columns else "clicks"
    return [kept if column == "other_clicks" else column for column in columns]


def _require_columns(laid_out: LaidOut) -> None:
    sheet, layout = laid_out.sheet, laid_out.layout
    for column in layout.table.required:
        optional = column == "currency" or (layout.is_export and column in ("platform", "date"))
        if column not in laid_out.columns and not optional:
            known = ",".join(name for name in layout.table.columns if name in layout.own)
            hint = f"; the columns are {known}" if not layout.is_export else ""
            raise Refused(sheet.header.number, "header", column, f"is missing from the header{hint}")


def _currency(laid_out: LaidOut, in_header: str, default: str) -> str:
    """Return the file's currency. Raises Refused if it has two, or none."""
    found, first = in_header, None
    for cell in laid_out.cells(laid_out.sheet.rows, "currency"):
        currency = cell.text.upper()
        if len(currency) != 3 or not currency.isascii() or not currency.isalpha():
            continue
        if found and currency != found:
            where = f"row {first.line}" if first else "the header"
            raise Refused(
                cell.line, cell.header, cell.text, f"differs from {found} in {where}; a file has one currency: split it"
            )
        found, first = currency, first or cell
    if not found and "currency" not in laid_out.columns:
        found = default
    if not found and "currency" not in laid_out.columns:
        raise Refused(
            laid_out.sheet.header.number,
            "header",
            "currency",
            "is missing from the header; add the column, or set the currency of the connection in connections.csv",
        )
    return found
