"""Exports of web analytics as touchpoints, by columns: nothing looks at a row but to say what is wrong with it.

What is nested becomes Arrow structs with the wanted members only, be it nested in Parquet or JSON in a cell.
"""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy
import pandas
import pyarrow
import pyarrow.compute
import pyarrow.json

from ingestion.files.analytics import MAP_FILE, Make, headers_of, make_of
from ingestion.files.event_files import Chunk, EventFile, opened
from ingestion.files.settings import REMEDY
from ingestion.files.tables import TOUCHPOINTS
from ingestion.tombstones import AT, Forgotten

KEPT_DEFECTS = 1_000
"""Of a refused export so many rows at fault are kept; the export itself is the record of the others."""

MICROSECONDS = ("ga4",)
"""Makes whose moments are microseconds since 1970; the others write them out, in UTC where no offset is said."""

KEYED = ("event_params", "user_properties")
"""GA4's lists of keys with values of one of several types, of which a touchpoint needs texts only."""

KEYED_TYPE = pyarrow.list_(
    pyarrow.struct({"key": pyarrow.string(), "value": pyarrow.struct({"string_value": pyarrow.string()})})
)
FIRST_MOMENT, LAST_MOMENT = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
MOMENT = pyarrow.timestamp("us", "UTC")
EVENT_TYPES = {"text": pyarrow.string(), "bigint": pyarrow.int64(), "timestamp": MOMENT}
SCHEMA = pyarrow.schema(
    [
        pyarrow.field(name, EVENT_TYPES[kind])
        for name, kind in TOUCHPOINTS.columns.items()
        if name not in ("connection_id", "seen_at")
    ]
)


@dataclass(frozen=True)
class EventDefect:
    """What is wrong with an export: its row (0 where it is the whole of it), the column, the value and the reason."""

    line: int
    field: str
    value: str
    reason: str


@dataclass(frozen=True)
class Events:
    """An export: its make, and its rows as tables of touchpoints, or else what is wrong with it."""

    make: Make
    tables: list[pyarrow.Table]
    defects: list[EventDefect]


def read_events(name: str, content: bytes) -> Events | None:
    """Read an export of web analytics; None if the file is none. Raises Unreadable on one that is broken.

    Rows are counted as a spreadsheet does, the header being the first; in JSON by line, and in Parquet from 1.
    """
    file = opened(content)
    make = make_of(name, file.headers) if file else None
    if not file or not make:
        return None
    defects = _defects_of_header(make, file, file.headers)
    tables: list[pyarrow.Table] = []
    chunks = file.chunks(make.headers_of_paths) if not defects else iter(())
    for chunk in chunks:
        defects += _defects_of_header(make, file, chunk.headers)
        table, found = _touchpoints(name, make, chunk)
        tables.append(table)
        defects += found
        if len(defects) >= KEPT_DEFECTS:
            break
    return Events(make, [] if defects else tables, defects[:KEPT_DEFECTS])


def _defects_of_header(make: Make, file: EventFile, headers: list[str]) -> list[EventDefect]:
    """Return what is wrong with the columns of a file, or with those of some of its rows."""
    number = file.header_number
    for header in make.tells:
        if header not in headers:
            reason = f"is missing from the columns; an export of {make.name} has {','.join(make.tells)}"
            return [EventDefect(number, "header", header, reason)]
    for header in make.unknown(headers):
        reason = f"is no column that is known of {make.name}; take it out of the export"
        return [EventDefect(number, "header", header, reason)]
    return []


def fingerprint(content: bytes) -> str:
    """Return what tells a version of a file from others, and from itself as it would be read with another map."""
    return hashlib.sha256(MAP_FILE.read_bytes() + content).hexdigest()


def events_without_forgotten(events: pyarrow.Table, forgotten: Forgotten) -> pyarrow.Table:
    """Return events without those of people who were forgotten. Only rows that may hold an address are looked at."""
    if not forgotten or not events.num_rows:
        return events
    texts = [column.combine_chunks() for column in events.columns if pyarrow.types.is_string(column.type)]
    joined = pyarrow.compute.binary_join_element_wise(*texts, "\n", null_handling="skip")
    rows = pyarrow.compute.indices_nonzero(pyarrow.compute.match_substring_regex(joined, AT))
    may_be = zip(rows.to_pylist(), joined.take(rows).to_pylist(), strict=True)
    known = [row for row, text in may_be if forgotten.is_in(text)]
    is_kept = numpy.ones(events.num_rows, dtype=bool)
    is_kept[known] = False
    return events.filter(pyarrow.array(is_kept))


