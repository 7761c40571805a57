"""HubSpot's dated API: contacts by list, search and id, their properties, lists and who is on them."""

import base64
import binascii
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from sandbox.serving.wire import Answer, Request, Row

VERSIONS = ("2026-03", "2026-09")
CONTACT_TYPE = "0-1"
LONGEST_URL = 16_000
MOST_SEARCH_RESULTS = 10_000
MOST_FILTER_GROUPS = 5
MOST_FILTERS = 18
LIST_LIMIT = 100
HISTORY_LIMIT = 50
SEARCH_LIMIT = 200
BATCH_LIMIT = 100
LISTS_LIMIT = 500
MEMBERS_LIMIT = 250

DEFAULT_PROPERTIES = ("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname")
ALWAYS_SENT = ("createdate", "hs_object_id", "lastmodifieddate")
KEPT_OF_PRIMARY_ONLY = ("hs_object_id", "hs_merged_object_ids", "hs_additional_emails", "email", "lastmodifieddate")


class _Refused(Exception):
    """A question that HubSpot refuses; `answer` is its error."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


class HubSpotAccount:
    """One account: `content` is the file of its connection. Answers and changes exclude each other.

    `search_lag_seconds` is how long the index behind the search takes to see a change; none at first. `limits` of the
    content may hold `ten_secondly` (all but the search), `secondly` (the search) and `daily`; what is left out has no
    limit.
    """

    def __init__(self, connection_id: str, content: Mapping[str, Any]) -> None:
        """Keep own copies of the contacts: they can change."""
        self.connection_id = connection_id
        self.access_token: str = content["access_token"]
        self.search_lag_seconds = 0.0
        self._lock = threading.RLock()
        self._properties: list[Row] = content["properties"]
        self._names = {str(row["name"]) for row in self._properties}
        self._contacts: dict[str, Row] = {
            str(row["id"]): row | {"properties": dict(row["properties"])} for row in content["contacts"]
        }
        self._histories: dict[str, dict[str, list[Row]]] = {
            contact_id: {name: list(values) for name, values in histories.items()}
            for contact_id, histories in content.get("histories", {}).items()
        }
        self._survivors: dict[str, str] = dict(content.get("merged", {}))
        self._lists = {str(row["listId"]): dict(row) for row in content.get("lists", [])}
        self._members: dict[str, dict[str, str]] = {list_id: {} for list_id in self._lists}
        for list_id, members in content.get("memberships", {}).items():
            self._members[list_id] = {str(row["recordId"]): row["membershipTimestamp"] for row in members}
        self._index = {contact_id: _copy(row) for contact_id, row in self._contacts.items() if not row["archived"]}
        self._unindexed: list[tuple[float, str]] = []
        self._limits: Mapping[str, int] = content.get("limits", {})
        self._passed: dict[str, deque[float]] = {"ten_secondly": deque(), "secondly": deque(), "daily": deque()}
        self._refusals: deque[Answer] = deque()

    def contacts(self) -> list[Row]:
        """Return copies of all contacts, archived ones too: the true answer."""
        with self._lock:
            return [_copy(row) for row in self._contacts.values()]

    def members(self, list_id: str) -> dict[str, str]:
        """Return who is on a list, and since when."""
        with self._lock:
            return dict(self._members[list_id])

    def add_contact(self, **properties: str) -> str:
        """Create a contact and return its id."""
        with self._lock:
            now, contact_id = _now(), str(max(map(int, [*self._contacts, *self._survivors]), default=0) + 1)
            self._contacts[contact_id] = {
                "id": contact_id,
                "properties": {"createdate": now, "hs_object_id": contact_id, **properties},
                "createdAt": now,
                "archived": False,
            }
            self._touch(contact_id)
            return contact_id

    def modify(self, contact_id: str, **properties: Any) -> None:
        """Set properties. Raises LookupError for an unknown contact."""
        with self._lock:
            row, now = self._contact(contact_id), _now()
            row["properties"] |= properties
            for name, value in properties.items():
                of_contact = self._histories.setdefault(contact_id, {}).setdefault(name, [])
                of_contact.insert(0, {"value": value, "timestamp": now, "sourceType": "CRM_UI", "sourceId": "userId:9"})
            self._touch(contact_id)

    def archive(self, contact_id: str) -> None:
        """Put a contact into the recycle bin: no search finds it any more. Raises LookupError for an unknown one."""
        with self._lock:
            row = self._contact(contact_id)
            row |= {"archived": True, "archivedAt": _now()}
            self._index.pop(contact_id, None)
            self._leave_lists(contact_id)

    def restore(self, contact_id: str) -> None:
        """Take a contact out of the recycle bin, without any modification. Raises LookupError for an unknown one."""
        with self._lock:
            row = self._contact(contact_id)
            row["archived"] = False
            row.pop("archivedAt", None)
            self._index[contact_id] = _copy(row)

    def delete_for_good(self, contact_id: str) -> None:
        """Forget a contact without a trace, as the GDPR wants it. Raises LookupError for an unknown one."""
        with self._lock:
            self._contact(contact_id)
            del self._contacts[contact_id]
            self._index.pop(contact_id, None)
            self._leave_lists(contact_id)

    def merge(self, primary_id: str, other_id: str, has_new_id: bool = True) -> str:
        """Merge two contacts and return the id of the survivor, whose values are the primary's.

        It is a new record that knows all ids that ever flowed into it; in the old way, without a new id, the primary
        stays, and the ids that it knows are sent as a number while they are one. Raises LookupError.
        """
        with self._lock:
            primary, other = self._contact(primary_id), self._contact(other_id)
            values = dict(primary["properties"])
            for name, value in other["properties"].items():
                if values.get(name) in (None, "") and name not in KEPT_OF_PRIMARY_ONLY:
                    values[name] = value
            gone = [primary, other] if has_new_id else [other]
            known = _ids(values.get("hs_merged_object_ids")) + _ids(other["properties"].get("hs_merged_object_ids"))
            merged = [*known, *(row["id"] for row in gone)]
            values["hs_merged_object_ids"] = int(merged[0]) if len(merged) == 1 else ";".join(merged)
            emails = [
                *str(values.get("hs_additional_emails") or "").split(";"),
                str(other["properties"].get("email") or ""),
                *str(other["properties"].get("hs_additional_emails") or "").split(";"),
            ]
            values["hs_additional_emails"] = ";".join(dict.fromkeys(email for email in emails if email)) or None
            survivor_id = primary_id
            if has_new_id:
                survivor_id = self.add_contact()
                values["hs_object_id"] = survivor_id
                self._contacts[survivor_id]["createdAt"] = primary["createdAt"]
            self._contacts[survivor_id]["properties"] = values
            for row in gone:
                self._survivors[row["id"]] = survivor_id
                del self._contacts[row["id"]]
                self._index.pop(row["id"], None)
                for members in self._members.values():
                    if row["id"] in members:
                        members.setdefault(survivor_id, members.pop(row["id"]))
            self._touch(survivor_id)
            return survivor_id

    def add_to_list(self, list_id: str, contact_id: str) -> None:
        """Put a contact onto a list now; whoever is on it stays as they are. Raises LookupError for an unknown list."""
        with self._lock:
            self._members[list_id].setdefault(contact_id, _now())
            self._list_changed(list_id, "hs_last_record_added_at")

    def remove_from_list(self, list_id: str, contact_id: str) -> None:
        """Take a contact off a list. Raises LookupError for an unknown list or who is not on it."""
        with self._lock:
            del self._members[list_id][contact_id]
            self._list_changed(list_id, "hs_last_record_removed_at")

    def delete_list(self, list_id: str) -> None:
        """Delete a list. Raises LookupError for an unknown one."""
        with self._lock:
            del self._lists[list_id], self._members[list_id]

    def refuse_next(
        self, status: int, times: int = 1, policy: str = "", retry_after: int | None = None, message: str = "No"
    ) -> None:
        """Let the next requests fail: 429 with a policyName, 423, 477, 530, ..."""
        body = _error(message, "RATE_LIMITS" if status == 429 else "ERROR")
        if policy:
            body |= {"policyName": policy, "errorType": "RATE_LIMIT"}
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        self._refusals.extend([Answer(body, status=status, headers=headers)] * times)

    def answer(self, request: Request) -> Answer:
        """Answer, or refuse with HubSpot's error."""
        with self._lock:
            if self._refusals:
                return self._refusals.popleft()
            try:
                match [request.method, *request.path.strip("/").split("/")]:
                    case [method, "crm", "objects", version, "contacts", *rest] if version in VERSIONS:
                        return self._objects(method, rest, request)
                    case ["GET", "crm", "properties", version, "contacts"] if version in VERSIONS:
                        self._count("ten_secondly")
                        return Answer({"results": self._properties})
                    case ["POST", "crm", "lists", version, "search"] if version in VERSIONS:
                        self._count("ten_secondly")
                        return self._search_lists(_body(request))
                    case ["GET", "crm", "lists", version, list_id, "memberships"] if version in VERSIONS:
                        self._count("ten_secondly")
                        return self._list_members(list_id, request.params)
            except _Refused as refused:
                return refused.answer
            return Answer(_error("resource not found", "OBJECT_NOT_FOUND"), status=404)

    def _objects(self, method: str, rest: list[str], request: Request) -> Answer:
        match [method, *rest]:
            case ["GET"]:
                self._count("ten_secondly")
                return self._list_contacts(request.params)
            case ["POST", "search"]:
                self._count("secondly")
                return self._search(_body(request))
            case ["POST", "batch", "read"]:
                self._count("ten_secondly")
                return self._read_batch(_body(request), request.params.get("archived") == "true")
        raise _Refused(Answer(_error("resource not found", "OBJECT_NOT_FOUND"), status=404))

    def _list_contacts(self, params: Mapping[str, str]) -> Answer:
        if len(urlencode(params)) > LONGEST_URL:
            raise _Refused(Answer("URI Too Long", status=414))
        limit = _limit(params.get("limit", "10"), LIST_LIMIT)
        is_archived = params.get("archived") == "true"
        last_id = _position(params["after"]) if params.get("after") else 0
        left = sorted(
            (row for row in self._contacts.values() if row["archived"] is is_archived and int(row["id"]) > last_id),
            key=_number,
        )
        names = [name for name in params.get("properties", "").split(",") if name]
        answer: Row = {"results": [self._as_sent(row, names) for row in left[:limit]]}
        if len(left) > limit:
            answer["paging"] = _paging(_cursor(left[limit - 1]["id"]))
        return Answer(answer)

    def _search(self, body: Mapping[str, Any]) -> Answer:
        groups, sorts = body.get("filterGroups") or [], body.get("sorts") or []
        if len(groups) > MOST_FILTER_GROUPS or sum(len(group["filters"]) for group in groups) > MOST_FILTERS:
            raise _Refused(_invalid("too many filters"))
        if len(sorts) > 1:
            raise _Refused(_invalid("only one sort is supported"))
        limit, first = _limit(str(body.get("limit", 10)), SEARCH_LIMIT), int(body.get("after") or 0)
        if first + limit > MOST_SEARCH_RESULTS:
            raise _Refused(_invalid("The maximum number of supported results is 10000"))
        self._index_changes()
        found = [
            row
            for row in self._index.values()
            if not groups or any(all(_fits(row, asked) for asked in group["filters"]) for group in groups)
        ]
        sort = sorts[0] if sorts else {"propertyName": "createdate", "direction": "ASCENDING"}
        found.sort(key=lambda row: _comparable(row, sort["propertyName"]), reverse=sort["direction"] == "DESCENDING")
        page = found[first : first + limit]
        answer: Row = {
            "total": len(found),
            "results": [self._as_sent(row, body.get("properties") or []) for row in page],
        }
        if first + limit < len(found):
            answer["paging"] = _paging(str(first + limit))
        return Answer(answer)

    def _read_batch(self, body: Mapping[str, Any], is_archived: bool) -> Answer:
        with_history = body.get("propertiesWithHistory") or []
        ids = [str(row["id"]) for row in body.get("inputs") or []]
        most = HISTORY_LIMIT if with_history else BATCH_LIMIT
        if len(ids) > most:
            raise _Refused(_invalid(f"The maximum number of inputs supported in a batch request is {most}"))
        rows = {self._survivor(contact_id): None for contact_id in ids}
        results, missing = [], []
        for contact_id in rows:
            row = self._contacts.get(contact_id)
            if row is None or row["archived"] is not is_archived:
                missing.append(contact_id)
                continue
            sent = self._as_sent(row, body.get("properties") or [])
            if with_history:
                sent["propertiesWithHistory"] = {name: self._history(row, name) for name in with_history}
            results.append(sent)
        answer: Row = {"status": "COMPLETE", "results": results, "startedAt": _now(), "completedAt": _now()}
        if not missing:
            return Answer(answer)
        problem = _error("Could not get some CONTACT objects, they may be deleted", "OBJECT_NOT_FOUND")
        return Answer(
            answer | {"numErrors": 1, "errors": [problem | {"context": {"ids": missing}}]},
            status=207,
        )

    def _search_lists(self, body: Mapping[str, Any]) -> Answer:
        count, offset = _limit(str(body.get("count", 20)), LISTS_LIMIT), int(body.get("offset") or 0)
        lists = [row for row in self._lists.values() if body.get("objectTypeId", CONTACT_TYPE) == row["objectTypeId"]]
        page = [
            row
            | {
                "additionalProperties": {
                    **row.get("additionalProperties", {}),
                    "hs_list_size": str(len(self._members[str(row["listId"])])),
                }
            }
            for row in lists[offset : offset + count]
        ]
        end = offset + len(page)
        return Answer({"lists": page, "offset": end, "hasMore": end < len(lists), "total": len(lists)})

    def _list_members(self, list_id: str, params: Mapping[str, str]) -> Answer:
        if list_id not in self._lists:
            raise _Refused(Answer(_error("List does not exist", "OBJECT_NOT_FOUND"), status=404))
        limit = _limit(params.get("limit", "100"), MEMBERS_LIMIT)
        last_id = _position(params["after"]) if params.get("after") else 0
        left = sorted((item for item in self._members[list_id].items() if int(item[0]) > last_id), key=_first_number)
        answer: Row = {
            "results": [{"recordId": record_id, "membershipTimestamp": added} for record_id, added in left[:limit]]
        }
        if len(left) > limit:
            answer["paging"] = _paging(_cursor(left[limit - 1][0]))
        return Answer(answer)

    def _as_sent(self, row: Row, names: Iterable[str]) -> Row:
        """Return a contact with the properties that were asked for; null where it has no value."""
        asked = [*(name for name in names if name in self._names), *ALWAYS_SENT] if names else DEFAULT_PROPERTIES
        values = row["properties"]
        sent = {name: value for name, value in row.items() if name != "properties"}
        return sent | {"properties": {name: values.get(name) for name in dict.fromkeys(asked)}}

    def _history(self, row: Row, name: str) -> list[Row]:
        kept: list[Row] | None = self._histories.get(row["id"], {}).get(name)
        if kept is None:
            value = row["properties"].get(name)
            kept = [{"value": value, "timestamp": row["createdAt"], "sourceType": "API"}] if value else []
        return kept

    def _contact(self, contact_id: str) -> Row:
        if contact_id not in self._contacts:
            raise LookupError(f"there is no contact {contact_id}")
        return self._contacts[contact_id]

    def _survivor(self, contact_id: str) -> str:
        while contact_id in self._survivors:
            contact_id = self._survivors[contact_id]
        return contact_id

    def _touch(self, contact_id: str) -> None:
        row, now = self._contacts[contact_id], _now()
        row["updatedAt"] = row["properties"]["lastmodifieddate"] = now
        self._unindexed.append((time.monotonic(), contact_id))

    def _index_changes(self) -> None:
        due = time.monotonic() - self.search_lag_seconds
        for changed_at, contact_id in self._unindexed:
            row = self._contacts.get(contact_id)
            if changed_at <= due and row is not None and not row["archived"]:
                self._index[contact_id] = _copy(row)
        self._unindexed = [change for change in self._unindexed if change[0] > due]

    def _leave_lists(self, contact_id: str) -> None:
        for list_id, members in self._members.items():
            if members.pop(contact_id, None):
                self._list_changed(list_id, "hs_last_record_removed_at")

    def _list_changed(self, list_id: str, name: str) -> None:
        row = self._lists[list_id]
        moment = str(int(datetime.now(UTC).timestamp() * 1000))
        row["additionalProperties"] = {**row.get("additionalProperties", {}), name: moment}

    def _count(self, policy: str) -> None:
        """Count a request; raise _Refused if it is one too many. The search does not count for the ten seconds."""
        now = time.monotonic()
        for name, seconds in ((policy, 1 if policy == "secondly" else 10), ("daily", 86_400)):
            passed, most = self._passed[name], self._limits.get(name)
            while passed and passed[0] <= now - seconds:
                passed.popleft()
            if most is not None and len(passed) >= most:
                raise _Refused(_too_many(name))
        for name in (policy, "daily"):
            self._passed[name].append(now)


