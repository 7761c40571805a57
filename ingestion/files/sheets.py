"""The cells of a file, whatever wrote it: text in its encodings and separators, Excel and Parquet, read by pandas."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import pandas
from pandas.errors import ParserError

from ingestion.files.settings import HEADER_LINES, REMEDY, SPREADSHEET_DIGITS

SEPARATORS = (",", ";", "\t", "|")
LINE_IN_ERROR = re.compile(r"line (\d+)")
WORKBOOK, OLD_WORKBOOK, PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1"

Recognise = Callable[[list[str]], int]
"""How many of a line's cells are headers that some layout knows."""


@dataclass(frozen=True)
class Line:
    """A row of cells. `number` is what an editor or Excel shows beside it; in Parquet rows count from 1."""

    number: int
    cells: tuple[Any, ...]


@dataclass(frozen=True)
class Sheet:
    """A table: what stands above its header (each row joined to one text), the header, and the rows below it."""

    name: str
    preamble: list[tuple[int, str]]
    header: Line
    rows: list[Line]
    recognised: int


@dataclass
class Unreadable(Exception):
    """A file that is no table. `lines` is what it holds as far as it is text."""

    line: int
    where: str
    reason: str
    lines: list[tuple[int, str]] = field(default_factory=list)


def sheets_of(content: bytes, recognise: Recognise) -> list[Sheet]:
    """Return the tables of a file: one, or those of a workbook. What it is, is told by its first bytes, not its name.

    Numbers and days of Excel and Parquet keep their types; integers that Excel cannot hold exactly are floats.
    Raises Unreadable.
    """
    if content.startswith(WORKBOOK):
        return _workbook(content, recognise)
    if content.startswith(OLD_WORKBOOK):
        raise Unreadable(1, "file", "is of an Excel before 2007 or has a password; save it as .xlsx without one")
    if content.startswith(PARQUET):
        return [_parquet(content, recognise)]
    if content.lstrip()[:1] in (b"{", b"["):
        raise Unreadable(1, "file", "is JSON of no program that is known; export it as CSV or Parquet")
    return [_text(content, recognise)]


# Text


def _text(content: bytes, recognise: Recognise) -> Sheet:
    text = decoded(content)
    # splitlines would also break at characters that a cell may hold.
    lines = io.StringIO(text, newline="").readlines()
    plain = list(enumerate((line.strip() for line in lines), start=1))
    if not text.strip():
        raise Unreadable(1, "header", f"is missing: the file is empty; {REMEDY}")
    separator, header_index = _header_of_text(lines, recognise)
    frame = _frame("".join(lines[header_index:]), separator, header_index, plain)
    rows = list(_rows(frame, header_index + 1))
    header, rows = rows[0], rows[1:]
    _refuse_cut_off(lines, separator, len(header.cells), plain)
    preamble = [(number, line) for number, line in plain[:header_index] if line]
    texts = [cell.strip() for cell in header.cells]
    return Sheet("", preamble, Line(header.number, tuple(texts)), rows, recognise(texts))