def _touchpoints(name: str, make: Make, chunk: Chunk) -> tuple[pyarrow.Table, list[EventDefect]]:
    """Return some rows as touchpoints, and what is wrong with them."""
    columns = _Columns(make, chunk)
    found: dict[str, pyarrow.Array] = {}
    defects = columns.broken
    for column, sources in make.sources.items():
        if column == "occurred_at":
            found[column], wrong = columns.moments(sources)
            defects += wrong
        else:
            found[column] = columns.first(sources)
    found["email"] = _addresses(found["email"], found["user_id"])
    is_missing = pyarrow.compute.is_null(found["kind"])
    defects += columns.defects(is_missing, make.sources["kind"][0], None, f"is missing; {REMEDY}")
    size = len(chunk.numbers)
    found |= {
        "source_file": pyarrow.array([name] * size, pyarrow.string()),
        "row_number": chunk.numbers,
        "made_by": pyarrow.array([make.name] * size, pyarrow.string()),
    }
    arrays = [found.get(field.name, pyarrow.nulls(size, field.type)) for field in SCHEMA]
    return pyarrow.Table.from_arrays(arrays, schema=SCHEMA), sorted(defects, key=lambda defect: defect.line)


def _addresses(emails: pyarrow.Array, user_ids: pyarrow.Array) -> pyarrow.Array:
    """Return what is an address: many give their users no other id."""
    is_address = pyarrow.compute.match_substring(emails, "@")
    is_named = pyarrow.compute.match_substring(user_ids, "@")
    nothing = pyarrow.scalar(None, pyarrow.string())
    named = pyarrow.compute.if_else(is_named, user_ids, nothing)
    return pyarrow.compute.coalesce(pyarrow.compute.if_else(is_address, emails, nothing), named)


class _Columns:
    """The columns of some rows, by the paths of the map. `broken` are cells whose JSON is none."""

    def __init__(self, make: Make, chunk: Chunk) -> None:
        self._make = make
        self._chunk = chunk
        self._size = len(chunk.numbers)
        self._nested: dict[str, pyarrow.Array] = {}
        self.broken: list[EventDefect] = []
        for root, kind in _nested_types(make).items():
            if root in chunk.cells:
                self._nested[root] = self._opened(root, chunk.cells[root], kind)

    def first(self, sources: tuple[str, ...]) -> pyarrow.Array:
        """Return of each row the first alternative that says something, null where none does."""
        found = [self._source(source) for source in sources]
        return pyarrow.compute.coalesce(*found)

    def moments(self, sources: tuple[str, ...]) -> tuple[pyarrow.Array, list[EventDefect]]:
        """Return the rows' moments in UTC, and the rows that have none."""
        headers = [source for source in sources if source in self._chunk.cells]
        moments, defects = pyarrow.nulls(self._size, MOMENT), []
        is_open = pyarrow.array([True] * self._size)
        for header in headers:
            texts = _texts(self._chunk.cells[header])
            is_told = pyarrow.compute.and_(is_open, pyarrow.compute.is_valid(texts))
            found = self._read_moments(self._chunk.cells[header])
            is_known = pyarrow.compute.and_(
                pyarrow.compute.greater_equal(found, pyarrow.scalar(FIRST_MOMENT, MOMENT)),
                pyarrow.compute.less(found, pyarrow.scalar(LAST_MOMENT, MOMENT)),
            )
            is_wrong = pyarrow.compute.and_not(is_told, pyarrow.compute.fill_null(is_known, False))
            defects += self.defects(is_wrong, header, texts, f"{self._no_moment}, or of another century")
            moments = pyarrow.compute.if_else(is_told, found, moments)
            is_open = pyarrow.compute.and_not(is_open, is_told)
        return moments, defects + self.defects(is_open, headers[0], None, f"is missing; {REMEDY}")

    @property
    def _no_moment(self) -> str:
        is_counted = self._make.name in MICROSECONDS
        return "is no number of microseconds since 1970" if is_counted else "is no time such as 2026-03-01T18:00:00Z"

    def defects(self, is_wrong: pyarrow.Array, header: str, values: Any, reason: str) -> list[EventDefect]:
        """Return a defect for each row that is wrong, with what stands there."""
        rows = pyarrow.compute.indices_nonzero(is_wrong).to_pylist()[:KEPT_DEFECTS]
        return [
            EventDefect(self._chunk.numbers[row].as_py(), header, values[row].as_py() if values else "", reason)
            for row in rows
        ]

    def _source(self, source: str) -> pyarrow.Array:
        header, is_constant, word = source.partition("=")
        if is_constant:
            is_here = not header or header in self._chunk.headers
            return pyarrow.array([word if is_here else None] * self._size, pyarrow.string())
        if "+" not in source:
            return self._at(source)
        # An event that has no number of its own is told from others by all that it has.
        parts = [pyarrow.compute.fill_null(self._at(path), "") for path in source.split("+")]
        return pyarrow.compute.binary_join_element_wise(*parts, ":")

    def _at(self, path: str) -> pyarrow.Array:
        flat = [header for header in headers_of(path)[:2] if header in self._chunk.cells]
        if flat:
            return _texts(self._chunk.cells[flat[0]])
        root, *members = path.split(".")
        if not members or root not in self._nested:
            return pyarrow.nulls(self._size, pyarrow.string())
        cells = self._nested[root]
        if root in KEYED:
            return _texts(_of_key(cells, members[0]))
        for member in members:
            if not pyarrow.types.is_struct(cells.type) or cells.type.get_field_index(member) < 0:
                return pyarrow.nulls(self._size, pyarrow.string())
            cells = pyarrow.compute.struct_field(cells, member)
        return _texts(cells)

    def _opened(self, root: str, cells: pyarrow.Array, kind: pyarrow.DataType) -> pyarrow.Array:
        """Return the wanted members of a nested column, which Parquet has nested, and the others as JSON in text."""
        if pyarrow.types.is_nested(cells.type):
            return cells
        texts = _texts(cells)
        lines = pyarrow.compute.binary_join_element_wise('{"in":', texts, "}", "")
        lines = pyarrow.compute.replace_substring(pyarrow.compute.fill_null(lines, "{}"), "\n", " ")
        content = "\n".join(lines.to_pylist()).encode()
        if not content:
            return pyarrow.nulls(self._size, kind)
        options = pyarrow.json.ParseOptions(pyarrow.schema({"in": kind}), unexpected_field_behavior="ignore")
        try:
            read = pyarrow.json.read_json(
                io.BytesIO(content), pyarrow.json.ReadOptions(block_size=len(content) + 1), options
            )
            return read.column("in").combine_chunks()
        except pyarrow.ArrowInvalid:
            return self._opened_one_by_one(root, texts, kind)

    def _opened_one_by_one(self, root: str, texts: pyarrow.Array, kind: pyarrow.DataType) -> pyarrow.Array:
        """Find out which cells are no JSON, and take numbers for text where text is wanted."""
        values: list[Any] = []
        for number, text in zip(self._chunk.numbers.to_pylist(), texts.to_pylist(), strict=True):
            try:
                values.append(_only(json.loads(text) if text else None, kind))
            except ValueError:
                self.broken.append(EventDefect(number, root, text[:100], f"is no JSON; {REMEDY}"))
                values.append(None)
        return pyarrow.array(values, kind)

    def _read_moments(self, cells: pyarrow.Array) -> pyarrow.Array:
        if pyarrow.types.is_timestamp(cells.type):
            # Without an offset they are in UTC, as all of the makes say of their columns.
            return cells.cast(MOMENT) if cells.type.tz else cells.cast(pyarrow.timestamp("us")).cast(MOMENT)
        texts = _texts(cells)
        if self._make.name in MICROSECONDS:
            is_number = pyarrow.compute.match_substring_regex(texts, "^[0-9]{1,18}$")
            digits = pyarrow.compute.if_else(is_number, texts, pyarrow.scalar(None, pyarrow.string()))
            return digits.cast(pyarrow.int64()).cast(pyarrow.timestamp("us")).cast(MOMENT)
        plain = texts.to_pandas().astype("object").str.removesuffix(" UTC")
        moments = pandas.to_datetime(plain, utc=True, format="ISO8601", errors="coerce")
        return pyarrow.array(moments.astype("datetime64[us, UTC]"), MOMENT)


