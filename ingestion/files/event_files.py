"""Files of events, read in chunks of rows: CSV and newline-delimited JSON by pandas, Parquet by pyarrow.

A month of web analytics has millions of rows and a hundred columns: only the wanted ones are read.
"""

import io
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy
import pandas
import pyarrow
import pyarrow.parquet
from pandas.errors import ParserError

from ingestion.files.settings import REMEDY
from ingestion.files.sheets import LINE_IN_ERROR, OLD_WORKBOOK, PARQUET, SEPARATORS, WORKBOOK, Unreadable, decoded

ROWS_AT_A_TIME = 20_000


@dataclass(frozen=True)
class Chunk:
    """Some rows: their numbers in the file, all columns that they have, and the cells of the wanted ones."""

    numbers: pyarrow.Array
    headers: list[str]
    cells: Mapping[str, pyarrow.Array]


class EventFile:
    """A file of events. `headers` are its columns, `header_number` is the row they stand in, 0 if in none."""

    headers: list[str]
    header_number = 0

    def chunks(self, wanted: Collection[str]) -> Iterator[Chunk]:
        """Yield all rows, with the cells of those of the wanted columns that they have."""
        raise NotImplementedError


def opened(content: bytes) -> EventFile | None:
    """Return a file that may be one of events, by its first bytes. Raises Unreadable on a broken one."""
    if content.startswith(PARQUET):
        return _Parquet(content)
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return _JsonLines(content)
    # None of the makes writes workbooks, or text in UTF-16, which has a null at its beginning.
    is_text = not content.startswith((WORKBOOK, OLD_WORKBOOK, b"[")) and b"\0" not in content[:4]
    return _Separated(content) if is_text else None


class _Parquet(EventFile):
    def __init__(self, content: bytes) -> None:
        try:
            self._file = pyarrow.parquet.ParquetFile(io.BytesIO(content))
        except (OSError, ValueError):
            raise Unreadable(1, "file", f"is no Parquet file, or a broken one; {REMEDY}") from None
        self.headers = list(self._file.schema_arrow.names)

    def chunks(self, wanted: Collection[str]) -> Iterator[Chunk]:
        number, kept = 1, [name for name in self._file.schema_arrow.names if name in wanted]
        try:
            for batch in self._file.iter_batches(ROWS_AT_A_TIME, columns=kept):
                numbers = pyarrow.array(range(number, number + batch.num_rows), pyarrow.int64())
                yield Chunk(numbers, self.headers, {name: _plain(batch.column(name)) for name in kept})
                number += batch.num_rows
        except OSError:
            raise Unreadable(1, "file", f"is a broken Parquet file; {REMEDY}") from None


class _JsonLines(EventFile):
    def __init__(self, content: bytes) -> None:
        lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
        self._lines = [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
        self._first = self._frame(0)
        self.headers = [str(name) for name in self._first.columns]

    def chunks(self, wanted: Collection[str]) -> Iterator[Chunk]:
        for start in range(0, len(self._lines), ROWS_AT_A_TIME):
            # BigQuery leaves out what is null: other rows may have other columns.
            frame = self._frame(start) if start else self._first
            numbers = [number for number, _ in self._lines[start : start + ROWS_AT_A_TIME]]
            cells = {name: _from_objects(frame[name].tolist()) for name in frame.columns if name in wanted}
            yield Chunk(pyarrow.array(numbers, pyarrow.int64()), [str(name) for name in frame.columns], cells)

    def _frame(self, start: int) -> pandas.DataFrame:
        lines = self._lines[start : start + ROWS_AT_A_TIME]
        try:
            return pandas.read_json(io.BytesIO(b"\n".join(line for _, line in lines)), lines=True, dtype=False)
        except ValueError:
            raise Unreadable(_broken_line(lines), "line", f"is no JSON object of its own; {REMEDY}") from None


def _broken_line(lines: list[tuple[int, bytes]]) -> int:
    for number, line in lines:
        try:
            if not isinstance(json.loads(line), dict):
                return number
        except ValueError:
            return number
    return lines[0][0]


class _Separated(EventFile):
    header_number = 1

    def __init__(self, content: bytes) -> None:
        self._text = decoded(content)
        header = self._text.partition("\n")[0].rstrip("\r")
        self._separator = max(SEPARATORS, key=header.count)
        self.headers = [cell.strip().strip('"') for cell in header.split(self._separator)]

    def chunks(self, wanted: Collection[str]) -> Iterator[Chunk]:
        number = 2
        try:
            frames = pandas.read_csv(
                io.StringIO(self._text),
                sep=self._separator,
                dtype=str,
                keep_default_na=False,
                skip_blank_lines=False,
                index_col=False,
                chunksize=ROWS_AT_A_TIME,
            )
            for frame in frames:
                frame.columns = pandas.Index(self.headers)
                is_blank = (frame == "").all(axis="columns").to_numpy()
                numbers = numpy.arange(number, number + len(frame))[~is_blank]
                cells = {
                    name: pyarrow.array(frame.loc[~is_blank, name], pyarrow.string())
                    for name in self.headers
                    if name in wanted
                }
                yield Chunk(pyarrow.array(numbers, pyarrow.int64()), self.headers, cells)
                number += len(frame)
        except ParserError as error:
            found = LINE_IN_ERROR.search(str(error))
            line = int(found.group(1)) if found else number
            reason = f"has more cells than the header, or a quote without its end; {REMEDY}"
            raise Unreadable(line, "line", reason) from None


def _plain(column: pyarrow.Array) -> pyarrow.Array:
    """Return a column of Parquet without the ways to save room that Arrow has for the same values."""
    return column.dictionary_decode() if pyarrow.types.is_dictionary(column.type) else column


def _from_objects(values: list[Any]) -> pyarrow.Array:
    """Return a column of JSON values as text, what is nested in it as JSON: it is taken apart where it is needed."""
    return pyarrow.array([_as_text(value) for value in values], pyarrow.string())


def _as_text(value: Any) -> str | None:
    if value is None or value is pandas.NA or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, dict | list):
        return json.dumps(value)
    if isinstance(value, float) and value.is_integer():
        # pandas makes decimals of whole numbers beside which one is missing.
        return str(int(value))
    return str(value)
