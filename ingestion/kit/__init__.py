"""Kit (ConvertKit): subscribers with their attribution, who of them is gone, and tags with begin and end."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from dlt.extract import DltResource

from ingestion.connections import SECRET_NAMES
from ingestion.kit.client import Kit
from ingestion.kit.subscribers import missing_subscribers, subscribers
from ingestion.kit.tables import MISSING_SUBSCRIBERS, SUBSCRIBER_TAGS, SUBSCRIBERS, TABLES, TAG_READS, TAGS
from ingestion.kit.tags import subscriber_tags, tags
from ingestion.tables import Extraction, Source, Table

ROWS: dict[Table, Callable[[Kit, Extraction, Table], Iterator[Any]]] = {
    SUBSCRIBERS: subscribers,
    MISSING_SUBSCRIBERS: missing_subscribers,
    TAGS: tags,
    SUBSCRIBER_TAGS: subscriber_tags,
}


def extract(extraction: Extraction) -> Iterator[DltResource]:
    """Yield a resource for each table that is asked for. Readings of tags come with what was read of them."""
    account, names = Kit(extraction), set(extraction.table_names)
    if TAG_READS.name in names:
        names.add(SUBSCRIBER_TAGS.name)
    for table, rows in ROWS.items():
        if table.name in names:
            yield table.resource(partial(rows, account, extraction, table))


SOURCE = Source(
    name="kit",
    description="Kit's API v4.",
    tables=TABLES,
    secret_names=SECRET_NAMES["kit"],
    look_back_days=0,
    extract=extract,
)