def _nested_types(make: Make) -> dict[str, pyarrow.DataType]:
    """Return what of each nested column is wanted, as the type that holds no more than that."""
    members: dict[str, Any] = {}
    for path in make.paths:
        *parents, last = path.split(".")
        level = members
        for parent in parents:
            level = level.setdefault(parent, {})
        if parents:
            level[last] = None
    return {root: KEYED_TYPE if root in KEYED else _struct(wanted) for root, wanted in members.items()}


def _struct(wanted: Mapping[str, Any]) -> pyarrow.DataType:
    return pyarrow.struct(
        {name: _struct(inner) if inner is not None else pyarrow.string() for name, inner in wanted.items()}
    )


def _only(value: Any, kind: pyarrow.DataType) -> Any:
    """Return of a JSON value what is wanted, and as text what is no text."""
    if pyarrow.types.is_struct(kind):
        members = value if isinstance(value, dict) else {}
        return {field.name: _only(members.get(field.name), field.type) for field in kind}
    if pyarrow.types.is_list(kind):
        return [_only(inner, kind.value_type) for inner in value] if isinstance(value, list) else None
    return None if value is None else value if isinstance(value, str) else json.dumps(value)


def _of_key(cells: pyarrow.Array, key: str) -> pyarrow.Array:
    """Return the text at a key of each row's list of keys and values."""
    entries = pyarrow.compute.list_flatten(cells)
    is_it = pyarrow.compute.fill_null(pyarrow.compute.equal(pyarrow.compute.struct_field(entries, "key"), key), False)
    rows = pyarrow.compute.list_parent_indices(cells).filter(is_it).to_numpy()
    values = pyarrow.compute.struct_field(entries, ["value", "string_value"]).filter(is_it)
    places = numpy.full(len(cells), -1)
    places[rows] = numpy.arange(len(rows))
    return values.take(pyarrow.array(places, mask=places < 0))


def _texts(cells: pyarrow.Array) -> pyarrow.Array:
    """Return cells as text without surrounding space; null where nothing is left."""
    trimmed = pyarrow.compute.utf8_trim_whitespace(cells.cast(pyarrow.string()))
    return pyarrow.compute.if_else(pyarrow.compute.equal(trimmed, ""), pyarrow.scalar(None, pyarrow.string()), trimmed)
