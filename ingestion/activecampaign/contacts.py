"""Who is a contact: all of them once a week, else who was updated; and who is not any more."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import dlt

from ingestion.activecampaign import settings
from ingestion.activecampaign.client import ActiveCampaign
from ingestion.activecampaign.rows import with_all_fields
from ingestion.activecampaign.tables import CONTACTS
from ingestion.progress import Progress
from ingestion.rejections import land
from ingestion.tables import Extraction, Table

READING = "reading"
"""In what is remembered of the contacts: a reading of all of them that is not finished, its begin and its last id."""

ALL_READ_AT = "all_read_at"
"""When the last reading of all of them began (UTC)."""

ASKED_ON = "asked_on"
"""The day (UTC) on which it was last asked who was updated."""

SWEPT_UNTIL = "swept_until"
"""In what is remembered of missing contacts: the reading of all contacts that was last compared with what is here."""

NOT_SEEN = """
select contacts.id
from raw_activecampaign.contacts as contacts
left join raw_activecampaign.missing_contacts as missing
    on contacts.connection_id = missing.connection_id
    and contacts.id = missing.contact_id
    and contacts.seen_at < missing.missed_at
where contacts.connection_id = ? and contacts.seen_at < ? and missing.contact_id is null
order by contacts.id
"""


def contacts(account: ActiveCampaign, extraction: Extraction, table: Table) -> Iterator[Any]:
    """Read all contacts at first, once a week and when asked to, and else those that were updated.

    A reading of all that takes several landings goes on at its last id. Who was updated while it lasted is asked for
    by the next load, which looks back to the day on which it began and further.
    """
    remembered = dlt.current.resource_state()
    if extraction.is_full and not extraction.loaded[table.name]:
        # Of another load: this one is to read everything itself.
        remembered.pop(READING, None)
    if READING in remembered or extraction.is_full or _is_due(remembered.get(ALL_READ_AT)):
        yield from _everybody(account, extraction, table, remembered)
    else:
        yield from _updated(account, extraction, table, remembered)


def missing_contacts(account: ActiveCampaign, extraction: Extraction, table: Table) -> Iterator[Any]:
    """After each reading of all contacts, ask for those that it lacks, by their ids, and note who is not there."""
    remembered, read_at = dlt.current.resource_state(), extraction.state.get(CONTACTS.name, {}).get(ALL_READ_AT)
    if read_at is None or remembered.get(SWEPT_UNTIL) == read_at:
        return
    parameters = [extraction.connection.connection_id, datetime.fromisoformat(read_at)]
    not_seen = [contact_id for (contact_id,) in extraction.ask_warehouse(NOT_SEEN, parameters)]
    progress, gone = Progress(extraction.say), []
    for count, contact_id in enumerate(not_seen, start=1):
        found = account.contact(contact_id)
        progress.reach(f"{count} of {len(not_seen)} contacts that were not listed")
        if found is None:
            gone.append({"contact_id": contact_id, "missed_at": datetime.now(UTC)})
            continue
        for landed in land(extraction, CONTACTS, with_all_fields([found])):
            yield CONTACTS.marked(landed) if isinstance(landed, list) else landed
    progress.end()
    if gone:
        extraction.say(f"{len(gone)} contacts are not at ActiveCampaign any more")
    yield from land(extraction, table, gone)
    remembered[SWEPT_UNTIL] = read_at


def _everybody(
    account: ActiveCampaign, extraction: Extraction, table: Table, remembered: dict[str, Any]
) -> Iterator[Any]:
    reading = remembered.setdefault(READING, {"began_at": datetime.now(UTC).isoformat(), "last_id": 0, "pages": 0})
    progress = Progress(extraction.say)
    for count, page in enumerate(account.contact_pages(after=reading["last_id"]), start=1):
        reading |= {"last_id": page.last_id, "pages": reading["pages"] + 1}
        progress.reach(f"page {reading['pages']} of all contacts")
        yield from land(extraction, table, with_all_fields(page.rows))
        if count == settings.PAGES_PER_LANDING:
            progress.end()
            extraction.unfinished.add(table.name)
            return
    progress.end()
    remembered[ALL_READ_AT] = reading["began_at"]
    remembered[ASKED_ON] = datetime.fromisoformat(reading["began_at"]).date().isoformat()
    del remembered[READING]


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
        yield from land(extraction, table, with_all_fields(page.rows))
    progress.end()
    remembered[ASKED_ON] = today.isoformat()


def _is_due(all_read_at: str | None) -> bool:
    return all_read_at is None or datetime.fromisoformat(all_read_at) <= datetime.now(UTC) - settings.FULL_READ
