"""How far a long reading has come."""

import time
from collections.abc import Callable

SECONDS_BETWEEN_LINES = 10.0
"""A vendor may take a second or a millisecond for a page: the lines come by the clock, not by the page."""


def time_left(seconds: float) -> str:
    """Say how long something will still take, as a clause; nothing where that is less than a minute."""
    if seconds < 60:
        return ""
    if seconds < 90 * 60:
        return f", about {seconds / 60:.0f} min left"
    return f", about {seconds / 3600:.1f} h left"


class Progress:
    """Tells of the first step and the last, and of those between them only every few seconds."""

    def __init__(self, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        """Tell nothing yet. The clock counts seconds."""
        self._say = say
        self._clock = clock
        self._said_at: float | None = None
        self._unsaid = ""

    def reach(self, step: str) -> None:
        """Take note of a step, and tell of it if it is time."""
        self._unsaid = step
        if self._said_at is None or self._clock() - self._said_at >= SECONDS_BETWEEN_LINES:
            self._tell()

    def end(self) -> None:
        """Tell of the last step, if that is not yet done."""
        if self._unsaid:
            self._tell()

    def _tell(self) -> None:
        self._say(self._unsaid)
        self._said_at, self._unsaid = self._clock(), ""
