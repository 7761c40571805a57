"""Kit's API v4: lists in pages with cursors, filters that know only days."""

import base64
import json
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from sandbox.serving.wire import Answer, Request, Row

DEFAULT_PAGE_SIZE = 500
LARGEST_PAGE_SIZE = 1000
STATES = ("active", "inactive", "bounced", "complained", "cancelled")
SORT_FIELDS = ("id", "updated_at", "cancelled_at")
INCLUDES = ("attribution", "tags", "location", "canceled_at")

Key = Callable[[Row], list[Any]]


class _Unprocessable(Exception):
    """A parameter that Kit refuses; the text is its error."""


class KitAccount:
    """One account: `content` is the file of its connection. Answers and changes exclude each other."""

    def __init__(self, connection_id: str, content: Mapping[str, Any]) -> None:
        """Keep own copies of the rows, as they can change, and find out who has which tag."""
        self.connection_id = connection_id
        self.api_key: str = content["api_key"]
        self._lock = threading.RLock()
        self._account = content["account"]
        self._tags: dict[str, Row] = {str(tag["id"]): dict(tag) for tag in content["tags"]}
        self._subscribers: dict[str, Row] = {str(row["id"]): dict(row) for row in content["subscribers"]}
        # When each subscriber got each tag.
        self._tagged: dict[str, dict[str, str]] = {tag_id: {} for tag_id in self._tags}
        self._tags_of: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for tag_id, taggings in content["taggings"].items():
            for tagging in taggings:
                self._tag(str(tagging["subscriber_id"]), tag_id, tagging["tagged_at"])

    def subscribers(self) -> list[Row]:
        """Return copies of all subscribers: the true answer."""
        with self._lock:
            return [dict(row) for row in self._subscribers.values()]

    def delete(self, subscriber_id: str) -> None:
        """Let a subscriber vanish with their tags; no list tells. Raises LookupError for an unknown one."""
        with self._lock:
            for tag_id in list(self._tags_of[subscriber_id]):
                self.untag(subscriber_id, tag_id)
            del self._subscribers[subscriber_id]

    def tag(self, subscriber_id: str, tag_id: str) -> None:
        """Give a subscriber a tag now, which moves nothing else of theirs. Raises LookupError for unknown ones."""
        with self._lock:
            self._tag(subscriber_id, tag_id, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))

    def untag(self, subscriber_id: str, tag_id: str) -> None:
        """Take a tag away: no list tells. Raises LookupError if the subscriber does not have it."""
        with self._lock:
            del self._tagged[tag_id][subscriber_id]
            del self._tags_of[subscriber_id][tag_id]

    def delete_tag(self, tag_id: str) -> None:
        """Let a tag vanish, and from everybody. Raises LookupError for an unknown one."""
        with self._lock:
            for subscriber_id in list(self._tagged[tag_id]):
                self.untag(subscriber_id, tag_id)
            del self._tagged[tag_id], self._tags[tag_id]

    def answer(self, request: Request) -> Answer:
        """Answer, or refuse a parameter with 422."""
        with self._lock:
            try:
                match [request.method, *request.path.strip("/").split("/")]:
                    case ["GET", "account"]:
                        return Answer(self._account)
                    case ["GET", "subscribers"]:
                        return self._list_subscribers(request.params)
                    case ["GET", "subscribers", subscriber_id] if subscriber_id in self._subscribers:
                        return Answer({"subscriber": _as_sent(self._subscribers[subscriber_id])})
                    case ["GET", "tags"]:
                        return _page("tags", list(self._tags.values()), request.params, _by_id)
                    case ["GET", "tags", tag_id, "subscribers"] if tag_id in self._tags:
                        return self._list_tagged(tag_id, request.params)
            except _Unprocessable as error:
                return Answer({"errors": [str(error)]}, status=422)
        return Answer({"errors": ["Not Found"]}, status=404)

    def _tag(self, subscriber_id: str, tag_id: str, tagged_at: str) -> None:
        if subscriber_id not in self._subscribers:
            raise LookupError(f"{self.connection_id} has no subscriber {subscriber_id}")
        self._tagged[tag_id][subscriber_id] = tagged_at
        self._tags_of[subscriber_id][tag_id] = None

    def _list_subscribers(self, params: Mapping[str, str]) -> Answer:
        status = _status(params)
        includes = [name.strip() for name in params.get("include", "").split(",") if name.strip()]
        for name in includes:
            if name not in INCLUDES:
                raise _Unprocessable(f"The include param does not accept `{name}`")
        if "canceled_at" in includes and status != "cancelled":
            raise _Unprocessable("The status param must be `cancelled` if include contains `canceled_at`")
        rows = _within_days(_in_state(self._subscribers.values(), status), params, "created", _created_at)
        if address := params.get("email_address"):
            rows = [row for row in rows if row["email_address"] == address]
        rows = _within_days(rows, params, "updated", _updated_at)
        answer = _page("subscribers", rows, params, _sort_key(params.get("sort_field", "id"), status))
        sent = [_as_sent(row) | self._included(row, includes) for row in answer.body["subscribers"]]
        return Answer(answer.body | {"subscribers": sent})

    def _list_tagged(self, tag_id: str, params: Mapping[str, str]) -> Answer:
        tagged = [self._subscribers[who] | {"tagged_at": when} for who, when in self._tagged[tag_id].items()]
        rows = _within_days(_in_state(tagged, _status(params)), params, "tagged", _tagged_at)
        answer = _page("subscribers", rows, params, lambda row: [row["tagged_at"], int(row["id"])])
        sent = [_as_sent(row) | {"tagged_at": row["tagged_at"]} for row in answer.body["subscribers"]]
        return Answer(answer.body | {"subscribers": sent})

    def _included(self, row: Row, includes: Iterable[str]) -> Row:
        tags = [
            {"id": tag["id"], "name": tag["name"]} for tag in map(self._tags.get, self._tags_of[str(row["id"])]) if tag
        ]
        return {name: tags if name == "tags" else row.get(name) for name in includes}


