"""The makes of web analytics whose exports are read, and where each keeps what a touchpoint has: analytics.csv.

In that file a row says where one column comes from. Alternatives are separated by bars, and the first one that says
something counts. A dot leads into what is nested: a member of an object, or a key of GA4's lists of parameters. A plus
joins values. `url=page` is the word "page" in a file that has the column url, `=page` is it in any file. `tells` are
the columns by which an export of the make is known, all of which it has; `unused` are those that no table keeps, where
* stands for any ending.

Names are those of the vendors' documentation as of November 2026: GA4's BigQuery Export schema, Snowplow's atomic
events table, RudderStack's warehouse schema (pages, tracks, identifies and the tables of single events) and PostHog's
batch exports. RudderStack makes a column of each property that the user has, and PostHog says that it will add columns
to its exports: of these two any column may come.
"""

import csv
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

MAP_FILE = Path(__file__).with_name("analytics.csv")
TELLS, UNUSED = "tells", "unused"


@dataclass(frozen=True, eq=False)
class Make:
    """One program's export. `sources` has the alternatives of each column of the touchpoints that it knows."""

    name: str
    tells: tuple[str, ...]
    sources: dict[str, tuple[str, ...]]
    unused: tuple[str, ...]

    def wrote(self, headers: Collection[str]) -> bool:
        """Tell whether a file with these columns is of this make."""
        return set(self.tells) <= set(headers)

    def unknown(self, headers: Collection[str]) -> list[str]:
        """Return the columns of a file that this make is not known to write."""
        beginnings = tuple(name[:-1] for name in self.unused if name.endswith("*"))
        known = {*self.tells, *self.unused, *self.headers_of_paths}
        return [header for header in headers if header not in known and not header.startswith(beginnings)]

    @property
    def headers_of_paths(self) -> set[str]:
        """All columns that may be read: those that hold something nested, and the nested ones laid out flat."""
        return {header for path in self.paths for header in headers_of(path)}

    @property
    def paths(self) -> list[str]:
        """Every place from which a column may come."""
        alternatives = [source for sources in self.sources.values() for source in sources]
        named = [source.partition("=")[0] for source in alternatives]
        return [path for source in named for path in source.split("+") if path]


def headers_of(path: str) -> tuple[str, ...]:
    """Return the columns that can hold what a path leads to, as it is nested and as people lay it out flat."""
    return (path, path.replace(".", "_"), path.partition(".")[0]) if "." in path else (path,)


@lru_cache(maxsize=1)
def makes() -> dict[str, Make]:
    """Return all makes by name."""
    rows: dict[str, dict[str, tuple[str, ...]]] = {}
    with MAP_FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows.setdefault(row["make"], {})[row["column"]] = tuple(row["from"].split("|"))
    return {name: Make(name, columns.pop(TELLS), columns, columns.pop(UNUSED)) for name, columns in rows.items()}


def make_of(name: str, headers: Collection[str]) -> Make | None:
    """Return the make that wrote a file, by its columns, else by the beginning of its name; None if none did."""
    found = [make for make in makes().values() if make.wrote(headers)]
    named = [make for make in makes().values() if name.lower().startswith(make.name)]
    both = [make for make in named if make in found]
    return next(iter([*both, *found, *named]), None)
