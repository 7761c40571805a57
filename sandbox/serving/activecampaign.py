"""ActiveCampaign's API v3: contacts, their custom fields, tags, lists and automations, with its bad manners."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from sandbox.serving.wire import Answer, Request, Row

DEFAULT_LIMIT = 20
LARGEST_LIMIT = 100
ZERO_MOMENT = "0000-00-00 00:00:00"
ZERO_DATE = "0000-00-00"
ACCOUNT_ZONE = timezone(timedelta(hours=-5))
"""Moments are told, and days are counted, in the zone of the account."""

COLLECTIONS = (
    *("fields", "fieldValues", "tags", "contactTags", "lists", "contactLists", "automations"),
    "contactAutomations",
)
OF_CONTACTS = ("fieldValues", "contactTags", "contactLists", "contactAutomations")


class ActiveCampaignAccount:
    """One account: `content` is the file of its connection. Answers and changes exclude each other.

    `requests_per_second` of the content is the account's limit, whichever key asks; without it there is none.
    """

    def __init__(self, connection_id: str, content: Mapping[str, Any]) -> None:
        """Keep own copies of the rows: they can change."""
        self.connection_id = connection_id
        self.api_keys: list[str] = list(content["api_keys"])
        self._lock = threading.RLock()
        self._contacts: dict[str, Row] = {row["id"]: dict(row) for row in content["contacts"]}
        self._rows: dict[str, dict[str, Row]] = {
            name: {row["id"]: dict(row) for row in content.get(name, [])} for name in COLLECTIONS
        }
        self._requests_per_second: int | None = content.get("requests_per_second")
        self._passed: deque[float] = deque()
        self._refusals: deque[Answer] = deque()
        self._afterwards: deque[tuple[str, Callable[[], Any]]] = deque()

    def contacts(self) -> list[Row]:
        """Return copies of all contacts: the true answer."""
        with self._lock:
            return [dict(row) for row in self._contacts.values()]

    def rows(self, collection: str) -> list[Row]:
        """Return copies of all rows of a collection, such as contactTags."""
        with self._lock:
            return [dict(row) for row in self._rows[collection].values()]

    def add_contact(self, **values: Any) -> str:
        """Create a contact and return its id."""
        with self._lock:
            now, contact_id = _now(), str(max(map(int, self._contacts), default=0) + 1)
            self._contacts[contact_id] = {"id": contact_id, "cdate": now, "udate": now, "deleted": "0", **values}
            return contact_id

    def modify(self, contact_id: str, **values: Any) -> None:
        """Set values of a contact. Raises LookupError for an unknown one."""
        with self._lock:
            self._contact(contact_id).update(values, udate=_now())

    def delete(self, contact_id: str) -> None:
        """Let a contact vanish with all that is its own. Raises LookupError for an unknown one."""
        with self._lock:
            self._contact(contact_id)
            del self._contacts[contact_id]
            for name in OF_CONTACTS:
                rows = self._rows[name]
                self._rows[name] = {row_id: row for row_id, row in rows.items() if row["contact"] != contact_id}

    def merge(self, primary_id: str, other_id: str) -> None:
        """Let a contact vanish into another one, which gets its tags and says nothing of it. Raises LookupError."""
        with self._lock:
            self._contact(primary_id)
            for row in self._rows["contactTags"].values():
                if row["contact"] == other_id:
                    row["contact"] = primary_id
            self.delete(other_id)
            self.modify(primary_id)

    def set_field(self, contact_id: str, field_id: str, value: str) -> None:
        """Set the value of a custom field; the contact counts as updated. Raises LookupError for an unknown contact."""
        with self._lock:
            self.modify(contact_id)
            for row in self._rows["fieldValues"].values():
                if (row["contact"], row["field"]) == (contact_id, field_id):
                    row.update(value=value, udate=_now())
                    return
            self._add("fieldValues", contact=contact_id, field=field_id, value=value, cdate=_now(), udate=_now())

    def tag(self, contact_id: str, tag_id: str) -> str:
        """Give a contact a tag now and return the id of the row; nothing of the contact itself moves."""
        with self._lock:
            return self._add("contactTags", contact=contact_id, tag=tag_id, cdate=_now())

    def untag(self, contact_id: str, tag_id: str) -> None:
        """Take a tag away: its row vanishes. Raises LookupError if the contact does not have it."""
        with self._lock:
            for row_id, row in self._rows["contactTags"].items():
                if (row["contact"], row["tag"]) == (contact_id, tag_id):
                    del self._rows["contactTags"][row_id]
                    return
            raise LookupError(f"contact {contact_id} has no tag {tag_id}")

    def unsubscribe(self, contact_id: str, list_id: str) -> None:
        """Let a contact leave a list: its row stays and says so. Raises LookupError if it is not on it."""
        with self._lock:
            for row in self._rows["contactLists"].values():
                if (row["contact"], row["list"]) == (contact_id, list_id):
                    row.update(status="2", udate=_now())
                    return
            raise LookupError(f"contact {contact_id} is not on list {list_id}")

    def refuse_next(self, status: int, times: int = 1, body: Any = None, retry_after: int | None = None) -> None:
        """Let the next requests fail, or answer 200 with a body that is an error."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        self._refusals.extend([Answer({"message": "No"} if body is None else body, status, headers)] * times)

    def after_next(self, path: str, action: Callable[[], Any]) -> None:
        """Do something once, after the next answer to a path such as contactTags."""
        self._afterwards.append((path, action))

    def answer(self, request: Request) -> Answer:
        """Answer, or refuse with ActiveCampaign's error."""
        with self._lock:
            if self._refusals:
                return self._refusals.popleft()
            if not self._admits():
                return _too_many()
            path = request.path.removeprefix("/api/3").strip("/")
            answer = self._answer(request.method, path.split("/"), request.params)
            if self._afterwards and self._afterwards[0][0] == path:
                self._afterwards.popleft()[1]()
            return answer

    def _answer(self, method: str, parts: list[str], params: Mapping[str, str]) -> Answer:
        match [method, *parts]:
            case ["GET", "contacts"]:
                return self._list_contacts(params)
            case ["GET", "contacts", contact_id, *_] if contact_id not in self._contacts:
                return Answer({"message": f"No Result found for Subscriber with id {contact_id}"}, status=404)
            case ["GET", "contacts", contact_id]:
                return Answer({"contact": _as_sent(self._contacts[contact_id]), "fieldValues": []})
            case ["GET", "contacts", contact_id, "fieldValues"]:
                rows = [row for row in self._rows["fieldValues"].values() if row["contact"] == contact_id]
                return Answer({"fieldValues": rows})
            case ["GET", collection] if collection in self._rows:
                return _page(collection, list(self._rows[collection].values()), params)
        return Answer({"message": "The requested resource does not exist"}, status=404)

    def _list_contacts(self, params: Mapping[str, str]) -> Answer:
        """List contacts: newest first unless ids are to ascend, and by days, in the zone of the account."""
        status = params.get("status", "-1")
        rows = [row for row in self._contacts.values() if status in ("-1", row.get("status", "1"))]
        if after := params.get("id_greater"):
            rows = [row for row in rows if int(row["id"]) > int(after)]
        if since := params.get("filters[updated_after]"):
            first_day = date.fromisoformat(since)
            rows = [row for row in rows if _day(row["udate"]) >= first_day]
        answer = _page("contacts", rows, {"orders[id]": "DESC", **params})
        if answer.status != 200:
            return answer
        sent = [_as_sent(row) for row in answer.body["contacts"]]
        return Answer({"scoreValues": [], **answer.body, "contacts": sent})

    def _add(self, collection: str, **values: Any) -> str:
        rows = self._rows[collection]
        row_id = str(max(map(int, rows), default=0) + 1)
        rows[row_id] = {"id": row_id, **values}
        return row_id

    def _contact(self, contact_id: str) -> Row:
        if contact_id not in self._contacts:
            raise LookupError(f"there is no contact {contact_id}")
        return self._contacts[contact_id]

    def _admits(self) -> bool:
        """Count a request, unless it is one too many in the last second."""
        now = time.monotonic()
        while self._passed and self._passed[0] <= now - 1:
            self._passed.popleft()
        if self._requests_per_second is not None and len(self._passed) >= self._requests_per_second:
            return False
        self._passed.append(now)
        return True


