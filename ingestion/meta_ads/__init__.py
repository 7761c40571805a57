"""Meta ads: daily insights of an ad account, by ad and in total, and what its campaigns, ad sets and ads are."""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from dlt.extract import DltResource

from ingestion.connections import SECRET_NAMES
from ingestion.meta_ads import settings
from ingestion.meta_ads.client import AdAccount
from ingestion.meta_ads.tables import ACCOUNT_INSIGHTS, ACCOUNTS, AD_INSIGHTS, AD_SETS, ADS, CAMPAIGNS, TABLES
from ingestion.rejections import Defect, day, land
from ingestion.spend import Replacement, SpendTable, moment_of_reading, window_to_read
from ingestion.tables import Extraction, Source, Table
from ingestion.window import Window

LEVELS = {
    "ad": SpendTable(
        AD_INSIGHTS, "date_start", "spend", "account_currency", ("account_id", "campaign_id", "adset_id", "ad_id")
    ),
    "account": SpendTable(ACCOUNT_INSIGHTS, "date_start", "spend", "account_currency", ("account_id",)),
}
EDGES = {"campaigns": CAMPAIGNS, "adsets": AD_SETS, "ads": ADS}
SPEND = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def extract(extraction: Extraction) -> Iterator[DltResource]:
    """Yield a resource for each table that is asked for.

    Rows of insights replace all rows of this connection on the days asked for: spend is restated, and ads vanish.
    """
    account, read_at = AdAccount(extraction), moment_of_reading()
    for level, spend_table in LEVELS.items():
        table = spend_table.table
        window = window_to_read(extraction, table, settings.LOOK_BACK_DAYS, settings.HISTORY_MONTHS)
        if table.name in extraction.table_names and window:
            pages, check = account.insights(level, window), partial(_check, extraction=extraction, window=window)
            yield Replacement(extraction, spend_table, window, read_at, pages, check=check).resource()
    if ACCOUNTS.name in extraction.table_names:
        yield ACCOUNTS.resource(lambda: land(extraction, ACCOUNTS, [account.itself()]))
    for edge, table in EDGES.items():
        if table.name in extraction.table_names:
            yield table.resource(partial(_listed, account, extraction, edge, table))


def _listed(account: AdAccount, extraction: Extraction, edge: str, table: Table) -> Iterator[Any]:
    for rows in account.listed(edge):
        yield from land(extraction, table, rows)


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


SOURCE = Source(
    name="meta_ads",
    description="Meta's insights: every number is text.",
    tables=TABLES,
    secret_names=SECRET_NAMES["meta_ads"],
    look_back_days=settings.LOOK_BACK_DAYS,
    extract=extract,
)
