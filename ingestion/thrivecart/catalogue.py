"""Which items of the catalogue to ask about: one request an item adds up, and most items hardly ever change."""

import hashlib
import json
from datetime import UTC, date, datetime
from typing import Any

from ingestion.tables import Extraction
from ingestion.thrivecart import settings

ITEMS_SOLD_WITH_AN_UNKNOWN_OPTION = """
select distinct transactions.item_type, transactions.item_id
from raw_thrivecart.transactions as transactions
left join raw_thrivecart.pricing_options as options
    on transactions.connection_id = options.connection_id
    and transactions.item_type = options.item_type
    and transactions.item_id = options.item_id
    and transactions.item_pricing_option_id = options.id
where
    transactions.connection_id = ?
    and nullif(transactions.item_pricing_option_id, '') is not null
    and options.id is null
"""


class Asked:
    """What was asked about each item, and when: an item is due again after some days, or when its row changes."""

    def __init__(self, remembered: dict[str, Any]) -> None:
        """Take what earlier loads remembered, and write into it."""
        self._remembered = remembered

    def is_due(self, path: str, row: Any) -> bool:
        """Tell whether to ask about an item, given its row in the catalogue's list."""
        asked = self._remembered.get(path)
        if asked is None or asked["row"] != _mark(row):
            return True
        return (_today() - date.fromisoformat(asked["on"])).days >= settings.CATALOGUE_REST_DAYS

    def answer(self, path: str) -> Any:
        """Return what was noted as the last answer about an item."""
        return self._remembered.get(path, {}).get("answer")

    def note(self, path: str, row: Any, answer: Any = None) -> None:
        """Remember that an item was asked about, and the answer if it will be needed again."""
        self._remembered[path] = {"row": _mark(row), "on": _today().isoformat(), "answer": answer}


def items_sold_with_an_unknown_option(extraction: Extraction) -> set[tuple[str, str]]:
    """Return type and id of items that were sold on terms which their pricing options, as far as known, do not have."""
    found = extraction.ask_warehouse(ITEMS_SOLD_WITH_AN_UNKNOWN_OPTION, [extraction.connection.connection_id])
    return {(str(item_type), str(item_id)) for item_type, item_id in found}


def _mark(row: Any) -> str:
    return hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()[:16]


def _today() -> date:
    return datetime.now(UTC).date()
