"""Workspaces, connections and their secrets, as the configuration folder names them."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import dlt

from ingestion.warehouse import config_folder

SECRET_NAMES: dict[str, tuple[str, ...]] = {
    "thrivecart": ("api_key",),
    "kit": ("api_key",),
    "hubspot": ("access_token",),
    "activecampaign": ("api_key",),
    "meta_ads": ("access_token",),
    "google_ads": ("client_id", "client_secret", "refresh_token"),
    "files": (),
    "ecb": (),
}
"""What each source needs to be let in. Its keys are the sources a connection may name."""

WEBHOOK_SECRET = "webhook_secret"  # noqa: S105
"""The name of the secret word that ThriveCart's deliveries carry; only the receiver of webhooks needs it."""

OAUTH_SECRETS = ("client_id", "client_secret")
"""The names of what an app shows for itself at ThriveCart's page of consent; only connecting by OAuth needs it."""

COLUMNS: dict[str, tuple[str, ...]] = {
    "workspaces.csv": ("workspace_id", "name", "reporting_time_zone", "reporting_currency"),
    "connections.csv": (
        "connection_id",
        "workspace_id",
        "source",
        "name",
        "vendor_account_id",
        "base_url",
        "time_zone",
        "currency",
        "in_use_from",
        "in_use_until",
    ),
    "identity_decisions.csv": ("workspace_id", "email", "other_email", "decision", "decided_at", "reason"),
    "exchange_rates.csv": ("rate_date", "currency", "reporting_currency", "rate"),
}

GOOGLE_ADS_ACCOUNT = re.compile(
    r"(?:(?P<manager>[0-9]{3}-?[0-9]{3}-?[0-9]{4})/)?(?P<account>[0-9]{3}-?[0-9]{3}-?[0-9]{4})"
)
"""An account at Google Ads, with its dashes or without, after the manager account that gives access to it, if any."""

# A double underscore would make the variable that holds the secret ambiguous.
IDENTIFIER = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
CURRENCY = re.compile(r"[A-Z]{3}")


class ConfigurationError(Exception):
    """The configuration cannot be used; one clear line per defect."""


class MissingSecret(ConfigurationError):
    """A connection's secret is not set."""


@dataclass(frozen=True)
class Workspace:
    """One business: the unit of reporting."""

    workspace_id: str
    name: str
    reporting_time_zone: str
    reporting_currency: str


@dataclass(frozen=True)
class Connection:
    """One account at one vendor. Empty text means: not given."""

    connection_id: str
    workspace_id: str
    source: str
    name: str
    vendor_account_id: str
    base_url: str
    time_zone: str
    currency: str
    in_use_from: date | None
    in_use_until: date | None


def read_workspaces() -> list[Workspace]:
    """Read workspaces.csv as it stands; `validate_configuration` judges it."""
    return [Workspace(**row) for _, row in _rows("workspaces.csv")]


def read_connections(source: str | None = None) -> list[Connection]:
    """Read connections.csv in its order, all of it or those of one source.

    Raises ConfigurationError if the file is missing, lacks a column or holds an unreadable date.
    """
    connections = []
    for line, row in _rows("connections.csv"):
        days = {name: _day(row[name], "connections.csv", line, name) for name in ("in_use_from", "in_use_until")}
        texts = {name: value for name, value in row.items() if name not in days}
        connections.append(Connection(**texts, **days))  # type: ignore[arg-type]
    return [connection for connection in connections if source in (None, connection.source)]


def secret_variable(connection: Connection, name: str) -> str:
    """Name the environment variable that holds a secret of the connection."""
    return f"CONNECTIONS__{connection.connection_id}__{name}".upper()


def secret(connection: Connection, name: str) -> str:
    """Read a secret from dlt's providers: the environment or .dlt/secrets.toml. One that is blank is not given.

    Raises MissingSecret, which names the connection and the variable, never a value.
    """
    # One provider after the other: dlt itself stops at a variable that .env leaves blank.
    for provider in dlt.secrets.config_providers:
        value, _ = provider.get_value(name, str, None, "connections", connection.connection_id)
        if value is not None and str(value).strip():
            return str(value).strip()
    raise MissingSecret(
        f"{connection.connection_id}: {name} is missing; set {secret_variable(connection, name)}, or {name} under "
        f"[connections.{connection.connection_id}] in .dlt/secrets.toml"
    )


def validate_configuration(check_secrets: bool = True) -> None:
    """Check the whole configuration folder before anything is read or written.

    Raises ConfigurationError (MissingSecret if nothing else is wrong) with every defect on a line of its own.
    """
    defects = list(_defects())
    kind: type[ConfigurationError] = ConfigurationError
    if check_secrets:
        missing = list(_missing_secrets())
        kind = kind if defects else MissingSecret
        defects += missing
    if defects:
        raise kind("\n".join(defects))


def _missing_secrets() -> Iterator[str]:
    try:
        connections = read_connections()
    except ConfigurationError:
        # What makes the file unreadable is reported on its own line.
        return
    for connection in connections:
        for name in SECRET_NAMES.get(connection.source, ()):
            try:
                secret(connection, name)
            except MissingSecret as error:
                yield str(error)


def _defects() -> Iterator[str]:
    unreadable = False
    for file_name in COLUMNS:
        try:
            list(_rows(file_name))
        except ConfigurationError as error:
            unreadable = True
            yield str(error)
    if unreadable:
        return
    yield from _workspace_defects()
    yield from _connection_defects()
    yield from _decision_defects()


