"""Who was forgotten: keyed hashes of their addresses, which keep the next load from bringing them back.

`forgotten_people.csv` in the configuration's folder holds no address. Who has that file alone cannot try addresses
against it: the key is a secret, `tombstone_key` under `[forgetting]` in .dlt/secrets.toml.
"""

import csv
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

import dlt
from dlt.common.configuration.container import Container
from dlt.common.configuration.specs import PluggableRunContext

from identity.addresses import canonical_email
from identity.mailboxes import mailbox_of
from ingestion.connections import ConfigurationError
from ingestion.secrets_file import change_section
from ingestion.warehouse import config_folder

FILE = "forgotten_people.csv"
COLUMNS = ("workspace_id", "tombstone", "forgotten_at", "key_id")
SECTION, KEY = "forgetting", "tombstone_key"
KEY_VARIABLE = f"{SECTION}__{KEY}".upper()

AT = "@|%40|\uff20|\ufe6b"
# A backslash belongs to it: in JSON it may begin a letter.
ADDRESS_IN_TEXT = rf"[^\s@\"'<>=&,;:()\[\]{{}}|/]+(?:{AT})[^\s@\"'<>=&,;:()\[\]{{}}|/\\]+"
MAY_HOLD_AN_ADDRESS = re.compile(AT)
LONGEST_ADDRESS = 320
ADDRESSES_AT_A_TIME = 100_000
"""Of which is remembered whether they are known; a long history has more."""

ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


def addresses_in(text: str) -> list[str]:
    """Return what may be an address in a text, as it stands there; a text that is nothing else is one as a whole."""
    if not MAY_HOLD_AN_ADDRESS.search(text):
        return []
    found = re.findall(ADDRESS_IN_TEXT, text)
    return [*found, text] if len(text) <= LONGEST_ADDRESS and text not in found else found


class Forgotten:
    """The people of one workspace who were forgotten."""

    def __init__(self, workspace_id: str = "", key: bytes = b"", tombstones: Iterable[str] = ()) -> None:
        """Know them by their tombstones."""
        self._workspace_id = workspace_id
        self._key = key
        self._tombstones = frozenset(tombstones)
        self._known: dict[str, bool] = {}

    def __bool__(self) -> bool:
        """Tell whether anybody was forgotten."""
        return bool(self._tombstones)

    def knows(self, address: str) -> bool:
        """Tell whether an address, however it is written, is one of theirs."""
        if not self._tombstones:
            return False
        if address not in self._known:
            if len(self._known) >= ADDRESSES_AT_A_TIME:
                self._known.clear()
            plain = ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), address)
            plain = unquote(plain).strip().strip(".").removeprefix("mailto:")
            names = {canonical_email(plain), mailbox_of(plain)}
            self._known[address] = any(self.tombstone(name) in self._tombstones for name in names)
        return self._known[address]

    def is_in(self, text: str) -> bool:
        """Tell whether a text holds an address of theirs."""
        return bool(self._tombstones) and any(map(self.knows, addresses_in(text)))

    def tombstone(self, name: str) -> str:
        """Return the tombstone of a plainly written address or a mailbox."""
        return hmac.new(self._key, f"{self._workspace_id}\n{name}".encode(), hashlib.sha256).hexdigest()

    def and_also(self, addresses: Iterable[str]) -> "Forgotten":
        """Return these people and whoever has the addresses."""
        return Forgotten(
            self._workspace_id,
            self._key,
            self._tombstones.union(
                self.tombstone(name)
                for address in addresses
                for name in (canonical_email(address), mailbox_of(address))
            ),
        )

    def not_in(self, others: "Forgotten") -> list[str]:
        """Return the tombstones that others lack, in no order that would tell which belong together."""
        return sorted(self._tombstones - others._tombstones)


NOBODY = Forgotten()


def tombstones_path() -> Path:
    """Return the file of tombstones, whether it is there or not."""
    return config_folder() / FILE


def forgotten_in(workspace_id: str, makes_key: bool = False) -> Forgotten:
    """Return who was forgotten in a workspace, as the file says now.

    The first time somebody is forgotten there is no key yet: then it is made, if asked for. Raises ConfigurationError
    if the file or its key cannot be read: without them everybody would come back.
    """
    rows = _rows()
    if not rows and not makes_key:
        return NOBODY
    key = _key(is_needed=bool(rows))
    if key is None:
        key = secrets.token_hex(32)
        change_section((SECTION,), {KEY: key})
    if any(row["key_id"] != _key_id(key) for row in rows):
        raise ConfigurationError(
            f"{tombstones_path()} was written with another key than {KEY_VARIABLE} or {KEY} under [{SECTION}] in "
            ".dlt/secrets.toml; put that one back, or the people in it would return"
        )
    return Forgotten(
        workspace_id, key.encode(), (row["tombstone"] for row in rows if row["workspace_id"] == workspace_id)
    )


def remember(workspace_id: str, tombstones: Iterable[str]) -> None:
    """Add tombstones to the file; they are on disk when this returns. What it holds already stays as it is."""
    key = _key(is_needed=True) or ""
    path = tombstones_path()
    before = path.read_text(encoding="utf-8") if path.exists() else ",".join(COLUMNS) + "\n"
    day = datetime.now(UTC).date().isoformat()
    lines = [",".join((workspace_id, tombstone, day, _key_id(key))) for tombstone in tombstones]
    unfinished = path.with_name(f".{FILE}.unfinished")
    with unfinished.open("w", encoding="utf-8") as file:
        file.write(before if before.endswith("\n") else before + "\n")
        file.writelines(f"{line}\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def _rows() -> list[dict[str, str]]:
    path = tombstones_path()
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            rows = [{name: (row.get(name) or "").strip() for name in COLUMNS} for row in reader]
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{path} cannot be read ({type(error).__name__}); put back the last good one"
        ) from None
    if missing:
        raise ConfigurationError(f"{FILE}: column {', '.join(missing)} is missing from the header")
    return rows


def _key(is_needed: bool) -> str | None:
    """Return the key. What dlt has read of its file may be older than the key: then it is read again."""
    key = _stored_key()
    if key is None and is_needed:
        Container()[PluggableRunContext].reload_providers()
        key = _stored_key()
    if key is None and is_needed:
        raise ConfigurationError(
            f"{FILE} cannot be used without its key; set {KEY_VARIABLE}, or {KEY} under [{SECTION}] in "
            ".dlt/secrets.toml, to what it was, or the people in it would return"
        )
    return key


def _stored_key() -> str | None:
    for provider in dlt.secrets.config_providers:
        value, _ = provider.get_value(KEY, str, None, SECTION)
        if value is not None and str(value).strip():
            return str(value).strip()
    return None


def _key_id(key: str) -> str:
    """Return what tells one key from another, and nothing of either."""
    return hmac.new(key.encode(), b"key", hashlib.sha256).hexdigest()[:8]
