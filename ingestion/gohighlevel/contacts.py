"""Who is a contact: all once a day, else who was updated; who is not any more; and what tags they got and lost."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import dlt

from ingestion.gohighlevel import settings
from ingestion.gohighlevel.client import GoHighLevel
from ingestion.gohighlevel.tables import CONTACTS
from ingestion.progress import Progress
from ingestion.reading import ALL_READ_AT, READING, alone, forget_unfinished, is_due, missing_rows, read_everything
from ingestion.rejections import land
from ingestion.tables import Extraction, Table

ASKED_UNTIL = "asked_until"
"""In what is remembered of the contacts: up to which moment (UTC) it was asked who was updated."""

CHANGED_TAGS = """
with told as (
    select distinct id as contact_id, unnest(json_extract_string(tags, '$[*]')) as tag
    from raw_gohighlevel.contacts
    where connection_id = $1
),
latest as (
    select contact_id, tag, arg_max(is_given, read_at) as is_held
    from raw_gohighlevel.contact_tags
    where connection_id = $1
    group by contact_id, tag
),
changed as (
    select
        coalesce(told.contact_id, held.contact_id) as contact_id,
        coalesce(told.tag, held.tag) as tag,
        told.tag is not null as is_given
    from told
    full join (select contact_id, tag from latest where is_held) as held
        on told.contact_id = held.contact_id and told.tag = held.tag
    where told.tag is null or held.tag is null
)
select changed.contact_id, changed.tag, contacts.seen_at, changed.is_given
from changed
inner join raw_gohighlevel.contacts as contacts
    on contacts.connection_id = $1 and contacts.id = changed.contact_id and contacts.tags is not null
order by changed.contact_id, changed.tag
"""
"""What the contacts' tags differ by from what was noted of them. One that came without any word of tags does not."""


def contacts(account: GoHighLevel, extraction: Extraction, table: Table) -> Iterator[Any]:
    """Read all contacts at first, once a day and when asked to, and else those that were updated.

    A reading of all has everyone who was there at its begin; a later load asks for who was updated from then on, and a
    while before.
    """
    remembered = dlt.current.resource_state()
    forget_unfinished(extraction, table, remembered)
    due = is_due(remembered.get(ALL_READ_AT), settings.FULL_READ, datetime.now(UTC))
    if READING in remembered or extraction.is_full or due:
        began_at = yield from read_everything(
            extraction,
            table,
            remembered,
            lambda began_at, after: account.contact_pages(settings.ADDED, None, began_at, after),
            settings.PAGES_PER_LANDING,
        )
        if began_at:
            remembered |= {ALL_READ_AT: began_at.isoformat(), ASKED_UNTIL: began_at.isoformat()}
    else:
        yield from _updated(account, extraction, table, remembered)


def missing_contacts(account: GoHighLevel, extraction: Extraction, table: Table) -> Iterator[Any]:
    """After each reading of all contacts, ask for those that it lacks, by their ids, and note who is not there."""
    yield from missing_rows(extraction, table, CONTACTS, "GoHighLevel", lambda one: alone(account.contact(one)))


def contact_tags(account: GoHighLevel, extraction: Extraction, table: Table) -> Iterator[Any]:
    """Note what tags contacts have got or lost since that was last noted, from what is landed of them."""
    rows = extraction.ask_warehouse(CHANGED_TAGS, [extraction.connection.connection_id])
    names = ("contact_id", "tag", "read_at", "is_given")
    yield from land(extraction, table, [dict(zip(names, row, strict=True)) for row in rows])


def _updated(account: GoHighLevel, extraction: Extraction, table: Table, remembered: dict[str, Any]) -> Iterator[Any]:
    until = datetime.now(UTC)
    since = min(datetime.fromisoformat(remembered[ASKED_UNTIL]), until) - settings.OVERLAP
    extraction.say(f"contacts updated since {since:%Y-%m-%d %H:%M} UTC")
    progress, found = Progress(extraction.say), 0
    for page in account.contact_pages(settings.UPDATED, since, until):
        found += len(page.rows)
        progress.reach(f"{found} updated contacts")
        yield from land(extraction, table, page.rows)
    progress.end()
    remembered[ASKED_UNTIL] = until.isoformat()
