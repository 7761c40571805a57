"""One delivery of a webhook: its bytes, in whichever encoding, to one and the same payload, and to its event's key.

An account webhook sends a form whose nested fields are written with PHP's brackets, or JSON if its owner ticked the
box; an event subscription always sends JSON. Both say the same, so both become the same: objects, lists and text. A
form has neither numbers nor nulls nor empty lists, so JSON's numbers become the digits that were sent, `true` and
`null` the words that ThriveCart writes into a form, and what is empty is left out.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import qs_codec

from ingestion.thrivecart import settings

SECRET_FIELD = "thrivecart_secret"  # noqa: S105
FORM, JSON = "form", "json"

# Neither a half of a surrogate pair nor a NUL can be stored as text everywhere.
UNSTORABLE = re.compile("[\ud800-\udfff\x00]")
WORDS = {None: "null", True: "true", False: "false"}

ITEM_SECTIONS = ("refund", "subscription", "purchase")
"""Where a delivery says which item of its order the event is about."""

ITEM_FIELDS = ("type", "id", "product_id", "bump_id", "upsell_id", "downsell_id", "amount")


class Unreadable(Exception):
    """Why a body is no delivery, without any of its content, and the HTTP status that says so."""

    def __init__(self, reason: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        """Name the reason."""
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True)
class Delivery:
    """What was delivered: `payload` is without the secret, which stands in `secret`, empty if none came."""

    encoding: str
    payload: dict[str, Any]
    secret: str

    @property
    def event(self) -> str:
        """What happened, such as order.success; empty if it is not said."""
        return _text(self.payload, "event")

    @property
    def event_key(self) -> str:
        """The same text for every delivery of one event.

        ThriveCart says that `webhook_id` stays the same when a delivery is repeated; older deliveries have none. Then
        an event of an order is told by the order, its invoice, the moment and the item, as one order may see two
        refunds in one second and four failed payments of one invoice. Other events have no order, and an order may pay
        several affiliates at once: these are told by all that was delivered.
        """
        webhook_id = _text(self.payload, "webhook_id")
        if webhook_id:
            return webhook_id
        order_id = _text(self.payload, "order_id")
        happened_at = _text(self.payload, "date_unix") or _text(self.payload, "order_timestamp")
        if order_id and happened_at and not self.event.startswith("affiliate"):
            parts = [self.event, _text(self.payload, "mode"), order_id, _text(self.payload, "invoice_id"), happened_at]
            return "/".join(parts + _item(self.payload))
        canonical = json.dumps(self.payload, sort_keys=True)
        return hashlib.sha256(canonical.encode()).hexdigest()


def decode(body: bytes, content_type: str) -> Delivery:
    """Read a body that is not empty. Raises Unreadable."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("the body is not UTF-8") from None
    encoding = _encoding(text, content_type)
    fields = _json(text) if encoding == JSON else _form(text)
    secret = _plain(fields.get(SECRET_FIELD, ""), 1)
    return Delivery(encoding, _fields(fields, 1), secret if isinstance(secret, str) else "")


def _encoding(text: str, content_type: str) -> str:
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == "application/json" or media_type.endswith("+json"):
        return JSON
    if media_type not in ("", "application/x-www-form-urlencoded", "text/plain"):
        raise Unreadable("the content type is neither form nor JSON", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    # PHP's client calls all that it posts a form unless it is told otherwise; a form would encode the brace.
    return JSON if text.lstrip().startswith("{") else FORM


def _form(text: str) -> dict[str, Any]:
    options = qs_codec.DecodeOptions(
        # Whether numbers are a list's places or an object's names only all of them together tell.
        parse_lists=False,
        list_limit=settings.WEBHOOK_FIELD_LIMIT,
        parameter_limit=settings.WEBHOOK_FIELD_LIMIT,
        depth=settings.WEBHOOK_DEPTH_LIMIT,
        strict_depth=True,
        raise_on_limit_exceeded=True,
        duplicates=qs_codec.Duplicates.LAST,
    )
    try:
        return _appended(qs_codec.decode(text, options))
    except IndexError:
        raise Unreadable("the form is nested too deep") from None
    except ValueError:
        raise Unreadable("the form has too many fields") from None


def _appended(fields: dict[str, Any]) -> dict[str, Any]:
    """Make what came as a[]=x&a[]=y a list; qs_codec leaves it as an object with a list at 0."""
    read: dict[str, Any] = {}
    for name, value in fields.items():
        appended = value.get("0") if isinstance(value, dict) and len(value) == 1 else None
        if isinstance(appended, list):
            read[name] = appended
        else:
            read[name] = _appended(value) if isinstance(value, dict) else value
    return read


def _json(text: str) -> dict[str, Any]:
    try:
        # Read as text, ids of 18 digits and amounts stay what was sent.
        read = json.loads(text, parse_int=str, parse_float=str, parse_constant=_refuse)
    except RecursionError:
        raise Unreadable("the JSON is nested too deep") from None
    except ValueError:
        raise Unreadable("the body is broken JSON") from None
    if not isinstance(read, dict):
        raise Unreadable("the JSON is no object")
    return read


def _refuse(word: str) -> str:
    raise ValueError(f"{word} is no JSON")


def _plain(value: Any, depth: int) -> Any:
    """Return text for a scalar; for an object whose names are 0, 1, 2 ... a list, as PHP does."""
    if isinstance(value, str):
        return _storable(value)
    if not isinstance(value, dict | list):
        return WORDS[value]
    if depth > settings.WEBHOOK_DEPTH_LIMIT:
        raise Unreadable("the JSON is nested too deep")
    named = value if isinstance(value, dict) else {str(place): item for place, item in enumerate(value)}
    fields = _fields(named, depth + 1)
    places = [str(place) for place in range(len(fields))]
    return [fields[place] for place in places] if fields.keys() == set(places) else fields


def _fields(named: dict[str, Any], depth: int) -> dict[str, Any]:
    plain = {_storable(name): _plain(value, depth) for name, value in named.items() if name != SECRET_FIELD}
    return {name: value for name, value in plain.items() if value not in ({}, [])}


def _storable(text: str) -> str:
    return UNSTORABLE.sub("\ufffd", text)


def _item(payload: dict[str, Any]) -> list[str]:
    sections = [payload[name] for name in ITEM_SECTIONS if isinstance(payload.get(name), dict)]
    return [_text(section, field) for section in sections for field in ITEM_FIELDS if field in section]


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) and value != "null" else ""
