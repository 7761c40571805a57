"""Google Ads: daily spend by campaign and by ad, and what campaigns, ad groups and ads are."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from dlt.extract import DltResource

from ingestion.connections import SECRET_NAMES
from ingestion.google_ads import settings
from ingestion.google_ads.client import Account
from ingestion.google_ads.tables import AD_DAYS, CAMPAIGN_DAYS, LISTS, TABLES, Report, column_of
from ingestion.rejections import Defect, day, land
from ingestion.spend import Replacement, SpendTable, moment_of_reading, window_to_read
from ingestion.tables import Extraction, Source
from ingestion.window import Window

CUSTOMER_ID, DAY, COST = map(column_of, ("customer.id", "segments.date", "metrics.cost_micros"))
ENTITIES = {
    CAMPAIGN_DAYS: ("customer.id", "campaign.id"),
    AD_DAYS: ("customer.id", "campaign.id", "ad_group.id", "ad_group_ad.ad.id"),
}


def extract(extraction: Extraction) -> Iterator[DltResource]:
    """Yield a resource for each table that is asked for.

    Rows of days replace all rows of this connection on the days asked for: costs are restated, and ads vanish.
    """
    account, read_at = Account(extraction), moment_of_reading()
    for report, entity in ENTITIES.items():
        window = window_to_read(extraction, report.table, settings.LOOK_BACK_DAYS, settings.HISTORY_MONTHS)
        if report.table.name in extraction.table_names and window:
            columns = tuple(map(column_of, entity))
            spend_table = SpendTable(report.table, DAY, COST, column_of("customer.currency_code"), columns)
            check = partial(_check, customer_id=account.customer_id, window=window)
            pages = _days(account, report, window)
            yield Replacement(extraction, spend_table, window, read_at, pages, check=check).resource()
    for report in LISTS:
        if report.table.name in extraction.table_names:
            yield report.table.resource(partial(_listed, account, extraction, report))


def _days(account: Account, report: Report, window: Window) -> Iterator[list[Any]]:
    for part in window.parts(settings.WINDOW_DAYS):
        days = f"segments.date BETWEEN '{part.first_day}' AND '{part.last_day}'"
        name = f"{report.table.name}, {part.first_day} to {part.last_day}"
        for rows in account.search(f"{_selected(report)} WHERE {days}", name):
            yield [_flat(report, row) for row in rows]


def _listed(account: Account, extraction: Extraction, report: Report) -> Iterator[Any]:
    for rows in account.search(_selected(report), report.table.name):
        yield from land(extraction, report.table, [_flat(report, row) for row in rows])


def _selected(report: Report) -> str:
    return f"SELECT {', '.join(report.fields)} FROM {report.resource}"  # noqa: S608 - all of it is ours


def _flat(report: Report, row: Any) -> Any:
    """Return an answer's nested object with a column for each field that was asked for; other things as they are."""
    return {column_of(field): _value(row, field) for field in report.fields} if isinstance(row, dict) else row


def _value(row: dict[str, Any], field: str) -> Any:
    value: Any = row
    for step in field.split("."):
        first, *others = step.split("_")
        value = value.get(first + "".join(map(str.title, others))) if isinstance(value, dict) else None
    return value


def _check(row: dict[str, Any], customer_id: str, window: Window) -> None:
    """Refuse what another load would not find again when it replaces its days."""
    if row[CUSTOMER_ID] != customer_id:
        raise Defect(CUSTOMER_ID, "is not the account that was asked for")
    if day(DAY, row[DAY]) not in window:
        raise Defect(DAY, "is not one of the days that were asked for")


SOURCE = Source(
    name="google_ads",
    description="Google Ads' daily spend, in millionths of the account's currency.",
    tables=TABLES,
    secret_names=SECRET_NAMES["google_ads"],
    look_back_days=settings.LOOK_BACK_DAYS,
    extract=extract,
)