class HubSpot:
    """All accounts at HubSpot, told apart by their tokens."""

    def __init__(self, accounts: Iterable[HubSpotAccount]) -> None:
        """Know the accounts by token."""
        self._accounts = {account.access_token: account for account in accounts}

    def identify(self, request: Request) -> HubSpotAccount | Answer:
        """Return the account that the token opens. What looks like no token at all does not even get to HubSpot."""
        token = request.bearer
        if token and not token.isascii():
            return Answer("error code: 1016", status=530)
        account = self._accounts.get(token or "")
        message = "Authentication credentials not found. This API supports OAuth 2.0 authentication."
        return account or Answer(_error(message, "INVALID_AUTHENTICATION"), status=401)

    def throttled(self, request: Request, minutes: int) -> Answer:
        """Name the policy, and say nothing of when to come back."""
        return _too_many("secondly" if request.path.endswith("/contacts/search") else "ten_secondly")

    def broken(self) -> Answer:
        """Fail as HubSpot's edge does."""
        return Answer("error code: 502", status=502)


def _too_many(policy: str) -> Answer:
    """Return the error of a limit: its words and its policyName do not agree for all of them."""
    names = {
        "ten_secondly": ("You have reached your ten_secondly_rolling limit.", "TEN_SECONDLY_ROLLING"),
        "secondly": ("You have reached your secondly limit.", "SECONDLY"),
        "daily": ("You have reached your daily limit.", "DAILY"),
    }
    message, name = names[policy]
    return Answer(_error(message, "RATE_LIMITS") | {"errorType": "RATE_LIMIT", "policyName": name}, status=429)


