"""Who is a contact: all of them once a week, else who was updated; and who is not any more."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import dlt

from ingestion.activecampaign import settings
from ingestion.activecampaign.client import ActiveCampaign
from ingestion.activecampaign.tables import CONTACTS
from ingestion.progress import Progress
from ingestion.reading import ALL_READ_AT, READING, alone, forget_unfinished, is_due, missing_rows, read_everything
from ingestion.rejections import land
from ingestion.tables import Extraction, Table

ASKED_ON = "asked_on"
"""The day (UTC) on which it was last asked who was updated."""


def contacts(account: ActiveCampaign, extraction: Extraction, table: Table) -> Iterator[Any]:
    """Read all contacts at first, once a week and when asked to, and else those that were updated.

    A reading of all that takes several landings goes on at its last id. Who was updated while it lasted is asked for
    by the next load, which looks back to the day on which it began and further.
    """
    remembered = dlt.current.resource_state()
    forget_unfinished(extraction, table, remembered)
    due = is_due(remembered.get(ALL_READ_AT), settings.FULL_READ, datetime.now(UTC))
    if READING in remembered or extraction.is_full or due:
        yield from _everybody(account, extraction, table, remembered)
    else:
        yield from _updated(account, extraction, table, remembered)


def missing_contacts(account: ActiveCampaign, extraction: Extraction, table: Table) -> Iterator[Any]:
    """After each reading of all contacts, ask for those that it lacks, by their ids, and note who is not there."""
    yield from missing_rows(extraction, table, CONTACTS, "ActiveCampaign", lambda one: alone(account.contact(one)))


def _everybody(
    account: ActiveCampaign, extraction: Extraction, table: Table, remembered: dict[str, Any]
) -> Iterator[Any]:
    began_at = yield from read_everything(
        extraction,
        table,
        remembered,
        lambda began_at, after: account.contact_pages(after=after or 0),
        settings.PAGES_PER_LANDING,
    )
    if began_at:
        remembered[ALL_READ_AT] = began_at.isoformat()
        remembered[ASKED_ON] = began_at.date().isoformat()


def _updated(
    account: ActiveCampaign, extraction: Extraction, table: Table, remembered: dict[str, Any]
) -> Iterator[Any]:
    today = datetime.now(UTC).date()
    since = min(date.fromisoformat(remembered[ASKED_ON]), today) - timedelta(days=settings.OVERLAP_DAYS)
    extraction.say(f"contacts updated since {since}")
    progress, found = Progress(extraction.say), 0
    for page in account.contact_pages(since):
        found += len(page.rows)
        progress.reach(f"{found} updated contacts")
        yield from land(extraction, table, page.rows)
    progress.end()
    remembered[ASKED_ON] = today.isoformat()
