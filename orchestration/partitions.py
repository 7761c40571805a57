"""The days that can be loaded by name."""

from datetime import date, timedelta

import dagster as dg

from ingestion import Window

FIRST_DAY = date(2020, 1, 1)
"""The oldest day that can be asked for by name. What is older comes with a connection's first load all the same."""

DAYS = dg.DailyPartitionsDefinition(start_date=FIRST_DAY.isoformat(), timezone="UTC")
"""Whole days up to yesterday (UTC). Whose days a key means is the source's: UTC, or the ad account's own."""

DAILY_DAYS = 28
"""The days that the daily job marks as loaded. Google's look-back is farther, and each mark costs: an older day was
marked when it was younger."""

WHAT_IS_NEW = "dollartrail/what_is_new"
"""Tag of runs that load whatever came since the last load, and not just the days they name."""

ALL_HISTORY = "dollartrail/all_history"
"""Tag of runs that read everything again, as a first load does, beside the days they name."""

RANGE_START = "dagster/asset_partition_range_start"
RANGE_END = "dagster/asset_partition_range_end"


def day_tags(first_day: date, last_day: date) -> dict[str, str]:
    """Return the tags that make a run one of these days (both included).

    Raises ValueError when a day is none of the partitions.
    """
    newest_day = _newest_day()
    if not FIRST_DAY <= first_day <= last_day <= newest_day:
        raise ValueError(
            f"{first_day} to {last_day} cannot be loaded by name: the days go from {FIRST_DAY} to {newest_day} "
            "(yesterday, UTC), and the first may not come after the last"
        )
    return {RANGE_START: first_day.isoformat(), RANGE_END: last_day.isoformat()}


def daily_tags() -> dict[str, str]:
    """Return the tags of a daily run: it loads what is new, and marks the days that it reads again."""
    newest_day = _newest_day()
    return {WHAT_IS_NEW: "true", **day_tags(newest_day - timedelta(days=DAILY_DAYS - 1), newest_day)}


def history_tags() -> dict[str, str]:
    """Return the tags of a run that reads all history again; it marks the same days as a daily one."""
    return {ALL_HISTORY: "true", **daily_tags()}


def _newest_day() -> date:
    return date.fromisoformat(DAYS.get_last_partition_key() or "")


def window_of(context: dg.AssetExecutionContext) -> Window | None:
    """Return the days that a run names, None if it is to load what is new."""
    if context.run.tags.get(WHAT_IS_NEW) or not (context.has_partition_key or context.has_partition_key_range):
        return None
    keys = context.partition_key_range
    return Window(date.fromisoformat(keys.start), date.fromisoformat(keys.end))
