"""Vendors' rows into the declared columns; what cannot be read is set aside whole, with the reason."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from dlt.common.normalizers.naming.snake_case import NamingConvention

from ingestion.personal import without_forgotten
from ingestion.tables import REJECTED_ROWS, Extraction, Table

NAMING = NamingConvention()
BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


class Defect(Exception):
    """Why a row cannot be kept: the field, and what is wrong with it."""

    def __init__(self, field: str, reason: str) -> None:
        """Name the field and the reason."""
        super().__init__(f"{field} {reason}")
        self.field = field
        self.reason = reason


def land(
    extraction: Extraction,
    table: Table,
    rows: Iterable[Any],
    own: Mapping[str, Any] | Callable[[Any], Mapping[str, Any]] | None = None,
    check: Callable[[dict[str, Any]], None] | None = None,
) -> Iterator[Any]:
    """Yield what dlt should load of a vendor's answer: the rows of the table, and the rejected ones.

    `own` holds columns of ours that every row gets, or returns those of a row; it may raise Defect on a row that cannot
    be read, and `check` on one that is readable but wrong. Rows come without the people who were forgotten.
    """
    common = {"connection_id": extraction.connection.connection_id, "seen_at": datetime.now(UTC)}
    accepted, rejected = [], []
    for sent in rows:
        row = without_forgotten(table, sent, extraction.forgotten)
        if row is None and sent is not None:
            continue
        try:
            own_columns = own(row) if callable(own) else own or {}
            if extraction.forgotten and isinstance(row, dict):
                # What is ours of a row may be whom it was asked for.
                whole = without_forgotten(table, {**row, **own_columns}, extraction.forgotten)
                if whole is None:
                    continue
                row, own_columns = whole, {name: whole[name] for name in own_columns}
            shaped = shape(table, row, {**common, **own_columns})
            if check:
                check(shaped)
            accepted.append(shaped)
        except Defect as defect:
            rejected.append(common | rejection(table, row, defect))
    extraction.loaded[table.name] += len(accepted)
    extraction.rejected[table.name] += len(rejected)
    extraction.loaded[REJECTED_ROWS.name] += len(rejected)
    if accepted:
        yield accepted
    if rejected:
        first = rejected[0]
        extraction.say(f"{len(rejected)} row(s) of {table.name} set aside ({first['field']} {first['reason']})")
        yield REJECTED_ROWS.marked(rejected)


def rejection(table: Table, row: Any, defect: Defect) -> dict[str, Any]:
    """Describe a row that is set aside, by a key that stays the same when the row is read again."""
    text = json.dumps(row, sort_keys=True, default=str)
    return {
        "resource": table.name,
        "row_key": hashlib.sha256(text.encode()).hexdigest()[:32],
        "field": defect.field,
        "reason": defect.reason,
        "row": text,
    }


def shape(table: Table, row: Any, own: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row with each declared column in its type, and the vendor's other fields as text.

    Others are text so that a field that is a number on one account and a word on another stops no load. Raises Defect.
    """
    if not isinstance(row, dict):
        raise Defect("row", "is no object")
    shaped: dict[str, Any] = {}
    for name, value in row.items():
        column = NAMING.normalize_identifier(name)
        if column not in own:
            shaped[column] = converted(column, table.columns.get(column, "text"), value)
    shaped |= own
    for column in table.required:
        if shaped.get(column) in (None, ""):
            raise Defect(column, "is missing")
    return shaped


def converted(column: str, kind: str, value: Any) -> Any:
    """Return a vendor's value in the type of its column. Raises Defect if it cannot be read so."""
    if value is None:
        return None
    if kind == "text":
        return value if isinstance(value, str) else json.dumps(value)
    if kind == "json":
        # Text in a JSON column is parsed, so a bare word has to be quoted.
        return value if isinstance(value, dict | list) else json.dumps(value)
    text = str(value).strip()
    if not text:
        return None
    if kind == "bigint":
        return _whole_number(column, value, text)
    if kind == "bool":
        if text.lower() not in BOOLEANS:
            raise Defect(column, "is neither true nor false")
        return BOOLEANS[text.lower()]
    if kind == "timestamp":
        return moment(column, text)
    raise TypeError(f"no way to read {kind}")


def moment(column: str, text: str) -> datetime:
    """Read an ISO 8601 moment that says its offset from UTC. Raises Defect."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise Defect(column, "is no ISO 8601 time") from None
    if read.tzinfo is None:
        raise Defect(column, "has no offset from UTC")
    return read.astimezone(UTC)


def day(column: str, text: str) -> date:
    """Read a day written as YYYY-MM-DD. Raises Defect."""
    try:
        read = date.fromisoformat(text)
    except ValueError:
        raise Defect(column, "is no date written as YYYY-MM-DD") from None
    if read.isoformat() != text:
        raise Defect(column, "is no date written as YYYY-MM-DD")
    return read


def _whole_number(column: str, value: Any, text: str) -> int:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    digits = text.removeprefix("-")
    if isinstance(value, bool) or not (digits.isascii() and digits.isdecimal()) or abs(int(text)) > 2**63 - 1:
        raise Defect(column, "is no whole number")
    return int(text)
