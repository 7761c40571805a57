"""GoHighLevel: contacts of a location with where they came from, the tags they got and lost, and who is gone."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from dlt.extract import DltResource

from ingestion.connections import SECRET_NAMES
from ingestion.gohighlevel.client import GoHighLevel
from ingestion.gohighlevel.contacts import contact_tags, contacts, missing_contacts
from ingestion.gohighlevel.tables import CONTACT_TAGS, CONTACTS, CUSTOM_FIELDS, MISSING_CONTACTS, TABLES
from ingestion.rejections import land
from ingestion.tables import Extraction, Source, Table


def extract(extraction: Extraction) -> Iterator[DltResource]:
    """Yield a resource for each table that is asked for."""
    account = GoHighLevel(extraction)
    rows_of = {
        CONTACTS: contacts,
        MISSING_CONTACTS: missing_contacts,
        CONTACT_TAGS: contact_tags,
        CUSTOM_FIELDS: _custom_fields,
    }
    for table, rows in rows_of.items():
        if table.name in extraction.table_names:
            yield table.resource(partial(rows, account, extraction, table))


def _custom_fields(account: GoHighLevel, extraction: Extraction, table: Table) -> Iterator[Any]:
    yield from land(extraction, table, account.custom_fields())


SOURCE = Source(
    name="gohighlevel",
    description="GoHighLevel's API v2.",
    tables=TABLES,
    secret_names=SECRET_NAMES["gohighlevel"],
    look_back_days=0,
    extract=extract,
)
