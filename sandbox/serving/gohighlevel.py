"""GoHighLevel's API v2: contacts of one location by search and by id, and its custom fields, with its bad manners."""

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.serving.wire import Answer, Request, Row

VERSIONS = ("2021-04-15", "2021-07-28")
LARGEST_PAGE = 500
MOST_BY_PAGES = 10_000
BURST_SECONDS = 10
TOLD_BURST, TOLD_DAY = 100, 200_000
MOMENTS = ("dateAdded", "dateUpdated")
OPERATORS = ("gte", "gt", "lte", "lt")


class _Refused(Exception):
    """A question that GoHighLevel refuses; `answer` is its error."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


class GoHighLevelAccount:
    """One location: `content` is the file of its connection. Answers and changes exclude each other.

    `search_lag_seconds` is how long the index behind the search takes to see a change; none at first. `limits` of the
    content may hold `burst` (in ten seconds) and `daily`; what is left out has no limit.
    """

    def __init__(self, connection_id: str, content: Mapping[str, Any]) -> None:
        """Keep own copies of the contacts: they can change."""
        self.connection_id = connection_id
        self.access_token: str = content["access_token"]
        self.location_id: str = content["location_id"]
        self.search_lag_seconds = 0.0
        self._lock = threading.RLock()
        self._contacts: dict[str, Row] = {row["id"]: dict(row) for row in content["contacts"]}
        self._custom_fields: list[Row] = list(content.get("custom_fields", []))
        self._index: dict[str, Row] = {contact_id: dict(row) for contact_id, row in self._contacts.items()}
        self._unindexed: list[tuple[float, str]] = []
        self._limits: Mapping[str, int] = content.get("limits", {})
        self._passed: deque[float] = deque()
        self._asked_today = 0
        self._refusals: deque[Answer] = deque()
        self._afterwards: deque[Callable[[], Any]] = deque()

    def contacts(self) -> list[Row]:
        """Return copies of all contacts: the true answer."""
        with self._lock:
            return [dict(row) for row in self._contacts.values()]

    def add_contact(self, **values: Any) -> str:
        """Create a contact and return its id."""
        with self._lock:
            contact_id = f"made{len(self._contacts) + 1:016}"
            self._contacts[contact_id] = {"id": contact_id, "dateAdded": _now(), "tags": [], **values}
            self._touch(contact_id)
            return contact_id

    def modify(self, contact_id: str, **values: Any) -> None:
        """Set values of a contact. Raises LookupError for an unknown one."""
        with self._lock:
            self._contact(contact_id).update(values)
            self._touch(contact_id)

    def modify_silently(self, contact_id: str, **values: Any) -> None:
        """Set values without any word of it: the date of the last update stays. Raises LookupError."""
        with self._lock:
            row = self._contact(contact_id)
            row.update(values)
            self._index[contact_id] = dict(row)

    def tag(self, contact_id: str, tag: str) -> None:
        """Give a contact a tag, which is written in lower case. Raises LookupError for an unknown contact."""
        with self._lock:
            tags = self._contact(contact_id)["tags"]
            self.modify(contact_id, tags=[*tags, *({tag.lower()} - set(tags))])

    def untag(self, contact_id: str, tag: str) -> None:
        """Take a tag away: nothing tells that it was there. Raises LookupError if the contact does not have it."""
        with self._lock:
            tags = self._contact(contact_id)["tags"]
            if tag not in tags:
                raise LookupError(f"contact {contact_id} has no tag {tag}")
            self.modify(contact_id, tags=[each for each in tags if each != tag])

    def delete(self, contact_id: str) -> None:
        """Let a contact vanish. Raises LookupError for an unknown one."""
        with self._lock:
            self._contact(contact_id)
            del self._contacts[contact_id]
            self._later(contact_id)

    def merge(self, primary_id: str, other_id: str) -> None:
        """Let a contact vanish into another one, which gets its address and tags and says nothing of it.

        Raises LookupError for an unknown one.
        """
        with self._lock:
            primary, other = self._contact(primary_id), self._contact(other_id)
            emails = [*primary.get("additionalEmails", []), other["email"], *other.get("additionalEmails", [])]
            self.delete(other_id)
            tags = list(dict.fromkeys([*primary["tags"], *other["tags"]]))
            self.modify(primary_id, additionalEmails=emails, tags=tags)

    def refuse_next(
        self, status: int, times: int = 1, message: str = "No", headers: Mapping[str, str] | None = None
    ) -> None:
        """Let the next requests fail."""
        self._refusals.extend([Answer(_error(status, message), status, dict(headers or {}))] * times)

    def after_next(self, action: Callable[[], Any]) -> None:
        """Do something once, after the next answer."""
        self._afterwards.append(action)

    def answer(self, request: Request) -> Answer:
        """Answer, or refuse with GoHighLevel's error."""
        with self._lock:
            if self._refusals:
                return self._refusals.popleft()
            try:
                self._count()
                answer = self._answer(request)
            except _Refused as refused:
                return refused.answer
            if self._afterwards:
                self._afterwards.popleft()()
            return Answer(answer.body, answer.status, self._told_limits())

    def _answer(self, request: Request) -> Answer:
        if "version" not in request.headers:
            raise _refusal(401, "version header was not found.")
        if request.headers["version"] not in VERSIONS:
            raise _refusal(401, "version header is invalid")
        match [request.method, *request.path.strip("/").split("/")]:
            case ["POST", "contacts", "search"]:
                return self._search(_body(request))
            case ["GET", "contacts", contact_id]:
                if contact_id not in self._contacts:
                    raise _refusal(400, f"Contact with id {contact_id} not found")
                return Answer({"contact": self._as_shown(self._contacts[contact_id]), "traceId": "t"})
            case ["GET", "locations", location_id, "customFields"]:
                self._check_location(location_id)
                return Answer({"customFields": self._custom_fields, "traceId": "t"})
        raise _refusal(404, f"Cannot {request.method} {request.path}")

    def _search(self, body: Mapping[str, Any]) -> Answer:
        """Answer by pages, which end at 10,000, or beyond a cursor, which every contact has, the last one too."""
        missing = [name for name in ("locationId", "pageLimit") if name not in body]
        if missing:
            raise _refusal(422, [f"{name} should not be empty" for name in missing])
        self._check_location(body["locationId"])
        limit, after = body["pageLimit"], body.get("searchAfter")
        if not isinstance(limit, int) or not 1 <= limit <= LARGEST_PAGE:
            raise _refusal(422, [f"pageLimit must not be greater than {LARGEST_PAGE}"])
        if after and "page" in body:
            raise _refusal(422, ["page should not be provided with searchAfter"])
        first = 0 if after else (int(body.get("page", 1)) - 1) * limit
        if first + limit > MOST_BY_PAGES:
            raise _refusal(400, "Use searchAfter for more than 10000 records")
        sort = (body.get("sort") or [{"field": "dateAdded", "direction": "desc"}])[0]
        if sort["field"] not in MOMENTS:
            raise _refusal(422, [f"Invalid sort field {sort['field']}"])
        self._index_changes()
        found = [row for row in self._index.values() if all(_fits(row, asked) for asked in body.get("filters", []))]
        is_descending = sort["direction"] == "desc"
        found.sort(key=lambda row: _place(row, sort["field"]), reverse=is_descending)
        left = found
        if after:
            left = [row for row in found if (_place(row, sort["field"]) > tuple(after)) is not is_descending]
            left = [row for row in left if _place(row, sort["field"]) != tuple(after)]
        page = left[first : first + limit]
        contacts = [self._as_found(row) | {"searchAfter": [*_place(row, sort["field"])]} for row in page]
        return Answer({"contacts": contacts, "total": len(found), "traceId": "t"})

    def _as_found(self, row: Row) -> Row:
        """Return a contact as the search sends it: the street is its `address`; what is not set may be left out."""
        return {
            "firstNameLowerCase": (row.get("firstName") or "").lower() or None,
            "lastNameLowerCase": (row.get("lastName") or "").lower() or None,
            "additionalEmails": [],
            "additionalPhones": [],
            "customFields": [],
            "tags": [],
            "dnd": False,
            "type": "lead",
            "locationId": self.location_id,
            **row,
        }

    def _as_shown(self, row: Row) -> Row:
        """Return a contact as it is sent by its id: an additional address is an object, the street is `address1`."""
        shown = {name: value for name, value in self._as_found(row).items() if name not in ("address", "dnd")}
        emails = [{"email": email, "validEmail": None} for email in shown["additionalEmails"]]
        return shown | {"additionalEmails": emails} | ({"address1": row["address"]} if "address" in row else {})

    def _check_location(self, location_id: str) -> None:
        if location_id != self.location_id:
            raise _refusal(403, "The token does not have access to this location.")

    def _contact(self, contact_id: str) -> Row:
        if contact_id not in self._contacts:
            raise LookupError(f"there is no contact {contact_id}")
        return self._contacts[contact_id]

    def _touch(self, contact_id: str) -> None:
        self._contacts[contact_id]["dateUpdated"] = _now()
        self._later(contact_id)

    def _later(self, contact_id: str) -> None:
        self._unindexed.append((time.monotonic() + self.search_lag_seconds, contact_id))

    def _index_changes(self) -> None:
        due = [contact_id for at, contact_id in self._unindexed if at <= time.monotonic()]
        self._unindexed = [(at, contact_id) for at, contact_id in self._unindexed if at > time.monotonic()]
        for contact_id in due:
            self._index.pop(contact_id, None)
            if contact_id in self._contacts:
                self._index[contact_id] = dict(self._contacts[contact_id])

    def _count(self) -> None:
        """Count a request, unless it is one too many in ten seconds or in a day."""
        now = time.monotonic()
        while self._passed and self._passed[0] <= now - BURST_SECONDS:
            self._passed.popleft()
        is_over = len(self._passed) >= self._limits.get("burst", len(self._passed) + 1)
        if is_over or self._asked_today >= self._limits.get("daily", self._asked_today + 1):
            raise _Refused(Answer(_error(429, "Too Many Requests"), 429, self._told_limits()))
        self._passed.append(now)
        self._asked_today += 1

    def _told_limits(self) -> dict[str, str]:
        burst, day = self._limits.get("burst", TOLD_BURST), self._limits.get("daily", TOLD_DAY)
        return {
            "X-RateLimit-Max": str(burst),
            "X-RateLimit-Remaining": str(max(burst - len(self._passed), 0)),
            "X-RateLimit-Interval-Milliseconds": str(BURST_SECONDS * 1000),
            "X-RateLimit-Limit-Daily": str(day),
            "X-RateLimit-Daily-Remaining": str(max(day - self._asked_today, 0)),
        }


