"""Meta ads: daily insights of an ad account, by ad and in total."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import dlt
from dlt.extract import DltResource

from ingestion.connections import SECRET_NAMES
from ingestion.meta_ads import settings
from ingestion.meta_ads.client import AdAccount
from ingestion.meta_ads.tables import ACCOUNT_INSIGHTS, AD_INSIGHTS, TABLES
from ingestion.rejections import Defect, day, land
from ingestion.tables import Extraction, Source, Table
from ingestion.window import Window

LEVELS = {AD_INSIGHTS: "ad", ACCOUNT_INSIGHTS: "account"}
SPEND = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def extract(extraction: Extraction) -> Iterator[DltResource]:
    """Yield a resource for each table that is asked for.

    Its rows replace all rows of this connection on the days asked for: spend is restated, and ads vanish.
    """
    account = AdAccount(extraction)
    for table in LEVELS:
        window = _window(extraction, table)
        if table.name in extraction.table_names and window:
            yield table.resource(
                partial(_insights, account, extraction, table, window),
                replacing=f"connection_id = '{extraction.connection.connection_id}' and date_start between "
                f"'{window.first_day}' and '{window.last_day}'",
            )


def _insights(account: AdAccount, extraction: Extraction, table: Table, window: Window) -> Iterator[Any]:
    remembered = dlt.current.resource_state()
    newest_day = ""

    def check(row: dict[str, Any]) -> None:
        _check(row, extraction, window)

    is_empty = True
    for rows in account.insights(LEVELS[table], window):
        for loaded in land(extraction, table, rows, check=check):
            if isinstance(loaded, list):
                is_empty = False
                newest_day = max(newest_day, *(row["date_start"] for row in loaded))
            yield loaded
    if is_empty:
        # Without rows dlt merges nothing: this makes it empty the days all the same, now that Meta has said so.
        yield dlt.mark.materialize_table_schema()
    if extraction.window is None:
        remembered["newest_day"] = newest_day or window.last_day.isoformat()


def _check(row: dict[str, Any], extraction: Extraction, window: Window) -> None:
    """Refuse what cannot be counted, and what another load would not find again when it replaces its days."""
    if row["account_id"] != extraction.connection.vendor_account_id:
        raise Defect("account_id", "is not the account that was asked for")
    if day("date_start", row["date_start"]) not in window:
        raise Defect("date_start", "is not one of the days that were asked for")
    if row.get("date_stop") not in (None, row["date_start"]):
        raise Defect("date_stop", "is another day: the row spans several")
    if not SPEND.fullmatch(row["spend"]):
        raise Defect("spend", "is no amount")


def _window(extraction: Extraction, table: Table) -> Window | None:
    """Return the days to ask for, in the ad account's zone; None if none of them can hold anything."""
    today = datetime.now(ZoneInfo(extraction.connection.time_zone)).date()
    oldest_day = _months_before(today, settings.HISTORY_MONTHS)
    first_day = max(extraction.first_day(table.name, settings.LOOK_BACK_DAYS) or oldest_day, oldest_day)
    last_day = extraction.last_day() or today
    if extraction.window is None:
        last_day = min(last_day, today)
    return Window(first_day, last_day) if first_day <= last_day else None


def _months_before(today: date, months: int) -> date:
    """Return a day that lies up to four days less than so many months back: to ask for more is an error."""
    month = today.year * 12 + today.month - 1 - months
    return date(month // 12, month % 12 + 1, min(today.day, 28)) + timedelta(days=4)


SOURCE = Source(
    name="meta_ads",
    description="Meta's insights: every number is text.",
    tables=TABLES,
    secret_names=SECRET_NAMES["meta_ads"],
    look_back_days=settings.LOOK_BACK_DAYS,
    extract=extract,
)
