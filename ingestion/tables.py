"""What a source is: its raw tables, and how one connection's rows are extracted into them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import dlt
from dlt.extract import DltResource
from dlt.extract.items import DataItemWithMeta

from ingestion.connections import Connection
from ingestion.tombstones import NOBODY, Forgotten
from ingestion.window import Window

Report = Callable[[str], None]

COMMON_COLUMNS = {"connection_id": "text", "seen_at": "timestamp"}
"""On every raw table; seen_at is the moment (UTC) the vendor answered or the file was read."""

DECIMAL = {"precision": 18, "scale": 4}
MERGED_BY_KEY = {"disposition": "merge", "strategy": "delete-insert"}


def columns_of(kind: str, *names: str) -> dict[str, str]:
    """Return columns of one kind, for a table's `columns`."""
    return dict.fromkeys(names, kind)


@dataclass(frozen=True, eq=False)
class Table:
    """A raw table. `columns` maps each declared column to its dlt type; vendors' other fields are added as text.

    A row without one of the `required` columns is set aside. A partitioned table can be loaded for a window of days.
    `needs_landed_rows`: its extraction asks the warehouse, so it runs after the source's other tables have landed.

    What becomes of a row whose person is forgotten: one that `is_of_a_person` goes with them, as does one whose column
    in `follows` names, by its value, a row of another table that goes (own column, table, column there). Any other row
    stays without the person: of the `personal` columns nothing stays but numbers, amounts and moments.
    """

    name: str
    description: str
    columns: Mapping[str, str]
    primary_key: tuple[str, ...]
    required: tuple[str, ...] = ()
    is_partitioned: bool = False
    needs_landed_rows: bool = False
    personal: tuple[str, ...] = ()
    is_of_a_person: bool = False
    follows: tuple[str, str, str] | None = None

    def resource(self, rows: Callable[[], Iterator[Any]], replacing: str | None = None) -> DltResource:
        """Return the dlt resource that lands these rows by key: of rows with the same key the last one seen wins.

        With `replacing`, they replace exactly the rows that an SQL condition names, which all of them have to
        satisfy. dlt keeps the condition in its schema, so that every load of such a table has to give one.
        What `rows` yields is a list of rows, an empty table's marker, or rows `marked` for another table.
        """
        disposition = dict(MERGED_BY_KEY)
        if replacing is not None:
            # Braces are placeholders to dlt.
            disposition["destination_scope"] = replacing.replace("{", "{{").replace("}", "}}")

        def extracted() -> Iterator[Any]:
            is_known = False
            for item in rows():
                if isinstance(item, DataItemWithMeta):
                    yield item
                # Once dlt knows the hints, the name is enough, and much faster.
                elif is_known:
                    yield dlt.mark.with_table_name(item, self.name)
                else:
                    yield self.marked(item, disposition)
                    is_known = True

        return dlt.resource(extracted, name=self.name)

    def marked(self, rows: Any, disposition: Mapping[str, str] = MERGED_BY_KEY) -> DataItemWithMeta:
        """Mark rows as this table's, in whatever resource they are yielded."""
        hints = dlt.mark.make_hints(
            table_name=self.name,
            columns=self._column_hints(),
            primary_key=self.primary_key,
            write_disposition=dict(disposition),  # type: ignore[arg-type]
        )
        # These hints come on top of the resource's: so a resource has none of its own.
        return dlt.mark.with_hints(rows, hints, create_table_variant=True)

    def _column_hints(self) -> dict[str, Any]:
        hints: dict[str, Any] = {
            name: {"name": name, "data_type": kind, "nullable": name not in self.primary_key}
            | (DECIMAL if kind == "decimal" else {})
            for name, kind in self.columns.items()
        }
        # A page that moved while it was read brings a row twice: the later answer is the truer one.
        return hints | {"seen_at": hints["seen_at"] | {"dedup_sort": "desc"}}


REJECTED_ROWS = Table(
    name="rejected_rows",
    description="Rows that lack what a row must have, kept whole with the reason. A rejection stays as the record of "
    "what the vendor sent.",
    columns={**COMMON_COLUMNS, "resource": "text", "row_key": "text", "field": "text", "reason": "text", "row": "json"},
    primary_key=("connection_id", "resource", "row_key"),
    personal=("row",),
    is_of_a_person=True,
)


@dataclass
class Extraction:
    """What is asked of one connection in one load, and what came of it.

    `window` None asks for what is new, or with `is_full` for all there is, as a first load does. `state` is what
    earlier loads of the connection remembered, by table.
    Of `forgotten` people no row may come back.
    `ask_warehouse` runs SQL with parameters over the warehouse, where the tables are in the schema `raw_<source>`.
    What an extraction appends to `after_landing` is done once its rows are in the warehouse, and not if they are not.
    A table that it adds to `unfinished` is extracted again after that: a long history is landed in parts.
    """

    connection: Connection
    table_names: frozenset[str]
    window: Window | None
    report: Report
    state: Mapping[str, Mapping[str, Any]]
    ask_warehouse: Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]
    is_full: bool = False
    forgotten: Forgotten = NOBODY
    loaded: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    after_landing: list[Callable[[], None]] = field(default_factory=list)
    unfinished: set[str] = field(default_factory=set)

    def say(self, text: str) -> None:
        """Report a line about this connection."""
        self.report(f"{self.connection.connection_id}: {text}")

    def first_day(self, table_name: str, look_back_days: int) -> date | None:
        """Return the first day to ask for; None asks for all the vendor has."""
        newest_day = None if self.is_full else self.state.get(table_name, {}).get("newest_day")
        if self.window:
            first_day = self.window.first_day
        elif newest_day:
            first_day = date.fromisoformat(newest_day) - timedelta(days=look_back_days)
        else:
            return self.connection.in_use_from
        return max(first_day, self.connection.in_use_from or first_day)

    def last_day(self) -> date | None:
        """Return the last day to ask for; None has no end."""
        ends = [day for day in (self.window and self.window.last_day, self.connection.in_use_until) if day]
        return min(ends, default=None)


@dataclass(frozen=True)
class Source:
    """A kind of vendor. `extract` turns what is asked into dlt resources, one a table.

    `drifts`: old rows of its partitioned tables change without anything new that would tell, so that all of them have
    to be read again now and then.
    """

    name: str
    description: str
    tables: tuple[Table, ...]
    secret_names: tuple[str, ...]
    look_back_days: int
    extract: Callable[[Extraction], Iterable[DltResource]]
    drifts: bool = False


@dataclass(frozen=True)
class TableLoad:
    """What a load did to one table, over all connections. `columns` maps each column to its type."""

    rows_loaded: int
    rows_rejected: int
    columns: dict[str, str]