def decoded(content: bytes) -> str:
    """Decode UTF-8 or UTF-16, with or without a byte order mark, else Windows-1252. Raises Unreadable."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif b"\0" in content[:4]:
        encoding = "utf-16-be" if content[:1] == b"\0" else "utf-16-le"
    else:
        encoding = "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" or encoding == "utf-16":
            raise Unreadable(1, "file", "ends within a character: it was cut off; download it again") from None
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:
        raise Unreadable(1, "file", "is neither UTF-8 nor UTF-16 nor Windows-1252; save it as CSV UTF-8") from None


def _header_of_text(lines: list[str], recognise: Recognise) -> tuple[str, int]:
    """Return the separator and the index of the header: the line with most headers that are known."""
    best = (0, 0, 0, ",", next(index for index, line in enumerate(lines) if line.strip()))
    for index, line in enumerate(lines[:HEADER_LINES]):
        for separator in SEPARATORS:
            cells = _cells(line, separator)
            known = recognise([cell.strip() for cell in cells])
            # Of two lines or separators that tell as much, the first.
            found = (known, -index if known else 0, len(cells) if index == best[4] else 0, separator, index)
            if found[:3] > best[:3] and (known or index == best[4]):
                best = found
    return best[3], best[4]


def _cells(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []


def _frame(text: str, separator: str, skipped: int, plain: list[tuple[int, str]]) -> pandas.DataFrame:
    try:
        return pandas.read_csv(
            io.StringIO(text),
            sep=separator,
            header=None,
            dtype=str,
            keep_default_na=False,
            skip_blank_lines=False,
            index_col=False,
        )
    except ParserError as error:
        found = LINE_IN_ERROR.search(str(error))
        line = skipped + int(found.group(1)) if found else skipped + 1
        raise Unreadable(
            line, "line", f"has more cells than the header, or a quote without its end; {REMEDY}", plain
        ) from None


def _rows(frame: pandas.DataFrame, number: int) -> Iterator[Line]:
    """Yield rows, those with nothing on them left out. A cell may hold line breaks."""
    for cells in frame.itertuples(index=False, name=None):
        texts = tuple("" if pandas.isna(cell) else str(cell) for cell in cells)
        if any(text.strip() for text in texts):
            yield Line(number, texts)
        number += 1 + sum(text.count("\n") for text in texts)


def _refuse_cut_off(lines: list[str], separator: str, width: int, plain: list[tuple[int, str]]) -> None:
    """Refuse a last row that is too short and has no line end: a part of an amount is an amount as well."""
    cells = _cells(lines[-1], separator)
    if 1 < len(cells) < width and not lines[-1].endswith(("\n", "\r")):
        raise Unreadable(len(lines), "line", "breaks off: the file was cut off; download it again", plain)


# Excel and Parquet


def _workbook(content: bytes, recognise: Recognise) -> list[Sheet]:
    try:
        frames = pandas.read_excel(
            io.BytesIO(content), sheet_name=None, header=None, dtype=object, engine="openpyxl", na_filter=False
        )
    except ImportError:
        raise
    except Exception:
        # A broken workbook breaks anywhere in its XML, and must not hold up the other files.
        raise Unreadable(1, "file", "is no Excel workbook, or a broken one; save it as .xlsx") from None
    sheets = [_worksheet(str(name), frame, recognise) for name, frame in frames.items()]
    found = [sheet for sheet in sheets if sheet]
    if not found:
        raise Unreadable(1, "header", f"is missing: the workbook is empty; {REMEDY}")
    return found


def _worksheet(name: str, frame: pandas.DataFrame, recognise: Recognise) -> Sheet | None:
    lines = [
        Line(number, tuple(_excel_value(cell) for cell in cells))
        for number, cells in enumerate(frame.itertuples(index=False, name=None), start=1)
    ]
    lines = [line for line in lines if any(cell not in ("", None) for cell in line.cells)]
    if not lines:
        return None
    known = [recognise([str(cell).strip() for cell in line.cells]) for line in lines[:HEADER_LINES]]
    index = known.index(max(known))
    header = Line(lines[index].number, tuple("" if cell is None else str(cell).strip() for cell in lines[index].cells))
    preamble = [
        (line.number, " ".join(str(cell) for cell in line.cells if cell not in ("", None))) for line in lines[:index]
    ]
    return Sheet(name, preamble, header, lines[index + 1 :], known[index])


def _excel_value(value: Any) -> Any:
    if value is None or value is pandas.NaT:
        return ""
    if isinstance(value, float) and value != value:
        # What Excel shows as #REF! or #N/A.
        return "#error"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**SPREADSHEET_DIGITS:
        return float(value)
    return value


def _parquet(content: bytes, recognise: Recognise) -> Sheet:
    try:
        frame = pandas.read_parquet(io.BytesIO(content), dtype_backend="pyarrow")
    except (OSError, ValueError, NotImplementedError):
        raise Unreadable(1, "file", f"is no Parquet file, or a broken one; {REMEDY}") from None
    header = Line(0, tuple(str(name).strip() for name in frame.columns))
    rows = [
        Line(number, tuple(_parquet_value(cell) for cell in cells))
        for number, cells in enumerate(frame.itertuples(index=False, name=None), start=1)
    ]
    return Sheet("", [], header, rows, recognise(list(header.cells)))


def _parquet_value(value: Any) -> Any:
    if value is None or value is pandas.NA or value is pandas.NaT or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, pandas.Timestamp):
        return value.to_pydatetime()
    return value if isinstance(value, str | int | float | Decimal | datetime | bool) else _as_it_is(value)


def _as_it_is(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value