class Kit:
    """All accounts at Kit, told apart by their keys."""

    def __init__(self, accounts: Iterable[KitAccount]) -> None:
        """Know the accounts by key."""
        self._accounts = {account.api_key: account for account in accounts}

    def identify(self, request: Request) -> KitAccount | Answer:
        """Return the account that the header X-Kit-Api-Key opens."""
        account = self._accounts.get(request.headers.get("x-kit-api-key", ""))
        return account or Answer({"errors": ["The API key is invalid"]}, status=401)

    def throttled(self, request: Request, minutes: int) -> Answer:
        """Answer in plain text and without Retry-After."""
        return Answer("Retry later", status=429)

    def broken(self) -> Answer:
        """Answer in Kit's own shape of errors."""
        return Answer({"errors": ["Internal Server Error"]}, status=500)


def _page(name: str, rows: list[Row], params: Mapping[str, str], key: Key) -> Answer:
    """Answer with the page that a cursor points to; newest first unless `sort_order` is asc.

    A cursor holds the sort key of a row, so that pages stay whole whatever is added elsewhere.
    """
    order = params.get("sort_order", "desc")
    if order not in ("asc", "desc"):
        raise _Unprocessable("The sort_order param must be `asc` or `desc`")
    is_descending = order == "desc"
    size = _page_size(params)
    ordered = sorted(rows, key=key, reverse=is_descending)
    first, end = 0, size
    if after := params.get("after"):
        limit = _cursor_key("after", after)
        first = _count(ordered, lambda row: _is_before(key(row), limit, is_descending) or key(row) == limit)
        end = first + size
    elif before := params.get("before"):
        limit = _cursor_key("before", before)
        end = _count(ordered, lambda row: _is_before(key(row), limit, is_descending))
        first = max(end - size, 0)
    page = ordered[first:end]
    pagination: Row = {
        "has_previous_page": first > 0,
        "has_next_page": end < len(ordered),
        "start_cursor": _cursor(key(page[0])) if page else None,
        "end_cursor": _cursor(key(page[-1])) if page else None,
        "per_page": size,
    }
    if params.get("include_total_count") == "true":
        pagination["total_count"] = len(ordered)
    return Answer({name: page, "pagination": pagination})


