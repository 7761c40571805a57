"""The two businesses, and the accounts that each of them has at its vendors."""

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Workspace:
    """A business. Its days are those of its zone, its reports are in its currency."""

    workspace_id: str
    name: str
    time_zone: str
    currency: str
    site: str
    sends_negative_refunds: bool
    """The sign of a refund is not documented, so the two accounts differ."""
    sends_numbers_as_text: bool
    """Whether ids and prices that could be numbers arrive as text."""
    webhook_encoding: str
    """`form`: the account's webhooks, with dotted names. `json`: subscriptions to all events, with underscores."""
    tax_percent: int
    """What is in the price of most orders; 0 where there is none."""

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the business's days."""
        return ZoneInfo(self.time_zone)

    @property
    def thrivecart(self) -> str:
        """The id of its ThriveCart connection."""
        return f"{self.workspace_id}_thrivecart"

    @property
    def kit(self) -> str:
        """The id of its Kit connection."""
        return f"{self.workspace_id}_kit"

    @property
    def files(self) -> str:
        """The id of its drop folder's connection."""
        return f"{self.workspace_id}_files"


@dataclass(frozen=True)
class Connection:
    """An account at a vendor. Zone and currency are empty where the vendor's account has none."""

    connection_id: str
    workspace_id: str
    source: str
    name: str
    vendor_account_id: str
    time_zone: str = ""
    currency: str = ""

    @property
    def secrets(self) -> dict[str, str]:
        """What a client of the account must know, by name; nothing for a folder."""
        return secrets_of(self.connection_id, self.source)


NORTHWIND = Workspace(
    "northwind",
    "Northwind Academy",
    "America/Los_Angeles",
    "USD",
    "https://northwind-academy.example",
    sends_negative_refunds=False,
    sends_numbers_as_text=False,
    webhook_encoding="form",
    tax_percent=0,
)
LUMEN = Workspace(
    "lumen",
    "Lumen Studio",
    "Europe/Berlin",
    "EUR",
    "https://lumen-studio.example",
    sends_negative_refunds=True,
    sends_numbers_as_text=True,
    webhook_encoding="json",
    tax_percent=19,
)
WORKSPACES = (NORTHWIND, LUMEN)

CONNECTIONS = (
    Connection("northwind_thrivecart", "northwind", "thrivecart", "Northwind checkout", "41007", currency="USD"),
    Connection("northwind_kit", "northwind", "kit", "Northwind letters", "5301"),
    Connection("northwind_meta", "northwind", "meta_ads", "Northwind ads", "2100450017", "America/Los_Angeles", "USD"),
    Connection("northwind_meta_uk", "northwind", "meta_ads", "Northwind ads UK", "2100450028", "Europe/London", "GBP"),
    Connection("northwind_files", "northwind", "files", "Podcasts and workshops", "", "America/Los_Angeles", "USD"),
    Connection("lumen_thrivecart", "lumen", "thrivecart", "Lumen checkout", "58213", currency="EUR"),
    Connection("lumen_kit", "lumen", "kit", "Lumen letters", "7744"),
    Connection("lumen_meta", "lumen", "meta_ads", "Lumen ads", "3300770019", "Europe/Berlin", "EUR"),
    Connection("lumen_files", "lumen", "files", "Sponsorships and webinars", "", "Europe/Berlin", "EUR"),
)


def connection_of(connection_id: str) -> Connection:
    """Return the connection of that id. Raises LookupError."""
    for connection in CONNECTIONS:
        if connection.connection_id == connection_id:
            return connection
    raise LookupError(f"there is no connection {connection_id}")


def secrets_of(connection_id: str, source: str) -> dict[str, str]:
    """Return the secrets of an account by name: what lets a client in.

    At ThriveCart there are also those of the app for OAuth, and the word that its webhooks carry.
    """
    key = f"sandbox-{connection_id}"
    match source:
        case "thrivecart":
            return {
                "API_KEY": key,
                "CLIENT_ID": f"sandbox-app-{connection_id}",
                "CLIENT_SECRET": f"sandbox-app-secret-{connection_id}",
                "WEBHOOK_SECRET": f"sandbox-word-{connection_id}",
            }
        case "kit":
            return {"API_KEY": key}
        case "meta_ads":
            return {"ACCESS_TOKEN": key}
    return {}


def drop_folder(folder: Path, connection_id: str) -> Path:
    """Return the folder whose files a `files` connection reads."""
    return folder / "drop" / connection_id
