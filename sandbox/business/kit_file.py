"""A business's contacts as its Kit account shows them."""

from datetime import datetime, timedelta
from typing import Any

from sandbox.business.books import Books
from sandbox.business.records import Contact, Touch
from sandbox.business.span import Span, at_local
from sandbox.business.workspaces import Connection

Row = dict[str, Any]
TAGS = {"free-lesson": 71, "webinar": 72, "customer": 73, "vip": 74, "alumni-2019": 75}
"""The last one is nobody's."""
_FIRST_SUBSCRIBER = 2_200_501
_FORMS = {"Free lesson": 10, "Checkout": 11}
_PLACES = {
    "northwind": ("Boise", "ID", "US", 43.6, -116.2, "America/Boise"),
    "lumen": ("Leipzig", "SN", "DE", 51.3, 12.4, "Europe/Berlin"),
}


def kit_file(books: Books, connection: Connection, span: Span) -> Row:
    """Return what is kept of one account. Subscribers are numbered in the order of their creation."""
    contacts = [contact for contact in books.contacts if contact.connection_id == connection.connection_id]
    ids = {contact: _FIRST_SUBSCRIBER + number for number, contact in enumerate(contacts)}
    opened_at = at_local(span.start, books.workspace.zone, "00:00:00") - timedelta(days=30)
    return {
        "api_key": connection.secrets["API_KEY"],
        "account": {
            "user": {"email": f"owner@{books.workspace.workspace_id}.example"},
            "account": {
                "id": int(connection.vendor_account_id),
                "name": books.workspace.name,
                "plan_type": "creator",
                "primary_email_address": f"owner@{books.workspace.workspace_id}.example",
                "created_at": _time(opened_at),
                "timezone": {"name": books.workspace.time_zone},
            },
        },
        "subscribers": [
            _subscriber(contact, ids[contact], span.now, books.workspace.workspace_id) for contact in contacts
        ],
        "tags": [
            {"id": number, "name": name, "created_at": _time(opened_at)} for name, number in reversed(TAGS.items())
        ],
        "taggings": {str(number): _taggings(name, ids, span.now) for name, number in TAGS.items()},
    }


def _subscriber(contact: Contact, number: int, now: datetime, workspace_id: str) -> Row:
    has_left = contact.left_at is not None and contact.left_at <= now
    state = contact.state if has_left else "active"
    city, region, country, latitude, longitude, time_zone = _PLACES[workspace_id]
    return {
        "id": number,
        "first_name": contact.first_name if number % 9 else None,
        "email_address": contact.email,
        "state": state,
        "created_at": _time(contact.created_at),
        "fields": {"last_name": contact.last_name if number % 9 else None},
        "attribution": _attribution(contact.touch, contact.form),
        "location": {
            "city": city,
            "state": region,
            "country": country,
            "latitude": latitude,
            "longitude": longitude,
            "timezone": time_zone,
        },
        "canceled_at": _time(contact.left_at) if contact.left_at and state == "cancelled" else None,
    }


def _attribution(touch: Touch | None, form: str) -> Row | None:
    if touch is None:
        return None
    return {
        "referrer": touch.referrer,
        "utm_source": touch.utm_source,
        "utm_medium": touch.utm_medium,
        "utm_campaign": touch.utm_campaign,
        "utm_term": touch.utm_term,
        "utm_content": touch.utm_content,
        "source_type": "form",
        "source_name": form,
        "source_mechanism": "form",
        "source_mechanism_id": _FORMS[form],
    }


def _taggings(name: str, ids: dict[Contact, int], now: datetime) -> list[Row]:
    """Return who got a tag and when, oldest first. The first time counts."""
    tagged = []
    for contact, number in ids.items():
        moments = [moment for tag, moment in contact.tags if tag == name and moment <= now]
        if moments:
            tagged.append((min(moments), number))
    return [{"subscriber_id": number, "tagged_at": _time(moment)} for moment, number in sorted(tagged)]


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
