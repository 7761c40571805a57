"""The time that a business has lived: its days, and the moment that is its present."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """From local midnight of `start` to `now` (UTC). Nothing is known of what lies after `now`."""

    start: date
    now: datetime

    @property
    def today(self) -> date:
        """The UTC day that is not over yet."""
        return self.now.date()

    def days(self) -> Iterator[date]:
        """Yield every day, today included."""
        for offset in range((self.today - self.start).days + 1):
            yield self.start + timedelta(days=offset)

    def day(self, offset: int) -> date:
        """Return the day that lies so many days after the first one."""
        return self.start + timedelta(days=offset)

    def offset(self, day: date) -> int:
        """Return how many days after the first one a day lies."""
        return (day - self.start).days

    def is_known(self, moment: datetime) -> bool:
        """Tell whether a moment has come already."""
        return moment <= self.now

    def share_passed(self, day: date, zone: ZoneInfo) -> float:
        """Return how much of a zone's day is over, 0 to 1."""
        begin, end = at_local(day, zone, "00:00:00"), at_local(day + DAY, zone, "00:00:00")
        return min(1.0, max(0.0, (self.now - begin) / (end - begin)))


def at_local(day: date, zone: ZoneInfo, clock: str) -> datetime:
    """Return the UTC moment at which a zone's clocks show `HH:MM:SS` on a day."""
    return datetime.combine(day, time.fromisoformat(clock), zone).astimezone(UTC)


def seconds_into(day: date, zone: ZoneInfo, seconds: float) -> datetime:
    """Return the UTC moment so many seconds after a zone's midnight, in whole seconds."""
    return at_local(day, zone, "00:00:00") + timedelta(seconds=int(seconds))


def changes_clocks(day: date, zone: ZoneInfo) -> bool:
    """Tell whether a zone's day has not 24 hours."""
    return at_local(day + DAY, zone, "00:00:00") - at_local(day, zone, "00:00:00") != DAY


def months_after(moment: datetime, months: int) -> datetime:
    """Return the same time so many months later, on the month's last day where it is shorter."""
    month = moment.month - 1 + months
    year, month = moment.year + month // 12, month % 12 + 1
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))
