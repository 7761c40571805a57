"""A span of whole days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Window:
    """Days from `first_day` to `last_day`, both included. Whose days (UTC, the ad account's) the source decides."""

    first_day: date
    last_day: date

    def __post_init__(self) -> None:
        """Refuse a window that ends before it begins."""
        if self.last_day < self.first_day:
            raise ValueError(f"a window cannot end ({self.last_day}) before it begins ({self.first_day})")

    def __contains__(self, day: date) -> bool:
        """Tell whether the day lies in the window."""
        return self.first_day <= day <= self.last_day

    @property
    def days(self) -> int:
        """The number of days."""
        return (self.last_day - self.first_day).days + 1

    def parts(self, days: int) -> Iterator["Window"]:
        """Cut the window into consecutive windows of at most so many days, oldest first."""
        first_day = self.first_day
        while first_day <= self.last_day:
            last_day = min(first_day + timedelta(days=days - 1), self.last_day)
            yield Window(first_day, last_day)
            first_day = last_day + timedelta(days=1)