class GoHighLevel:
    """All locations at GoHighLevel, told apart by their tokens."""

    def __init__(self, accounts: Iterable[GoHighLevelAccount]) -> None:
        """Know the accounts by token."""
        self._accounts = {account.access_token: account for account in accounts}

    def identify(self, request: Request) -> GoHighLevelAccount | Answer:
        """Return the account that the bearer token opens."""
        account = self._accounts.get(request.bearer or "")
        return account or Answer(_error(401, "Invalid Private Integration token"), status=401)

    def throttled(self, request: Request, minutes: int) -> Answer:
        """Say that it is too much, and not for how long."""
        return Answer(_error(429, "Too Many Requests"), status=429)

    def broken(self) -> Answer:
        """Fail, in the words of what stands in front of it."""
        return Answer("error code: 502", status=502)


def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(request.body)
    except ValueError:
        raise _refusal(400, "Unexpected token in JSON") from None
    return body if isinstance(body, dict) else {}


def _fits(row: Row, asked: Mapping[str, Any]) -> bool:
    """Tell whether a moment of a contact lies in a span; nothing else can be asked for here."""
    if asked.get("field") not in MOMENTS or asked.get("operator") != "range":
        raise _refusal(422, [f"Invalid field {asked.get('field')} or operator {asked.get('operator')}"])
    at = _moment(row.get(asked["field"]) or row["dateAdded"])
    ends = {name: _moment(text) for name, text in asked["value"].items() if name in OPERATORS}
    return (
        at >= ends.get("gte", at)
        and at <= ends.get("lte", at)
        and at > ends.get("gt", at - timedelta(1))
        and at < ends.get("lt", at + timedelta(1))
    )


def _place(row: Row, field: str) -> tuple[int, str]:
    return int(_moment(row.get(field) or row["dateAdded"]).timestamp() * 1000), row["id"]


def _refusal(status: int, message: str | list[str]) -> _Refused:
    return _Refused(Answer(_error(status, message), status=status))


def _error(status: int, message: str | list[str]) -> Row:
    return {"statusCode": status, "message": message, "traceId": "t"}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