def _workspace_defects() -> Iterator[str]:
    seen: set[str] = set()
    for line, row in _rows("workspaces.csv"):
        where = f"workspaces.csv, line {line}"
        workspace_id = row["workspace_id"]
        if not IDENTIFIER.fullmatch(workspace_id):
            yield f"{where}: workspace_id '{workspace_id}' must be lower snake case, such as my_business"
        if workspace_id in seen:
            yield f"{where}: workspace_id '{workspace_id}' is used twice; give each workspace its own"
        seen.add(workspace_id)
        if not _is_zone(row["reporting_time_zone"]):
            yield f"{where}: reporting_time_zone '{row['reporting_time_zone']}' is no IANA zone, such as Europe/Berlin"
        if not CURRENCY.fullmatch(row["reporting_currency"]):
            yield f"{where}: reporting_currency '{row['reporting_currency']}' must be an ISO code, such as USD"


def _connection_defects() -> Iterator[str]:
    workspace_ids = {workspace.workspace_id for workspace in read_workspaces()}
    seen: set[str] = set()
    for line, row in _rows("connections.csv"):
        where = f"connections.csv, line {line}"
        connection_id = row["connection_id"]
        if not IDENTIFIER.fullmatch(connection_id):
            yield f"{where}: connection_id '{connection_id}' must be lower snake case, such as my_thrivecart"
        if connection_id in seen:
            yield f"{where}: connection_id '{connection_id}' is used twice; give each connection its own"
        seen.add(connection_id)
        if row["workspace_id"] not in workspace_ids:
            yield f"{where}: workspace '{row['workspace_id']}' of {connection_id} is not in workspaces.csv"
        if row["source"] not in SECRET_NAMES:
            yield f"{where}: source '{row['source']}' of {connection_id} is unknown; use one of {_known_sources()}"
        if row["time_zone"] and not _is_zone(row["time_zone"]):
            yield f"{where}: time_zone '{row['time_zone']}' of {connection_id} is no IANA zone, such as Europe/Berlin"
        if row["currency"] and not CURRENCY.fullmatch(row["currency"]):
            yield f"{where}: currency '{row['currency']}' of {connection_id} must be an ISO code, such as USD"
        yield from _source_defects(where, row)
        yield from _date_defects(line, row)


def _decision_defects() -> Iterator[str]:
    # It reads secrets, and with them this module.
    from ingestion.tombstones import forgotten_in

    try:
        forgotten = {workspace.workspace_id: forgotten_in(workspace.workspace_id) for workspace in read_workspaces()}
    except ConfigurationError as error:
        yield str(error)
        return
    for line, row in _rows("identity_decisions.csv"):
        people = forgotten.get(row["workspace_id"])
        if people and (people.is_in(row["email"]) or people.is_in(row["other_email"])):
            yield f"identity_decisions.csv, line {line}: names somebody who was forgotten; take the line out"


def _source_defects(where: str, row: dict[str, str]) -> Iterator[str]:
    connection_id = row["connection_id"]
    if row["source"] == "meta_ads":
        if not re.fullmatch(r"[0-9]+", row["vendor_account_id"]):
            yield f"{where}: vendor_account_id of {connection_id} must be the ad account's digits, without act_"
        if not row["time_zone"]:
            yield f"{where}: time_zone of {connection_id} is missing; set the ad account's, as Ads Manager shows it"
    if row["source"] == "google_ads":
        if not GOOGLE_ADS_ACCOUNT.fullmatch(row["vendor_account_id"]):
            yield (
                f"{where}: vendor_account_id of {connection_id} must be the account's ten digits, "
                "such as 212-145-0128, or those of its manager account, a slash and its own"
            )
        if not row["time_zone"]:
            yield f"{where}: time_zone of {connection_id} is missing; set the account's, as Google Ads shows it"
    if row["source"] == "activecampaign":
        if not row["base_url"]:
            yield (
                f"{where}: base_url of {connection_id} is missing; set the account's URL, as ActiveCampaign > "
                "Settings > Developer shows it"
            )
        elif "/api/" in row["base_url"].rstrip("/").removesuffix("/api/3"):
            yield f"{where}: base_url of {connection_id} must end before /api, or with /api/3"
    if row["source"] == "files" and not row["base_url"]:
        yield f"{where}: base_url of {connection_id} is missing; set the folder that holds its files"


def _date_defects(line: int, row: dict[str, str]) -> Iterator[str]:
    days = []
    for name in ("in_use_from", "in_use_until"):
        try:
            days.append(_day(row[name], "connections.csv", line, name))
        except ConfigurationError as error:
            yield str(error)
    if len(days) == 2 and days[0] and days[1] and days[1] < days[0]:
        yield f"connections.csv, line {line}: in_use_until {days[1]} lies before in_use_from {days[0]}; swap them"


def _known_sources() -> str:
    return ", ".join(SECRET_NAMES)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return bool(name)


def _day(text: str, file_name: str, line: int, column: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(
            f"{file_name}, line {line}: {column} '{text}' is no date; write it as YYYY-MM-DD"
        ) from None


def _rows(file_name: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line in the file, row) with cells stripped."""
    path = config_folder() / file_name
    for line, cells in _cells(path):
        row = {name: (cells.get(name) or "").strip() for name in COLUMNS[file_name]}
        if any(row.values()):
            yield line, row


def _cells(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in COLUMNS[path.name] if name not in (reader.fieldnames or ())]
            if missing:
                raise ConfigurationError(f"{path.name}: column {', '.join(missing)} is missing from the header")
            for cells in reader:
                yield reader.line_num, cells
    except FileNotFoundError:
        raise ConfigurationError(
            f"{path.name} is missing from {path.parent}; DOLLARTRAIL_CONFIG names the folder"
        ) from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{path.name} is not UTF-8; save it as CSV UTF-8") from None
