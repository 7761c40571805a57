"""What all ad platforms have in common: days that are read again and replaced, and a record of what that changed."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import dlt
from dlt.extract import DltResource

from ingestion.rejections import land
from ingestion.tables import COMMON_COLUMNS, Extraction, Table
from ingestion.warehouse import dataset
from ingestion.window import Window

ENTITY = ("account_id", "campaign_id", "ad_set_id", "ad_id")

RESTATED_SPEND = Table(
    name="restated_spend",
    description="What a platform changed of spend it had stated before, kept for ever. "
    "`seen_at` is when the change was read, `seen_before_at` when the day had been read before. `spend_before` and "
    "`spend_after` are in the unit of the table that `resource` names; without one there was, or is, no row.",
    columns={
        **COMMON_COLUMNS,
        **dict.fromkeys(("row_key", "resource", "spend_date", *ENTITY, "currency"), "text"),
        **dict.fromkeys(("spend_before", "spend_after"), "text"),
        "seen_before_at": "timestamp",
    },
    primary_key=("connection_id", "row_key"),
)


@dataclass(frozen=True)
class SpendTable:
    """A raw table of daily spend, and which of its columns say what.

    `entity` names the columns of account_id, campaign_id, ad_set_id and ad_id, as far as the table goes into detail.
    """

    table: Table
    day: str
    spend: str
    currency: str
    entity: tuple[str, ...]


def window_to_read(extraction: Extraction, table: Table, look_back_days: int, history_months: int) -> Window | None:
    """Return the days to ask for, in the ad account's zone; None if none of them can hold anything."""
    today = datetime.now(ZoneInfo(extraction.connection.time_zone)).date()
    oldest_day = months_before(today, history_months)
    first_day = max(extraction.first_day(table.name, look_back_days) or oldest_day, oldest_day)
    last_day = extraction.last_day() or today
    if extraction.window is None:
        last_day = min(last_day, today)
    return Window(first_day, last_day) if first_day <= last_day else None


