"""HubSpot: contacts with all their properties, what became of them, and the lists they are on."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import dlt
from dlt.extract import DltResource

from ingestion.connections import SECRET_NAMES
from ingestion.hubspot import settings
from ingestion.hubspot.client import HubSpot
from ingestion.hubspot.histories import property_history
from ingestion.hubspot.memberships import list_memberships
from ingestion.hubspot.sweep import missing_contacts
from ingestion.hubspot.tables import (
    CONTACTS,
    LIST_MEMBERSHIPS,
    LIST_READS,
    LISTS,
    MISSING_CONTACTS,
    PROPERTIES,
    PROPERTY_HISTORY,
    TABLES,
)
from ingestion.progress import Progress
from ingestion.reading import READING, forget_unfinished, read_everything
from ingestion.rejections import land
from ingestion.tables import Extraction, Source, Table

MODIFIED_UNTIL = "modified_until"
"""Up to which moment (UTC) all that was modified has been asked for."""


def extract(extraction: Extraction) -> Iterator[DltResource]:
    """Yield a resource for each table that is asked for. Readings of lists come with what was read of them."""
    account = HubSpot(extraction)
    rows_of = {
        CONTACTS: _contacts,
        PROPERTIES: _properties,
        PROPERTY_HISTORY: property_history,
        MISSING_CONTACTS: missing_contacts,
        LISTS: _lists,
        LIST_MEMBERSHIPS: list_memberships,
    }
    names = set(extraction.table_names)
    if LIST_READS.name in names:
        names.add(LIST_MEMBERSHIPS.name)
    for table, rows in rows_of.items():
        if table.name in names:
            yield table.resource(partial(rows, account, extraction, table))


def _contacts(account: HubSpot, extraction: Extraction, table: Table) -> Iterator[Any]:
    """Read all contacts at first, or when asked to, and else what was modified; then, always, the archived ones.

    A first reading that takes several landings is unfinished after each of them and goes on at its cursor, which holds
    an id and stays good. What was modified while it lasted is read at its end.
    """
    remembered = dlt.current.resource_state()
    forget_unfinished(extraction, table, remembered)
    if READING in remembered or extraction.is_full or MODIFIED_UNTIL not in remembered:
        yield from _everything(account, extraction, table, remembered)
    if table.name not in extraction.unfinished:
        yield from _changes(account, extraction, table, remembered)
        yield from _archived(account, extraction, table)


def _everything(account: HubSpot, extraction: Extraction, table: Table, remembered: dict[str, Any]) -> Iterator[Any]:
    began_at = yield from read_everything(
        extraction,
        table,
        remembered,
        lambda began_at, after: account.contact_pages(account.property_names, after=after),
        settings.PAGES_PER_LANDING,
    )
    if began_at:
        remembered[MODIFIED_UNTIL] = began_at.isoformat()


def _changes(account: HubSpot, extraction: Extraction, table: Table, remembered: dict[str, Any]) -> Iterator[Any]:
    until = datetime.now(UTC)
    since = min(datetime.fromisoformat(remembered[MODIFIED_UNTIL]), until) - settings.OVERLAP
    extraction.say(f"contacts modified since {since:%Y-%m-%d %H:%M} UTC")
    progress, found = Progress(extraction.say), 0
    for ids in account.changed_ids(since, until):
        found += len(ids)
        for rows in account.contacts(ids, account.property_names):
            yield from land(extraction, table, rows)
        progress.reach(f"{found} modified contacts")
    progress.end()
    remembered[MODIFIED_UNTIL] = until.isoformat()


def _archived(account: HubSpot, extraction: Extraction, table: Table) -> Iterator[Any]:
    """Read what is in the recycle bin: no search finds it."""
    progress, found = Progress(extraction.say), 0
    for page in account.contact_pages(account.property_names, is_archived=True):
        found += len(page.rows)
        progress.reach(f"{found} archived contacts")
        yield from land(extraction, table, page.rows)
    progress.end()


def _properties(account: HubSpot, extraction: Extraction, table: Table) -> Iterator[Any]:
    yield from land(extraction, table, account.properties)


def _lists(account: HubSpot, extraction: Extraction, table: Table) -> Iterator[Any]:
    for rows in account.lists():
        yield from land(extraction, table, rows)


SOURCE = Source(
    name="hubspot",
    description="HubSpot's API, in its dated version.",
    tables=TABLES,
    secret_names=SECRET_NAMES["hubspot"],
    look_back_days=0,
    extract=extract,
)
