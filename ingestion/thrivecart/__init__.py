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
from ingestion.thrivecart.catalogue import Asked, items_sold_with_an_unknown_option
from ingestion.thrivecart.client import ThriveCart
from ingestion.thrivecart.completeness import SEARCHED_ON, TOTAL_OF_EVERYTHING, Completeness
from ingestion.thrivecart.customers import customers_to_ask
from ingestion.thrivecart.history import begun, pages_left
from ingestion.thrivecart.inbox import Inbox, archive_name
from ingestion.thrivecart.journal import Journal
from ingestion.thrivecart.seeking import Page, made_at, moments_of, pages_between, pages_since
from ingestion.thrivecart.tables import (
    CATALOGUE,
    CUSTOMERS,
    PRICING_OPTIONS,
    PRODUCTS,
    TABLES,
    TRANSACTIONS,
    WEBHOOK_EVENTS,
)
from ingestion.warehouse import inbox_folder, unlanded_folder

READING = "reading"
"""In what is remembered of the transactions: a reading of everything that is not finished."""


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
    """Read the days of a window, else what is new, else (at first, or when asked to) all there is.

    The newest day seen is remembered for the next load, but not by a window: a window in the middle says nothing about
    what lies around it. An unfinished reading of everything comes before what is new, which it will meet at its end.
    """
    remembered = dlt.current.resource_state()
    if extraction.window:
        yield from _days(account, extraction, table)
    elif extraction.is_full or READING in remembered or "newest_day" not in remembered:
        yield from _everything(account, extraction, table, remembered)
    else:
        yield from _what_is_new(account, extraction, table, remembered)


def _days(account: ThriveCart, extraction: Extraction, table: Table) -> Iterator[Any]:
    first_day, last_day = extraction.first_day(table.name, 0), extraction.last_day()
    if first_day is None or last_day is None:
        return
    for mode in settings.MODES:
        progress = Progress(extraction.say)
        for page in pages_between(partial(account.transaction_page, mode), first_day, last_day, extraction.say):
            progress.reach(f"page {page.number} of {page.pages} ({mode})")
            yield from _landed(extraction, table, mode, page, first_day)
        progress.end()


def _what_is_new(
    account: ThriveCart, extraction: Extraction, table: Table, remembered: dict[str, Any]
) -> Iterator[Any]:
    first_day = extraction.first_day(table.name, settings.LOOK_BACK_DAYS)
    counts = Completeness(extraction, remembered)
    newest_days = [date.fromisoformat(remembered["newest_day"])]
    for mode in settings.MODES:
        progress = Progress(extraction.say)
        for page in pages_since(partial(account.transaction_page, mode), first_day):
            progress.reach(f"page {page.number} of {page.pages} ({mode})")
            counts.note(mode, page.total)
            newest_days += _days_of(page)
            yield from _landed(extraction, table, mode, page, first_day)
        progress.end()
    remembered["newest_day"] = _not_in_the_future(max(newest_days))
    extraction.after_landing.append(lambda: counts.search_if_short(table.name))


def _everything(account: ThriveCart, extraction: Extraction, table: Table, remembered: dict[str, Any]) -> Iterator[Any]:
    """Read all pages, some hundred in one load; where some are left, the table is unfinished and extracted again."""
    first_day = extraction.connection.in_use_from
    journal = Journal(unlanded_folder(extraction.connection.connection_id))
    reading = remembered[READING] = begun(remembered.get(READING), journal, first_day)
    progress = Progress(extraction.say)
    pages = enumerate(pages_left(reading, journal, account.transaction_page), start=1)
    for count, (mode, page) in pages:
        progress.reach(f"page {page.number} of {page.pages} ({mode}){account.time_for(page.pages - page.number)}")
        # As text, in which the empty one is older than every day.
        reading["newest_day"] = max([reading.get("newest_day", ""), *(day.isoformat() for day in _days_of(page))])
        yield from _landed(extraction, table, mode, page, first_day)
        if count == settings.PAGES_LANDED_AT_ONCE:
            extraction.unfinished.add(table.name)
            extraction.after_landing += [
                partial(journal.drop, mode, reading[mode]["page"]) for mode in settings.MODES if mode in reading
            ]
            break
    else:
        remembered.pop(READING)
        # An account without a sale is asked for everything again.
        if reading.get("newest_day"):
            remembered["newest_day"] = _not_in_the_future(date.fromisoformat(reading["newest_day"]))
        extraction.after_landing.append(journal.clear)
        _settle(extraction, table, remembered, reading)
    progress.end()


def _settle(extraction: Extraction, table: Table, remembered: dict[str, Any], reading: dict[str, Any]) -> None:
    """Remember what later comparisons of counts need to know of a reading of everything, or compare now."""
    totals = {mode: reading[mode]["total"] for mode in settings.MODES}
    if any(reading[mode].get("is_disordered") for mode in settings.MODES):
        counts = Completeness(extraction, remembered)
        for mode, total in totals.items():
            counts.note(mode, total)
        extraction.after_landing.append(lambda: counts.search_if_short(table.name))
        return
    remembered[TOTAL_OF_EVERYTHING] = sum(totals.values())
    if extraction.is_full:
        remembered[SEARCHED_ON] = datetime.now(UTC).date().isoformat()


def _landed(extraction: Extraction, table: Table, mode: str, page: Page, first_day: date | None) -> Iterator[Any]:
    last_day = extraction.last_day()
    asked_for = [
        row
        for row, at in zip(page.rows, map(made_at, page.rows), strict=True)
        # A row whose day cannot be read is set aside, whatever the days asked for.
        if at is None or ((first_day is None or at.date() >= first_day) and (last_day is None or at.date() <= last_day))
    ]
    yield from land(extraction, table, asked_for, {"mode": mode, "seen_at": page.seen_at})


def _days_of(page: Page) -> list[date]:
    return [at.date() for at in moments_of(page.rows)]


def _not_in_the_future(day: date) -> str:
    """Return the day to look back from: one in the future would hide the days before it."""
    return min(day, datetime.now(UTC).date()).isoformat()


def _catalogue(account: ThriveCart, extraction: Extraction, table: Table) -> Iterator[Any]:
    asked = Asked(dlt.current.resource_state())
    for item in account.catalogue(f"/{table.name}"):
        details: dict[str, Any] = {}
        # Only a product's details hold what its row in the list does not: slug and currency.
        if table is PRODUCTS and isinstance(item, dict) and item.get("product_id"):
            path = f"/products/{item['product_id']}"
            if asked.is_due(path, item) and (answer := account.details(path)) is not None:
                asked.note(path, item, answer)
            details = asked.answer(path) or {}
        yield from land(extraction, table, [details | item if details else item])


def _pricing_options(account: ThriveCart, extraction: Extraction, table: Table) -> Iterator[Any]:
    asked = Asked(dlt.current.resource_state())
    sold_on_unknown_terms = items_sold_with_an_unknown_option(extraction)
    for catalogue in CATALOGUE:
        item_type = catalogue.name.removesuffix("s")
        for item in account.catalogue(f"/{catalogue.name}"):
            item_id = item.get(f"{item_type}_id") if isinstance(item, dict) else None
            path = f"/{catalogue.name}/{item_id}"
            if not item_id or not (asked.is_due(path, item) or (item_type, str(item_id)) in sold_on_unknown_terms):
                continue
            options = account.pricing_options(path)
            if options is not None:
                asked.note(path, item)
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
    inbox = Inbox(inbox_folder(extraction.connection.connection_id), extraction.forgotten)
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
    # A subscription's present status stands on all its rows, and ThriveCart may take rows back.
    drifts=True,
)