def _count(rows: Iterable[Row], is_counted: Callable[[Row], bool]) -> int:
    return sum(1 for row in rows if is_counted(row))


def _is_before(key: list[Any], limit: list[Any], is_descending: bool) -> bool:
    try:
        return key > limit if is_descending else key < limit
    except TypeError:
        raise _Unprocessable("The cursor does not belong to this list") from None


def _cursor(key: list[Any]) -> str:
    return base64.b64encode(json.dumps(key, separators=(",", ":")).encode()).decode()


def _cursor_key(name: str, cursor: str) -> list[Any]:
    try:
        key = json.loads(base64.b64decode(cursor, validate=True))
    except ValueError:
        key = None
    if not isinstance(key, list):
        raise _Unprocessable(f"The {name} param is no cursor")
    return key


def _page_size(params: Mapping[str, str]) -> int:
    text = params.get("per_page", str(DEFAULT_PAGE_SIZE))
    if not text.isdecimal() or not int(text):
        raise _Unprocessable("The per_page param must be a positive number")
    return min(int(text), LARGEST_PAGE_SIZE)


def _status(params: Mapping[str, str]) -> str:
    status = params.get("status", "active")
    if status not in (*STATES, "all"):
        raise _Unprocessable(f"The status param must be one of {', '.join(STATES)}, all")
    return status


def _sort_key(sort_field: str, status: str) -> Key:
    if sort_field not in SORT_FIELDS:
        raise _Unprocessable(f"The sort_field param must be one of {', '.join(SORT_FIELDS)}")
    if sort_field == "cancelled_at" and status != "cancelled":
        raise _Unprocessable("The status param must be `cancelled` if sort_field is `cancelled_at`")
    if sort_field == "id":
        return _by_id
    time_of = _updated_at if sort_field == "updated_at" else _cancelled_at
    return lambda row: [time_of(row), int(row["id"])]


def _in_state(rows: Iterable[Row], status: str) -> list[Row]:
    return [row for row in rows if status in (row["state"], "all")]


def _within_days(rows: list[Row], params: Mapping[str, str], name: str, time_of: Callable[[Row], str]) -> list[Row]:
    """Keep what lies on the days from `<name>_after` to `<name>_before`, in UTC: times of day are not understood."""
    if after := params.get(f"{name}_after"):
        first_day = _day(f"{name}_after", after)
        rows = [row for row in rows if time_of(row)[:10] >= first_day]
    if before := params.get(f"{name}_before"):
        last_day = _day(f"{name}_before", before)
        rows = [row for row in rows if time_of(row)[:10] <= last_day]
    return rows


def _day(name: str, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise _Unprocessable(f"The {name} param must be a date of the form yyyy-mm-dd") from None


def _by_id(row: Row) -> list[Any]:
    return [int(row["id"])]


def _created_at(row: Row) -> str:
    return str(row["created_at"])


def _cancelled_at(row: Row) -> str:
    return str(row.get("canceled_at") or "")


def _updated_at(row: Row) -> str:
    """Return the last change that a record shows; Kit keeps the true time to itself, and a tag does not count."""
    return max(_created_at(row), _cancelled_at(row))


def _tagged_at(row: Row) -> str:
    return str(row["tagged_at"])


def _as_sent(row: Row) -> Row:
    sent = {name: row.get(name) for name in ("id", "first_name", "email_address", "state", "created_at")}
    return sent | {"fields": row.get("fields") or {}}
