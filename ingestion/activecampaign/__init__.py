"""ActiveCampaign: contacts with their custom fields, tags, lists and automations, and what became of them."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from dlt.extract import DltResource

from ingestion.activecampaign.belongings import collection, collection_of_contacts, field_values
from ingestion.activecampaign.client import ActiveCampaign
from ingestion.activecampaign.contacts import contacts, missing_contacts
from ingestion.activecampaign.tables import (
    AUTOMATIONS,
    COLLECTION_READS,
    CONTACT_AUTOMATIONS,
    CONTACT_LISTS,
    CONTACT_TAGS,
    CONTACTS,
    FIELD_VALUES,
    FIELDS,
    LISTS,
    MISSING_CONTACTS,
    TABLES,
    TAGS,
)
from ingestion.connections import SECRET_NAMES
from ingestion.tables import Extraction, Source, Table

Rows = Callable[[ActiveCampaign, Extraction, Table], Iterator[Any]]

ROWS_OF_CONTACTS: dict[Table, Rows] = {
    CONTACT_TAGS: partial(collection_of_contacts, "contactTags"),
    CONTACT_LISTS: partial(collection_of_contacts, "contactLists"),
    CONTACT_AUTOMATIONS: partial(collection_of_contacts, "contactAutomations"),
}

ROWS: dict[Table, Rows] = {
    CONTACTS: contacts,
    MISSING_CONTACTS: missing_contacts,
    FIELDS: partial(collection, "fields"),
    FIELD_VALUES: field_values,
    TAGS: partial(collection, "tags"),
    LISTS: partial(collection, "lists"),
    AUTOMATIONS: partial(collection, "automations"),
    **ROWS_OF_CONTACTS,
}


def extract(extraction: Extraction) -> Iterator[DltResource]:
    """Yield a resource for each table that is asked for. Readings of collections come with what was read of them."""
    account = ActiveCampaign(extraction)
    names = set(extraction.table_names)
    if COLLECTION_READS.name in names:
        names |= {table.name for table in ROWS_OF_CONTACTS}
    for table, rows in ROWS.items():
        if table.name in names:
            yield table.resource(partial(rows, account, extraction, table))


SOURCE = Source(
    name="activecampaign",
    description="ActiveCampaign's API v3.",
    tables=TABLES,
    secret_names=SECRET_NAMES["activecampaign"],
    look_back_days=0,
    extract=extract,
)
