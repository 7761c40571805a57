"""HubSpot accounts of a test's own: contacts as their properties tell them, all values text."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

TOKEN = "key-of-acme_hubspot"
PROPERTY_NAMES = (
    *(
        "createdate",
        "email",
        "firstname",
        "lastname",
        "hs_object_id",
        "lastmodifieddate",
        "lifecyclestage",
        "phone",
        "zip",
    ),
    *("hs_additional_emails", "hs_merged_object_ids", "hs_analytics_source", "hs_analytics_source_data_1"),
    *("hs_analytics_source_data_2", "hs_analytics_first_url", "hs_analytics_first_referrer"),
    *("hs_analytics_first_timestamp", "hs_latest_source", "favourite_course", "visits"),
)


def contact(number: int, modified: str = "2026-03-01T10:00:00.000Z", **properties: Any) -> dict[str, Any]:
    """Give a live contact, created on the first of March."""
    created = "2026-03-01T10:00:00.000Z"
    return {
        "id": str(number),
        "properties": {
            "createdate": created,
            "email": f"person{number}@example.com",
            "hs_object_id": str(number),
            "lastmodifieddate": modified,
            **properties,
        },
        "createdAt": created,
        "updatedAt": modified,
        "archived": False,
    }


def archived(number: int, **properties: Any) -> dict[str, Any]:
    """Give a contact in the recycle bin."""
    return contact(number, **properties) | {"archived": True, "archivedAt": "2026-03-05T10:00:00.000Z"}


def contact_list(number: int, name: str, object_type: str = "0-1") -> dict[str, Any]:
    """Give a list of contacts, or of other objects."""
    return {
        "listId": str(number),
        "name": name,
        "objectTypeId": object_type,
        "processingType": "MANUAL",
        "processingStatus": "COMPLETE",
        "createdAt": "2026-02-01T00:00:00Z",
        "updatedAt": "2026-02-01T00:00:00Z",
    }


def member(number: int, added: str) -> dict[str, str]:
    """Give who is on a list."""
    return {"recordId": str(number), "membershipTimestamp": added}


def write_account(
    folder: Path, contacts: Iterable[Mapping[str, Any]], names: Iterable[str] = PROPERTY_NAMES, **content: Any
) -> Path:
    """Write a folder to serve, whose only account is acme_hubspot."""
    properties = [
        {"name": name, "label": name.title(), "type": "string", "fieldType": "text", "hubspotDefined": True}
        for name in names
    ]
    account = {"access_token": TOKEN, "properties": properties, "contacts": list(contacts), **content}
    (folder / "hubspot").mkdir(parents=True)
    (folder / "business.json").write_text("{}")
    (folder / "hubspot" / "acme_hubspot.json").write_text(json.dumps(account))
    return folder
