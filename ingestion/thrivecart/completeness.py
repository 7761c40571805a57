"""Whether all that ThriveCart counts is here: it says with every page how many transactions there are."""

from datetime import UTC, date, datetime
from typing import Any

from ingestion.tables import Extraction
from ingestion.thrivecart import settings

TOTAL_OF_EVERYTHING = "total_of_everything"
"""In what is remembered of the transactions: how many there were when all were read, and came newest first."""

SEARCHED_ON = "searched_on"
"""In what is remembered of the transactions: the day on which all were read once more, and came newest first."""

KNOWN = """
select
    (select count(*) from raw_thrivecart.transactions where connection_id = ?)
    + (select count(*) from raw_thrivecart.rejected_rows where connection_id = ? and resource = 'transactions')
"""


class Completeness:
    """Compares counts over both modes, and lets everything be read where rows are missing.

    Some rows never count here (two with one key, older ones than `in_use_from`): so many were missing after the last
    reading of everything as well, and only more than those are looked for. A reading in which pages did not come newest
    first does not say that: it can have missed rows itself.
    """

    def __init__(self, extraction: Extraction, remembered: dict[str, Any]) -> None:
        """Take note of what the last reading of everything could not find, now that it has landed."""
        self._extraction = extraction
        self._remembered = remembered
        self._totals: dict[str, int] = {}
        total = remembered.pop(TOTAL_OF_EVERYTHING, None)
        if total is not None:
            remembered["never_found"] = max(total - self._known(), 0)
        self._never_found = int(remembered.get("never_found", 0))

    def note(self, mode: str, total: int) -> None:
        """Take note of how many rows ThriveCart counts in a mode; the first time only: what came later may lack."""
        self._totals.setdefault(mode, total)

    def search_if_short(self, table_name: str) -> None:
        """Let everything be read if rows are missing; to be called once the rows have landed."""
        # Past the last day in use the rest is meant to be missing.
        if self._extraction.connection.in_use_until:
            return
        missing = sum(self._totals.values()) - self._known() - self._never_found
        if missing <= 0:
            return
        told = f"{missing} transaction(s) that ThriveCart counts are not here"
        searched_on = self._remembered.get(SEARCHED_ON)
        if self._extraction.is_full:
            self._extraction.say(f"{told}, though all pages were read: they did not come newest first")
        elif searched_on and self._is_recent(searched_on):
            self._extraction.say(f"{told}; all pages were read on {searched_on}, and are not again so soon")
        else:
            self._extraction.say(f"{told}: reading all pages")
            self._extraction.is_full = True
            self._extraction.unfinished.add(table_name)

    def _is_recent(self, day: str) -> bool:
        return (datetime.now(UTC).date() - date.fromisoformat(day)).days < settings.DAYS_BETWEEN_SEARCHES

    def _known(self) -> int:
        connection_id = self._extraction.connection.connection_id
        ((known,),) = self._extraction.ask_warehouse(KNOWN, [connection_id, connection_id])
        return int(known)
