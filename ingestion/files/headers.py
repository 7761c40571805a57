"""The layouts that files come in, and how their columns are named: headers.csv, read once.

A layout is an ad platform's export, the plain spend table, contacts or touchpoints. In headers.csv a row says what one
column is called in one language: names are separated by bars, and one that ends in * stands for all that begin so.
`unused` are known columns that no table keeps, `period` is one of weeks or months, which is no day. The rows of
`common` are words that any ad export may use: they are added to the others', but do not tell which platform wrote it.

No vendor publishes its headers in all languages: they are as programs that read such exports know them, as of November
2026. Of LinkedIn, TikTok, Microsoft, Pinterest and X only the English ones are known.
"""

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ingestion.files.tables import AD_SPEND, CONTACTS, MADE_BY, OWN_COLUMNS, TOUCHPOINTS
from ingestion.tables import Table

HEADERS_FILE = Path(__file__).with_name("headers.csv")
COMMON = "common"
TABLES = {"plain": AD_SPEND, "contacts": CONTACTS, "touchpoints": TOUCHPOINTS}
IN_BRACKETS = re.compile(r"(?P<name>.+?)\s*[(\[](?P<currency>[A-Z]{3}|[€£])[)\]]")
SIGNS = {"€": "EUR", "£": "GBP"}
UNUSED = "unused"


@dataclass(frozen=True, eq=False)
class Layout:
    """The columns of one kind of file, by normalised header. `own` are those that tell this layout from others."""

    name: str
    table: Table
    own: dict[str, str]
    common: dict[str, str]

    @property
    def is_export(self) -> bool:
        """Whether a platform writes such files, and not the user."""
        return self.name not in TABLES

    def column(self, header: str) -> tuple[str, str]:
        """Return the column that a header stands for ("" if it is unknown), and the currency that it names, if any."""
        column = self._exact(normalised(header))
        in_brackets = IN_BRACKETS.fullmatch(header.strip())
        if column in ("", UNUSED) and in_brackets:
            before = self._exact(normalised(in_brackets["name"]))
            currency = SIGNS.get(in_brackets["currency"], in_brackets["currency"])
            if before == "spend":
                return before, currency
            column = column or before
        return column, ""

    def _exact(self, header: str) -> str:
        found = self.own.get(header) or self.common.get(header)
        if found:
            return found
        beginnings = [name for name in self.own if name.endswith("*") and header.startswith(name[:-1])]
        return self.own[max(beginnings, key=len)] if beginnings else ""

    def knows(self, header: str, common_words: bool = True) -> bool:
        """Tell whether a header is known, with or without the words that all exports may use."""
        layout = self if common_words else Layout(self.name, self.table, self.own, {})
        return bool(layout.column(header)[0])


def normalised(header: str) -> str:
    """Return a header without what people and programs change: case, kinds of apostrophe, space and accents' form."""
    text = unicodedata.normalize("NFKC", header).replace("\u2019", "'").replace("\ufeff", "")
    return " ".join(text.casefold().split())


@lru_cache(maxsize=1)
def layouts() -> dict[str, Layout]:
    """Return all layouts by name: each platform's, plain, contacts and touchpoints."""
    named: dict[str, dict[str, str]] = {}
    with HEADERS_FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            columns = named.setdefault(row["layout"], {})
            columns.update({normalised(name): row["column"] for name in row["headers"].split("|")})
    common = named.pop(COMMON)
    found = {}
    for name in [*TABLES, *(name for name in named if name not in TABLES)]:
        table = TABLES.get(name, AD_SPEND)
        own = named.get(name, {})
        if name in TABLES:
            # The user's own files may name each column as the table does.
            own = own | {column: column for column in table.columns if column not in (*OWN_COLUMNS, MADE_BY)}
        if name == "plain":
            own = common | own
        # A word like "Platform" in an export is a breakdown of that platform.
        shared = {header: column for header, column in common.items() if column != "platform"}
        found[name] = Layout(name, table, own, shared if name not in TABLES else {})
    return found


def recognise(cells: list[str]) -> int:
    """Return how many of a line's cells are headers of one layout: 0 unless two at least are, and half of them."""
    headers = [cell for cell in cells if cell]
    most = max(sum(layout.knows(header) for header in headers) for layout in layouts().values())
    return most if most >= 2 and 2 * most >= len(headers) else 0
