"""The configuration that a user of the sandbox has: four CSV files, and the secrets beside them."""

import json
from pathlib import Path
from typing import Any

from sandbox.business.tabular import write_table
from sandbox.business.workspaces import drop_folder, secrets_of

WORKSPACE_COLUMNS = ("workspace_id", "name", "reporting_time_zone", "reporting_currency")
CONNECTION_COLUMNS = (
    *("connection_id", "workspace_id", "source", "name", "vendor_account_id", "base_url"),
    *("time_zone", "currency", "in_use_from", "in_use_until"),
)
DECISION_COLUMNS = ("workspace_id", "email", "other_email", "decision", "decided_at", "reason")
RATE_COLUMNS = ("rate_date", "currency", "reporting_currency", "rate")
_PATHS = {"thrivecart": "thrivecart", "kit": "kit", "meta_ads": "meta", "google_ads": "google"}


def write_configuration(folder: Path, base_url: str) -> None:
    """Write `config/` and `secrets.env` of a generated folder, for a sandbox that is served at an address.

    Raises FileNotFoundError if the folder holds no business.
    """
    business = json.loads((folder / "business.json").read_text(encoding="utf-8"))
    config = folder / "config"
    write_table(config / "workspaces.csv", WORKSPACE_COLUMNS, business["workspaces"])
    connections = [
        connection | {"base_url": _base_url(connection, folder, base_url.rstrip("/"))}
        for connection in business["connections"]
    ]
    write_table(config / "connections.csv", CONNECTION_COLUMNS, connections)
    write_table(config / "identity_decisions.csv", DECISION_COLUMNS, business["identity_decisions"])
    write_table(config / "exchange_rates.csv", RATE_COLUMNS, business["exchange_rates"])
    secrets = [
        f"CONNECTIONS__{connection['connection_id'].upper()}__{name}={secret}\n"
        for connection in connections
        for name, secret in secrets_of(connection["connection_id"], connection["source"]).items()
    ]
    (folder / "secrets.env").write_text("".join(secrets), encoding="utf-8")


def _base_url(connection: dict[str, Any], folder: Path, base_url: str) -> str:
    if connection["source"] == "files":
        return str(drop_folder(folder, connection["connection_id"]).resolve())
    return f"{base_url}/{_PATHS[connection['source']]}"