def months_before(today: date, months: int) -> date:
    """Return a day that lies up to four days less than so many months back: to ask for more is an error."""
    month = today.year * 12 + today.month - 1 - months
    return date(month // 12, month % 12 + 1, min(today.day, 28)) + timedelta(days=4)


@dataclass
class Replacement:
    """Days of one account that are read again: what comes replaces them, and nothing else.

    `pages` yields lists of rows as sent; `own` and `check` are those of `ingestion.rejections.land`.
    """

    extraction: Extraction
    spend_table: SpendTable
    window: Window
    read_at: datetime
    pages: Iterable[list[Any]]
    own: Any = None
    check: Any = None
    _now: dict[tuple[str, ...], Mapping[str, Any]] = field(default_factory=dict)

    def resource(self) -> DltResource:
        """Return the dlt resource of the table."""
        connection_id = self.extraction.connection.connection_id
        return self.spend_table.table.resource(
            self._rows,
            replacing=f"connection_id = '{connection_id}' and {self.spend_table.day} between "
            f"'{self.window.first_day}' and '{self.window.last_day}'",
        )

    def _rows(self) -> Iterator[Any]:
        extraction, table = self.extraction, self.spend_table.table
        remembered = dlt.current.resource_state()
        before = self._stated_before(remembered)
        newest_day = ""
        for page in self.pages:
            for loaded in land(extraction, table, page, self.own, self.check):
                if isinstance(loaded, list):
                    newest_day = max(newest_day, *(row[self.spend_table.day] for row in loaded))
                    if before.days:
                        self._now.update((self._key(row), row) for row in loaded)
                yield loaded
        if not newest_day:
            # Without rows dlt merges nothing: this makes it empty the days all the same, now that the vendor said so.
            yield dlt.mark.materialize_table_schema()
        if restated := list(self._restated(before)):
            extraction.loaded[RESTATED_SPEND.name] += len(restated)
            yield RESTATED_SPEND.marked(restated)
        remembered["days_read"] = with_span(remembered.get("days_read", []), self.window)
        remembered["read_at"] = self.read_at.isoformat()
        if extraction.window is None:
            remembered["newest_day"] = newest_day or self.window.last_day.isoformat()

    def _stated_before(self, remembered: Mapping[str, Any]) -> "_Before":
        spend_table = self.spend_table
        columns = (spend_table.day, *spend_table.entity, spend_table.currency, spend_table.spend, "seen_at")
        rows = self.extraction.ask_warehouse(
            f"select {', '.join(columns)} from {dataset(self.extraction.connection.source)}.{spend_table.table.name} "  # noqa: S608
            f"where connection_id = ? and {spend_table.day} between ? and ?",
            [self.extraction.connection.connection_id, *map(str, (self.window.first_day, self.window.last_day))],
        )
        before = _Before()
        for values in rows:
            row = dict(zip(columns, values, strict=True))
            day = row[spend_table.day]
            before.rows[self._key(row)] = row
            before.days[day] = max(before.days.get(day, row["seen_at"]), row["seen_at"])
        if read_at := remembered.get("read_at"):
            # A day on which nothing was spent was stated too.
            for day in _days_of(remembered.get("days_read", []), self.window):
                before.days.setdefault(day, datetime.fromisoformat(read_at))
        return before

    def _restated(self, before: "_Before") -> Iterator[dict[str, Any]]:
        spend_table = self.spend_table
        for key in sorted(before.rows.keys() | self._now.keys()):
            was, now = before.rows.get(key), self._now.get(key)
            day = key[0]
            spend_before = None if was is None else str(was[spend_table.spend])
            spend_after = None if now is None else str(now[spend_table.spend])
            if day not in before.days or Decimal(spend_before or 0) == Decimal(spend_after or 0):
                continue
            row = now or was or {}
            text = "|".join((spend_table.table.name, *key, self.read_at.isoformat()))
            yield {
                "connection_id": self.extraction.connection.connection_id,
                "seen_at": self.read_at,
                "row_key": hashlib.sha256(text.encode()).hexdigest()[:32],
                "resource": spend_table.table.name,
                "spend_date": day,
                **dict(zip(ENTITY, key[1:], strict=False)),
                "currency": row[spend_table.currency],
                "spend_before": spend_before,
                "spend_after": spend_after,
                "seen_before_at": was["seen_at"] if was else before.days[day],
            }

    def _key(self, row: Mapping[str, Any]) -> tuple[str, ...]:
        return tuple(str(row.get(column) or "") for column in (self.spend_table.day, *self.spend_table.entity))


@dataclass
class _Before:
    """What the warehouse holds of the days: its rows by key, and when each day was read last."""

    rows: dict[tuple[str, ...], Mapping[str, Any]] = field(default_factory=dict)
    days: dict[str, datetime] = field(default_factory=dict)


def moment_of_reading() -> datetime:
    """Return the moment that all tables of one load share as the one at which a change was seen."""
    return datetime.now(UTC)


def with_span(spans: list[list[str]], window: Window) -> list[list[str]]:
    """Return spans of days, each [first, last] in ISO 8601, with one more: those that touch become one."""
    joined: list[list[str]] = []
    for first, last in sorted([*spans, [window.first_day.isoformat(), window.last_day.isoformat()]]):
        if joined and date.fromisoformat(first) <= date.fromisoformat(joined[-1][1]) + timedelta(days=1):
            joined[-1][1] = max(joined[-1][1], last)
        else:
            joined.append([first, last])
    return joined


def _days_of(spans: list[list[str]], window: Window) -> Iterator[str]:
    for first, last in spans:
        day = max(date.fromisoformat(first), window.first_day)
        while day <= min(date.fromisoformat(last), window.last_day):
            yield day.isoformat()
            day += timedelta(days=1)
