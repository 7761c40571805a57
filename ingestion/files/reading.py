"""Read one file: all of its rows in the types of their table, or the reasons why not."""

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas
from pandas.errors import EmptyDataError, ParserError, ParserWarning

from ingestion.files import settings
from ingestion.files.tables import OWN_COLUMNS
from ingestion.rejections import Defect, day, moment
from ingestion.tables import Table

AMOUNT = re.compile(r"-?[0-9]{1,14}(\.[0-9]{1,4})?")
COUNT = re.compile(r"[0-9]{1,18}")
CURRENCY = re.compile(r"[A-Za-z]{3}")
LINE_IN_ERROR = re.compile(r"line (\d+)")
REMEDY = "correct it and put the file back"


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
    """A file that was read: its rows, or, if anything in it is wrong, only rejections."""

    name: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)

    @property
    def defects(self) -> list[Rejection]:
        """The rejections of rows that are themselves at fault."""
        return [rejection for rejection in self.rejections if rejection.reason != settings.NOT_AT_FAULT]


def read_file(path: Path, table: Table) -> ReadFile:
    """Read a CSV file in UTF-8 with a header. One defect refuses the file: half a file is a wrong number."""
    try:
        with warnings.catch_warnings():
            # pandas would only warn of, and then drop, a cell that has no column.
            warnings.simplefilter("error", ParserWarning)
            frame = pandas.read_csv(
                path, dtype=str, keep_default_na=False, skip_blank_lines=False, index_col=False, encoding="utf-8-sig"
            )
    except EmptyDataError:
        return ReadFile(
            path.name, rejections=[Rejection(1, "header", "", f"is missing: the file is empty; {REMEDY}", {})]
        )
    except UnicodeDecodeError:
        return _unreadable(path, 1, "is not UTF-8: save it as CSV UTF-8")
    except (ParserError, ParserWarning) as error:
        found = LINE_IN_ERROR.search(str(error))
        return _unreadable(path, int(found.group(1)) if found else 1, f"has more cells than the header; {REMEDY}")
    header = [str(name).strip().lower() for name in frame.columns]
    rows = list(_rows(header, frame))
    problem = _header_problem(header, table)
    if problem:
        return _refused(path.name, rows, {}, [problem])
    return _checked(path.name, rows, table)


def _rows(header: list[str], frame: pandas.DataFrame) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line, row), lines with nothing on them left out. A cell may hold line breaks."""
    line = 2
    for cells in frame.itertuples(index=False, name=None):
        texts = ["" if pandas.isna(cell) else str(cell) for cell in cells]
        if any(text.strip() for text in texts):
            yield line, {name: text.strip() for name, text in zip(header, texts, strict=True)}
        line += 1 + sum(text.count("\n") for text in texts)


def _header_problem(header: list[str], table: Table) -> Rejection | None:
    known = [name for name in table.columns if name not in OWN_COLUMNS]
    unknown = [name for name in header if name not in known]
    missing = [name for name in table.required if name not in header]
    if unknown:
        reason = f"is no column of {table.name}; the columns are {','.join(known)}"
        return Rejection(1, "header", unknown[0], reason, {})
    if missing:
        return Rejection(1, "header", missing[0], f"is missing from the header; the columns are {','.join(known)}", {})
    return None


def _checked(name: str, rows: list[tuple[int, dict[str, str]]], table: Table) -> ReadFile:
    read, defects = [], {}
    for line, row in rows:
        try:
            read.append({"source_file": name, "row_number": line} | _typed(row, table))
        except Defect as defect:
            defects[line] = defect
    if defects:
        return _refused(name, rows, defects, [])
    return ReadFile(name, rows=read)


def _typed(row: dict[str, str], table: Table) -> dict[str, Any]:
    for column in table.required:
        if not row[column]:
            raise Defect(column, f"is missing; {REMEDY}")
    return {column: _value(column, table.columns[column], text) for column, text in row.items()}


def _value(column: str, kind: str, text: str) -> Any:
    if not text:
        return None
    if kind == "date":
        return day(column, text)
    if kind == "timestamp":
        return moment(column, text)
    if kind == "decimal":
        if not AMOUNT.fullmatch(text):
            raise Defect(column, "is no amount such as 1234.56, without separators and with four decimals at most")
        return Decimal(text)
    if kind == "bigint":
        if not COUNT.fullmatch(text):
            raise Defect(column, "is no whole number without separators")
        return int(text)
    if column == "currency" and not CURRENCY.fullmatch(text):
        raise Defect(column, "is no ISO code such as USD")
    if column == "email" and "@" not in text:
        raise Defect(column, "is no e-mail address")
    return text


def _refused(
    name: str, rows: list[tuple[int, dict[str, str]]], defects: dict[int, Defect], rejections: list[Rejection]
) -> ReadFile:
    for line, row in rows:
        defect = defects.get(line)
        if defect:
            rejections.append(Rejection(line, defect.field, row.get(defect.field, ""), defect.reason, row))
        else:
            rejections.append(Rejection(line, "", "", settings.NOT_AT_FAULT, row))
    return ReadFile(name, rejections=rejections)


def _unreadable(path: Path, line_at_fault: int, reason: str) -> ReadFile:
    """Keep the lines of a file that is no table, as they stand."""
    rejections = []
    for line, text in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        if line == line_at_fault:
            rejections.append(Rejection(line, "line", "", reason, {"line": text}))
        elif line > 1:
            rejections.append(Rejection(line, "", "", settings.NOT_AT_FAULT, {"line": text}))
    return ReadFile(path.name, rejections=rejections)
