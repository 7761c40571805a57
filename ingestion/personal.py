"""What of a vendor's row says who somebody is, and the row without it once that person was forgotten.

Which columns of a raw table hold such things is said by the table (`personal`); which fields of what a vendor nests in
them, and of fields that no table declares, is said here, by name.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from dlt.common.normalizers.naming.snake_case import NamingConvention

from ingestion.tables import Table
from ingestion.tombstones import Forgotten

NAMING = NamingConvention()

PERSONAL_NAME = re.compile(
    r"""
    (^|_)(
        e_?mails? | email_address | (first|last|full|sur|given|family|middle|nick|customer|buyer|contact|user)_?name
        | business_?name | company | organi[sz]ation
        | (tele|cell|mobile)?_?phone(_?(no|number))? | mobile | fax | contact_?no
        | address(es)? | street | address_?[0-9] | city | zip(_?code)? | post_?code | postal(_?code)? | country_?state
        | ip | ip_?address | user_?agent | shipping | billing | location | birth_?(day|date)? | gender
        | vat(_?(no|number|id))? | tax_?(no|number|id) | custom_?fields? | passthrough
        | fbp | fbc | [a-z]*clid | [gw]braid | li_fat_id | epik | tracking_id
        | fulfillment | avatar | photo | notes? | recipient
    )$
    """,
    re.VERBOSE,
)
"""Names of fields that tell of a person, in snake case."""

PERSON = re.compile(r"^(customer|viewer|buyer|contact|subscriber|user|affiliate|referrer|recipient|shipping|billing)$")
"""Names of objects that are a person, also where they hold no address."""

EMAIL_NAME = re.compile(r"(^|_)e_?mail(_address)?$")
NAME_NAME = re.compile(r"(^|_)name$|(first|last|full|sur|given|family|customer)_?name$")

OTHER_PERSONS = ("affiliate", "referrer", "recipient")
"""Persons in a row that are not who it is about."""

KEPT_OF_A_PERSON = re.compile(r"(^|_)(id|currency|amount|status|type|date|date_unix|timestamp|at|count|total)$")
"""What stays of an object that is a forgotten person: numbers that stand for them, amounts and moments."""


def is_personal(name: str) -> bool:
    """Tell whether a field of this name tells of a person."""
    return PERSONAL_NAME.search(NAMING.normalize_identifier(name)) is not None


def without_forgotten(table: Table, row: Any, forgotten: Forgotten) -> Any:
    """Return a row of a table as it may be kept: itself, without the person, or None if it goes with them.

    A row about a person who was not forgotten, such as one that a forgotten affiliate has brought, loses only what
    tells of the forgotten one. Columns of the primary key become empty text, others null; in nested objects the fields
    are taken out. Text that is JSON is looked into as if it were nested.
    """
    if not forgotten or not _concerns(row, forgotten):
        return row
    if table.is_of_a_person or not isinstance(row, dict):
        return None
    parsed = {name: _parsed(value) for name, value in row.items()}
    blanking = _Blanking(forgotten, parsed, table.personal)
    kept: dict[str, Any] = {}
    for name, value in parsed.items():
        column = NAMING.normalize_identifier(name)
        is_named = column in table.personal or (column not in table.columns and is_personal(name))
        blanked = blanking.of(name, value, is_named)
        if blanked == value:
            kept[name] = row[name]
        elif blanked in (None, {}, []):
            kept[name] = "" if column in table.primary_key else None
        else:
            kept[name] = json.dumps(blanked, ensure_ascii=False) if isinstance(row[name], str) else blanked
    return kept


class _Blanking:
    """Takes forgotten people out of one row."""

    def __init__(self, forgotten: Forgotten, row: dict[str, Any], columns: tuple[str, ...]) -> None:
        """Find out whom the row is about, and what they are called in it; `columns` are its table's personal ones."""
        self._forgotten = forgotten
        self._columns = columns
        self._is_about_them = _concerns(_without_other_persons(row), forgotten)
        # One word alone may be anything.
        self._full_names = {name for name in _names(row, forgotten) if " " in name}

    def of(self, name: str, value: Any, is_personal_column: bool = False) -> Any:
        """Return what stays of a field, None if nothing does."""
        if isinstance(value, str):
            return None if (is_personal_column and self._is_about_them) or self._tells(value) else value
        if isinstance(value, list):
            items = [self.of(name, item) for item in value]
            return [item for item in items if item is not None]
        if not isinstance(value, dict):
            return value
        if is_personal_column and name not in self._columns:
            # A whole object that is theirs by its name.
            return None if self._is_about_them else value
        is_person = PERSON.match(NAMING.normalize_identifier(name)) is not None
        if is_personal_column and not is_person:
            return self._fields_of(value, self._is_about_them)
        addresses = list(_addresses_of(value))
        if any(map(self._forgotten.knows, addresses)):
            return _reduced(value)
        if addresses or _is_another(name):
            # Somebody else.
            return self._fields_of(value, is_about_them=False)
        if self._is_about_them and is_person:
            return _reduced(value)
        return self._fields_of(value, self._is_about_them)

    def _fields_of(self, value: dict[str, Any], is_about_them: bool) -> dict[str, Any]:
        kept = {}
        for name, inner in value.items():
            normalised = NAMING.normalize_identifier(name)
            if is_about_them and is_personal(name) and not PERSON.match(normalised):
                continue
            blanked = self.of(name, inner)
            if blanked is not None and (blanked not in ({}, []) or inner in ({}, [])):
                kept[name] = blanked
        return kept

    def _tells(self, text: str) -> bool:
        if self._forgotten.is_in(text):
            return True
        folded = text.casefold()
        return any(name in folded for name in self._full_names)


def _reduced(person: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in person.items()
        if KEPT_OF_A_PERSON.search(NAMING.normalize_identifier(name)) and not isinstance(value, dict | list)
    }


def _concerns(value: Any, forgotten: Forgotten) -> bool:
    return any(forgotten.is_in(text) for text in _texts(value))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _without_other_persons(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_other_persons(inner) for name, inner in value.items() if not _is_another(name)}
    if isinstance(value, list):
        return [_without_other_persons(inner) for inner in value]
    return value


def _is_another(name: str) -> bool:
    return NAMING.normalize_identifier(name) in OTHER_PERSONS


def _addresses_of(person: dict[str, Any]) -> Iterator[str]:
    """Yield the addresses that an object itself holds, not those of objects in it."""
    for name, value in person.items():
        if isinstance(value, str) and "@" in value and EMAIL_NAME.search(NAMING.normalize_identifier(name)):
            yield value


def _names(value: Any, forgotten: Forgotten) -> Iterator[str]:
    """Yield what forgotten people are called in a row, in lower case: all names, and first with last name."""
    if isinstance(value, list):
        for inner in value:
            yield from _names(inner, forgotten)
    if not isinstance(value, dict):
        return
    if any(map(forgotten.knows, _addresses_of(value))):
        parts = {
            NAMING.normalize_identifier(name): text.strip().casefold()
            for name, text in value.items()
            if isinstance(text, str) and NAME_NAME.search(NAMING.normalize_identifier(name))
        }
        yield from filter(None, parts.values())
        if parts.get("first_name") and parts.get("last_name"):
            yield f"{parts['first_name']} {parts['last_name']}"
    for inner in value.values():
        yield from _names(inner, forgotten)


def _parsed(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(("{", "[")):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value
