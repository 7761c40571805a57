"""ActiveCampaign accounts of a test's own: numbers and flags are text, moments have the account's offset."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

KEY = "key-of-acme_activecampaign"
CREATED = "2026-03-01T05:00:00-05:00"
"""10:00 UTC."""


def contact(number: int, **values: Any) -> dict[str, Any]:
    """Give a contact, created on the first of March and last updated then."""
    email = f"person{number}@example.com"
    return {"id": str(number), "cdate": CREATED, "udate": CREATED, "email": email, **values}


def field(number: int, title: str, perstag: str = "") -> dict[str, Any]:
    """Give a custom field."""
    return {"id": str(number), "title": title, "perstag": perstag, "type": "text", "cdate": CREATED}


def field_value(number: int, of_contact: int, of_field: int, value: str) -> dict[str, Any]:
    """Give the value of a custom field of a contact."""
    ids = {"id": str(number), "contact": str(of_contact), "field": str(of_field)}
    return ids | {"value": value, "cdate": CREATED, "udate": CREATED}


def tag(number: int, name: str) -> dict[str, Any]:
    """Give a tag."""
    return {"id": str(number), "tag": name, "tagType": "contact", "cdate": CREATED}


def contact_tag(number: int, of_contact: int, of_tag: int, given: str) -> dict[str, Any]:
    """Give a tag of a contact."""
    return {"id": str(number), "contact": str(of_contact), "tag": str(of_tag), "cdate": given}


def contact_list(number: int, name: str) -> dict[str, Any]:
    """Give a list, with a key that nobody else should have."""
    return {"id": str(number), "name": name, "stringid": name.lower(), "cdate": CREATED, "twitter_token_secret": "hush"}


def subscription(
    number: int, of_contact: int, of_list: int, since: str | None, status: str = "1", until: str = "0000-00-00 00:00:00"
) -> dict[str, Any]:
    """Give a contact on a list."""
    ids = {"id": str(number), "contact": str(of_contact), "list": str(of_list)}
    return ids | {"sdate": since, "udate": until, "status": status, "first_name": "Ada"}


def automation(number: int, name: str) -> dict[str, Any]:
    """Give an automation."""
    return {"id": str(number), "name": name, "status": "1", "cdate": CREATED, "mdate": CREATED}


def run(number: int, of_contact: int, of_automation: int, entered: str, left: str | None = None) -> dict[str, Any]:
    """Give a contact's way through an automation."""
    ids = {"id": str(number), "contact": str(of_contact), "automation": str(of_automation)}
    return ids | {"adddate": entered, "remdate": left, "lastdate": entered, "status": "1", "completed": 0}


def write_account(folder: Path, contacts: Iterable[Mapping[str, Any]], **content: Any) -> Path:
    """Write a folder to serve, whose only account is acme_activecampaign."""
    account = {"api_keys": [KEY], "contacts": list(contacts), **content}
    (folder / "activecampaign").mkdir(parents=True)
    (folder / "business.json").write_text("{}")
    (folder / "activecampaign" / "acme_activecampaign.json").write_text(json.dumps(account))
    return folder
