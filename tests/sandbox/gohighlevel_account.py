"""GoHighLevel locations of a test's own: contacts as the search sends them, moments in UTC."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

TOKEN = "key-of-acme_gohighlevel"
LOCATION = "ve9EPM428h8vShlRW1KT"


def contact(number: int, **values: Any) -> dict[str, Any]:
    """Give a contact, added on the first of March, as many seconds after ten as its number says."""
    added = f"2026-03-01T10:{number // 60:02}:{number % 60:02}.000Z"
    return {
        "id": f"contact{number:04}",
        "email": f"person{number}@example.com",
        "dateAdded": added,
        "dateUpdated": added,
        "tags": [],
        **values,
    }


def attribution(**values: Any) -> dict[str, Any]:
    """Give where a contact came from: a form on a page."""
    return {"sessionSource": "Paid Social", "medium": "form", "mediumId": "f1", **values}


def custom_field(number: int, name: str) -> dict[str, Any]:
    """Give a custom field."""
    key = f"contact.{name.lower().replace(' ', '_')}"
    return {"id": f"field{number}", "name": name, "fieldKey": key, "dataType": "TEXT", "model": "contact"}


def write_account(folder: Path, contacts: Iterable[Mapping[str, Any]], **content: Any) -> Path:
    """Write a folder to serve, whose only location is acme_gohighlevel."""
    account = {"access_token": TOKEN, "location_id": LOCATION, "contacts": list(contacts), **content}
    (folder / "gohighlevel").mkdir(parents=True)
    (folder / "business.json").write_text("{}")
    (folder / "gohighlevel" / "acme_gohighlevel.json").write_text(json.dumps(account))
    return folder
