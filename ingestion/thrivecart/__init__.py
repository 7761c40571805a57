"""ThriveCart: transactions, the catalogue, customers with subscriptions, and what its webhooks delivered."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from functools import partial
from itertools import islice
from typing import Any

import dlt
from dlt.extract import DltResource

from ingestion.connections import SECRET_NAMES
from ingestion.progress import Progress
from ingestion.rejections import Defect, land, moment
from ingestion.tables import Extraction, Source, Table
from ingestion.thrivecart import settings
from ingestion.thrivecart.client import ThriveCart
from ingestion.thrivecart.customers import customers_to_ask
from ingestion.thrivecart.inbox import Inbox, archive_name
from ingestion.thrivecart.seeking import made_at, pages_between, pages_since
from ingestion.thrivecart.tables import (
    CATALOGUE,
    CUSTOMERS,
    PRICING_OPTIONS,
    PRODUCTS,
    TABLES,
    TRANSACTIONS,
    WEBHOOK_EVENTS,
)
from ingestion.warehouse import inbox_folder


def extract(extraction: Extraction) -> Iterator[DltResource]:
    """Yield a resource for each table that is asked for."""
    account = ThriveCart(extraction)
    rows_of = {
        TRANSACTIONS: _transactions,
        **dict.fromkeys(CATALOGUE, _catalogue),
        PRICING_OPTIONS: _pricing_options,
        CUSTOMERS: _customers,
        WEBHOOK_EVENTS: _webhook_events,
    }
    for table, rows in rows_of.items():
        if table.name in extraction.table_names:
            yield table.resource(partial(rows, account, extraction, table))


def _transactions(account: ThriveCart, extraction: Extraction, table: Table) -> Iterator[Any]:
    """Read each mode from the newest transaction down, or from the end of the window, to the first day asked for.

    The newest day seen is remembered for the next load, but only by a load of what is new, and only when its walk
    reached the end: a window in the middle says nothing about what lies around it.
    """
    remembered = dlt.current.resource_state()
    first_day = extraction.first_day(table.name, settings.LOOK_BACK_DAYS)
    last_day = extraction.last_day()
    newest_day: date | None = None
    for mode in settings.MODES:
        progress = Progress(extraction.say)
        page_at = partial(account.transaction_page, mode)
        if extraction.window and first_day and last_day:
            pages = pages_between(page_at, first_day, last_day, extraction.say)
        else:
            pages = pages_since(page_at, first_day)
        for page in pages:
            progress.reach(f"page {page.number} of {page.pages} ({mode})")
            days = [moment and moment.date() for moment in map(made_at, page.rows)]
            asked_for = [
                row
                for row, day in zip(page.rows, days, strict=True)
                # A row whose day cannot be read is set aside, whatever the days asked for.
                if day is None or ((first_day is None or day >= first_day) and (last_day is None or day <= last_day))
            ]
            yield from land(extraction, table, asked_for, {"mode": mode})
            known_days = [day for day in days if day]
            newest_day = max([*known_days, newest_day or date.min])
        progress.end()
    if extraction.window is None and newest_day and newest_day > date.min:
        # A day in the future would hide the days before it.
        remembered["newest_day"] = min(newest_day, datetime.now(UTC).date()).isoformat()


def _catalogue(account: ThriveCart, extraction: Extraction, table: Table) -> Iterator[Any]:
    for item in account.catalogue(f"/{table.name}"):
        details = {}
        # Only a product's details hold what its row in the list does not: slug and currency.
        if table is PRODUCTS and isinstance(item, dict) and item.get("product_id"):
            details = account.details(f"/products/{item['product_id']}")
        yield from land(extraction, table, [item | details if details else item])


def _pricing_options(account: ThriveCart, extraction: Extraction, table: Table) -> Iterator[Any]:
    for catalogue in CATALOGUE:
        item_type = catalogue.name.removesuffix("s")
        for item in account.catalogue(f"/{catalogue.name}"):
            item_id = item.get(f"{item_type}_id") if isinstance(item, dict) else None
            if item_id:
                options = account.pricing_options(f"/{catalogue.name}/{item_id}")
                yield from land(extraction, table, options, {"item_type": item_type, "item_id": str(item_id)})


def _customers(account: ThriveCart, extraction: Extraction, table: Table) -> Iterator[Any]:
    emails = customers_to_ask(extraction)
    progress = Progress(extraction.say)
    for number, email in enumerate(emails, start=1):
        progress.reach(f"customer {number} of {len(emails)}")
        answer = account.customer(email)
        status = "not_found" if answer is None else "found"
        yield from land(extraction, table, [answer or {}], {"email": email, "status": status})
    progress.end()


def _webhook_events(_: ThriveCart, extraction: Extraction, table: Table) -> Iterator[Any]:
    """Land what waits in the inbox, and what other loads have archived that this warehouse does not know of.

    The warehouse remembers the newest archived file, so that one that is put back from a copy gets what it lacks.
    """
    inbox = Inbox(inbox_folder(extraction.connection.connection_id))
    remembered = dlt.current.resource_state()
    waiting, missing = inbox.waiting(), inbox.archived_after(remembered.get("newest_archive", ""))
    if missing:
        extraction.say(
            f"{len(missing)} file(s) of archived webhook events are not in this warehouse: landing them again"
        )
    if waiting:
        extraction.say(f"{len(waiting)} webhook event(s) are waiting")
    events = inbox.read([*missing, *waiting])
    while some := list(islice(events, settings.WEBHOOKS_AT_A_TIME)):
        yield from land(extraction, table, some, _received)
    if missing or waiting:
        remembered["newest_archive"] = archive_name()
    if waiting:
        extraction.after_landing.append(partial(inbox.archive, waiting, remembered["newest_archive"]))
    keep_days = dlt.config.get("sources.thrivecart.webhook_keep_days", int)
    extraction.after_landing.append(
        partial(inbox.drop_archived, settings.WEBHOOK_KEEP_DAYS if keep_days is None else keep_days)
    )


def _received(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return when an event was received. Raises Defect if it is what the inbox says of a file that cannot be read."""
    if "problem" in event:
        raise Defect("file", event["problem"])
    return {"seen_at": moment("seen_at", str(event.get("seen_at")))}


SOURCE = Source(
    name="thrivecart",
    description="ThriveCart's REST API and webhooks.",
    tables=TABLES,
    secret_names=SECRET_NAMES["thrivecart"],
    look_back_days=settings.LOOK_BACK_DAYS,
    extract=extract,
)
