"""How far back is asked: all once a week and when asked to, else what is new since the day of the last question."""

from collections.abc import MutableMapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ingestion.kit import settings
from ingestion.reading import ALL_READ_AT, is_due
from ingestion.tables import Extraction

ASKED_ON = "asked_on"
"""The day (UTC) on which the list was last asked for what is new."""


class Reading:
    """One reading of a list, which begins now. `remembered` is what earlier ones of the same list left behind."""

    def __init__(self, remembered: MutableMapping[str, Any], extraction: Extraction) -> None:
        """Find out whether all is due."""
        self.began_at = datetime.now(UTC)
        self._remembered = remembered
        self._asked_on: str | None = remembered.get(ASKED_ON)
        self.is_full = (
            extraction.is_full
            or self._asked_on is None
            or is_due(remembered.get(ALL_READ_AT), settings.FULL_READ, self.began_at)
        )

    def since(self, parameter: str) -> dict[str, str]:
        """Return the parameter that asks for what is new, nothing if all is to be read."""
        if self.is_full or self._asked_on is None:
            return {}
        first_day = date.fromisoformat(self._asked_on) - timedelta(days=settings.OVERLAP_DAYS)
        return {parameter: first_day.isoformat()}

    def end(self) -> None:
        """Remember that it came to its end; what changed while it lasted is asked for by the next one."""
        self._remembered[ASKED_ON] = self.began_at.date().isoformat()
        if self.is_full:
            self._remembered[ALL_READ_AT] = self.began_at.isoformat()
