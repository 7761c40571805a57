"""Vendors' data into the raw tables of the warehouse, as sent. Knows no orchestrator and no model."""

from collections.abc import Callable, Collection

from ingestion.activecampaign import SOURCE as ACTIVECAMPAIGN
from ingestion.ecb import SOURCE as ECB
from ingestion.files import SOURCE as FILES
from ingestion.google_ads import SOURCE as GOOGLE_ADS
from ingestion.hubspot import SOURCE as HUBSPOT
from ingestion.kit import SOURCE as KIT
from ingestion.loading import LoadFailed, declare_tables, load_source
from ingestion.meta_ads import SOURCE as META_ADS
from ingestion.tables import Source, Table, TableLoad
from ingestion.thrivecart import SOURCE as THRIVECART
from ingestion.window import Window

__all__ = ["SOURCES", "LoadFailed", "Source", "Table", "TableLoad", "Window", "declare_tables", "load"]

SOURCES: dict[str, Source] = {
    source.name: source for source in (THRIVECART, KIT, HUBSPOT, ACTIVECAMPAIGN, META_ADS, GOOGLE_ADS, FILES, ECB)
}


def load(
    source_name: str,
    table_names: Collection[str] | None = None,
    window: Window | None = None,
    report: Callable[[str], None] = print,
    is_full: bool = False,
) -> dict[str, TableLoad]:
    """Load tables (all by default) of every connection of a source and return what was loaded, by table.

    Without a window, what is new: all the vendor has of a connection never loaded (from its `in_use_from` on, if
    given), else what came since its newest loaded day, and the vendor's look-back before it. With a window, exactly
    its days of the partitioned tables; the others have no days. Days are UTC for ThriveCart, the ad account's for ads.
    With `is_full`, and no window, all the vendor has once more, as on a first load.

    All declared tables exist afterwards. Raises ConfigurationError before anything is written, WarehouseLocked, and,
    after the last connection, LoadFailed with a line for each connection that failed.
    """
    return load_source(SOURCES[source_name], table_names, window, report, is_full)