class ActiveCampaign:
    """All accounts at ActiveCampaign, told apart by their keys."""

    def __init__(self, accounts: Iterable[ActiveCampaignAccount]) -> None:
        """Know the accounts by key."""
        self._accounts = {key: account for account in accounts for key in account.api_keys}

    def identify(self, request: Request) -> ActiveCampaignAccount | Answer:
        """Return the account that the header Api-Token opens; another key is forbidden, as much else is."""
        account = self._accounts.get(request.headers.get("api-token", ""))
        return account or Answer({"message": "You do not have the permissions to view this resource."}, status=403)

    def throttled(self, request: Request, minutes: int) -> Answer:
        """Say in seconds when to come back."""
        return _too_many()

    def broken(self) -> Answer:
        """Fail, and say that all is well: so does ActiveCampaign at times."""
        return Answer({"errors": [{"title": "Something went wrong", "status": 500}]})


def _too_many() -> Answer:
    headers = {"Retry-After": "1", "RateLimit-Limit": "5", "RateLimit-Remaining": "0"}
    return Answer({"message": "Rate limit exceeded"}, status=429, headers=headers)


def _page(name: str, rows: list[Row], params: Mapping[str, str]) -> Answer:
    """Answer with the rows at some places; what was deleted before moves all others. The total is text."""
    limit, offset = params.get("limit", str(DEFAULT_LIMIT)), params.get("offset", "0")
    if not limit.isdecimal() or not offset.isdecimal():
        return Answer({"errors": [{"title": "limit and offset must be numbers"}]}, status=422)
    ordered = sorted(rows, key=lambda row: int(row["id"]), reverse=params.get("orders[id]") == "DESC")
    first = int(offset)
    page = ordered[first : first + min(int(limit), LARGEST_LIMIT)]
    return Answer({name: page, "meta": {"total": str(len(rows))}})


def _as_sent(row: Row) -> Row:
    """Return a contact as it is sent: numbers and flags are text, and what has no date has a date of zeros."""
    return {
        "phone": "",
        "firstName": "",
        "lastName": "",
        "bounced_hard": "0",
        "bounced_soft": "0",
        "bounced_date": ZERO_DATE,
        "rating_tstamp": ZERO_DATE,
        "adate": ZERO_MOMENT,
        "deleted": "0",
        "anonymized": "0",
        "deleted_at": ZERO_MOMENT,
        "scoreValues": [],
        "links": {"contactTags": f"/api/3/contacts/{row['id']}/contactTags"},
        **{name: value for name, value in row.items() if name != "status"},
    }


def _day(moment: str) -> date:
    return datetime.fromisoformat(moment).astimezone(ACCOUNT_ZONE).date()


def _now() -> str:
    return datetime.now(UTC).astimezone(ACCOUNT_ZONE).isoformat(timespec="seconds")