def _error(message: str, category: str) -> Row:
    return {
        "status": "error",
        "message": message,
        "correlationId": "5c0ffee5-0000-4000-8000-000000000001",
        "category": category,
    }


def _invalid(message: str) -> Answer:
    return Answer(_error(message, "VALIDATION_ERROR"), status=400)


def _body(request: Request) -> Mapping[str, Any]:
    try:
        body = json.loads(request.body)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise _Refused(_invalid("Unable to parse JSON body"))
    return body


def _limit(text: str, most: int) -> int:
    if not text.isdecimal() or not 0 < int(text) <= most:
        raise _Refused(_invalid(f"limit must be a number from 1 to {most}"))
    return int(text)


def _paging(after: str) -> Row:
    return {"next": {"after": after, "link": f"?after={after}"}}


def _cursor(contact_id: str) -> str:
    return base64.b64encode(str(contact_id).encode()).decode()


def _position(cursor: str) -> int:
    try:
        return int(base64.b64decode(cursor, validate=True))
    except (ValueError, binascii.Error):
        raise _Refused(_invalid("The after cursor is invalid")) from None


def _fits(row: Row, asked: Mapping[str, Any]) -> bool:
    value, limit = _comparable(row, asked["propertyName"]), _read(asked.get("value"))
    tests: dict[str, Callable[[], bool]] = {
        "EQ": lambda: value == limit,
        "NEQ": lambda: value != limit,
        "GT": lambda: value > limit,
        "GTE": lambda: value >= limit,
        "LT": lambda: value < limit,
        "LTE": lambda: value <= limit,
        "HAS_PROPERTY": lambda: value != _read(None),
        "NOT_HAS_PROPERTY": lambda: value == _read(None),
    }
    if asked.get("operator") not in tests:
        raise _Refused(_invalid("unknown operator"))
    return tests[asked["operator"]]()


def _comparable(row: Row, name: str) -> tuple[int, float, str]:
    return _read(row["properties"].get(name))


def _read(value: Any) -> tuple[int, float, str]:
    """Return a value as what can be compared: nothing, a number or a moment in milliseconds, a text."""
    if value in (None, ""):
        return (0, 0.0, "")
    text = str(value)
    if text.isdecimal():
        return (1, float(text), "")
    try:
        return (1, datetime.fromisoformat(text).timestamp() * 1000, "")
    except ValueError:
        return (2, 0.0, text.lower())


def _ids(value: Any) -> list[str]:
    return [number for number in str(value or "").split(";") if number]


def _number(row: Row) -> int:
    return int(row["id"])


def _first_number(item: tuple[str, str]) -> int:
    return int(item[0])


def _copy(row: Row) -> Row:
    return row | {"properties": dict(row["properties"])}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
