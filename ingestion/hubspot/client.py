"""HubSpot over HTTP: contacts by list, by search and by id, histories of properties, lists and who is on them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, NoReturn
from urllib.parse import quote

from requests import Response

from ingestion.http import Vendor, VendorClient, VendorError, is_overload, told_wait
from ingestion.hubspot import settings
from ingestion.reading import Page
from ingestion.tables import Extraction

CONTACTS_PATH = f"/crm/objects/{settings.VERSION}/contacts"
PROPERTIES_PATH = f"/crm/properties/{settings.VERSION}/contacts"
LISTS_PATH = f"/crm/lists/{settings.VERSION}"
NOT_FOUND = "OBJECT_NOT_FOUND"


def policy_of(response: Response) -> str:
    """Return the policy that a 429 names, in capitals; empty if it names none."""
    try:
        answer = response.json()
    except ValueError:
        return ""
    return str(answer.get("policyName") or "").upper() if isinstance(answer, dict) else ""


def is_denied(response: Response) -> bool:
    """Tell whether HubSpot does not take the token."""
    return response.status_code in (401, settings.BAD_TOKEN)


def is_busy(response: Response) -> bool:
    """Tell whether HubSpot asks to come back later, and soon enough to wait for it."""
    status = response.status_code
    if is_denied(response) or (status == 429 and policy_of(response).startswith(settings.DAILY_POLICY)):
        return False
    if (told_wait(response) or 0) > settings.PATIENCE_SECONDS:
        return False
    return is_overload(response) or status in (settings.LOCKED, settings.MIGRATING)


def seconds_to_wait(response: Response) -> float | None:
    """Return how long to wait where HubSpot does not say so itself; None leaves it to growing waits."""
    if told_wait(response) is not None:
        return None
    if response.status_code == settings.LOCKED:
        return settings.LOCKED_WAIT_SECONDS
    return settings.WAIT_SECONDS.get(policy_of(response)) if response.status_code == 429 else None


HUBSPOT = Vendor(
    source="hubspot",
    name="HubSpot",
    base_url=settings.BASE_URL,
    secret_name="access_token",  # noqa: S106
    where_to_renew=settings.WHERE_TO_RENEW,
    authorization=lambda token: {"Authorization": f"Bearer {token}"},
    pace=settings.PACE,
    burst_seconds=settings.BURST_SECONDS,
    is_busy=is_busy,
    is_denied=is_denied,
    hint_of_wait=seconds_to_wait,
)


class HubSpot:
    """One account. Raises VendorError, AccessDenied and MissingSecret."""

    def __init__(self, extraction: Extraction) -> None:
        """Open no connection yet."""
        self._http = VendorClient(HUBSPOT, extraction.connection, extraction.report)
        self._name = extraction.connection.connection_id

    @cached_property
    def properties(self) -> list[Any]:
        """The properties that contacts can have, as sent."""
        return self._list_of("results", self._http.get(PROPERTIES_PATH), f"GET {PROPERTIES_PATH}")

    @cached_property
    def property_names(self) -> list[str]:
        """The names of all properties that contacts can have."""
        return [str(row["name"]) for row in self.properties if isinstance(row, dict) and row.get("name")]

    def contact_pages(
        self, names: Sequence[str], is_archived: bool = False, after: str | None = None
    ) -> Iterator[Page]:
        """Yield the list of contacts in the order of their ids, live or archived ones, from a cursor on.

        Where the names of the properties are too long for one address, a page is asked for several times. What was
        not in all of these answers was deleted in between, or comes again on the next page.
        """
        portions = list(_portions(names, settings.URL_LENGTH - len(CONTACTS_PATH) - 500)) or [[]]
        while True:
            answers = [self._contacts(portion, is_archived, after) for portion in portions]
            following = _cursor(answers[0])
            yield Page(_joined([answer["results"] for answer in answers]), following)
            if following is None:
                return
            if following == after:
                self._refuse("HubSpot's pages of contacts do not move on; start again later")
            after = following

    def changed_ids(self, since: datetime, until: datetime) -> Iterator[list[str]]:
        """Yield the ids of live contacts that were last modified in a span, both ends included, in their order.

        No question can be followed beyond 10,000 results: so each page is a new one, for what lies beyond the last id.
        That only holds still because nothing can enter the span any more once its end has passed.
        """
        path, last_id = f"{CONTACTS_PATH}/search", 0
        while True:
            filters = [
                {"propertyName": settings.MODIFIED, "operator": "GTE", "value": _milliseconds(since)},
                {"propertyName": settings.MODIFIED, "operator": "LTE", "value": _milliseconds(until)},
                {"propertyName": "hs_object_id", "operator": "GT", "value": str(last_id)},
            ]
            body = {
                "filterGroups": [{"filters": filters}],
                "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
                # The values come from the contacts themselves: the index may have older ones.
                "properties": ["hs_object_id"],
                "limit": settings.SEARCH_PAGE_SIZE,
            }
            answer = self._http.post(path, body)
            ids = [_id(row) for row in self._list_of("results", answer, f"POST {path}")]
            if any(not number.isdecimal() for number in ids):
                self._refuse(f"HubSpot answered POST {path} with a contact that has no id; start again later")
            if ids:
                yield ids
            if _cursor(answer) is None:
                return
            previous, last_id = last_id, max(map(int, ids), default=last_id)
            if last_id == previous:
                self._refuse("HubSpot's search does not move on; start again later")

    def contacts(self, ids: Sequence[str], names: Sequence[str], is_archived: bool = False) -> Iterator[list[Any]]:
        """Yield live or archived contacts by id, in batches.

        Who is not there is left out; for a merged one the survivor comes.
        """
        for batch in _batches(ids, settings.BATCH_SIZE):
            yield [_with_values(row) for row in self._batch(batch, {"properties": list(names)}, is_archived)]

    def histories(self, ids: Sequence[str]) -> Iterator[list[Any]]:
        """Yield live contacts with the histories of some properties, as sent, in batches."""
        for batch in _batches(ids, settings.HISTORY_BATCH_SIZE):
            yield self._batch(batch, {"properties": [], "propertiesWithHistory": list(settings.HISTORY_PROPERTIES)})

    def lists(self) -> Iterator[list[Any]]:
        """Yield the lists of contacts, with their sizes and the moments of their last changes."""
        path, offset = f"{LISTS_PATH}/search", 0
        while True:
            body = {
                "query": "",
                "objectTypeId": settings.CONTACT_TYPE,
                "count": settings.LISTS_PAGE_SIZE,
                "offset": offset,
            }
            answer = self._http.post(path, body)
            yield self._list_of("lists", answer, f"POST {path}")
            if not answer.get("hasMore"):
                return
            previous, offset = offset, int(answer.get("offset") or 0)
            if offset <= previous:
                self._refuse("HubSpot's pages of lists do not move on; start again later")

    def members(self, list_id: str) -> Iterator[list[Any]]:
        """Yield who is on a list, with the moment each was added."""
        path, after = f"{LISTS_PATH}/{quote(list_id, safe='')}/memberships", None
        while True:
            params = {"limit": settings.MEMBERS_PAGE_SIZE} | ({"after": after} if after else {})
            answer = self._http.get(path, params)
            yield self._list_of("results", answer, f"GET {path}")
            previous, after = after, _cursor(answer)
            if after is None:
                return
            if after == previous:
                self._refuse(f"HubSpot's pages of {path} do not move on; start again later")

    def _contacts(self, names: Sequence[str], is_archived: bool, after: str | None) -> dict[str, Any]:
        params = {
            "limit": settings.LIST_PAGE_SIZE,
            "archived": "true" if is_archived else "false",
            "properties": ",".join(names),
        }
        answer: dict[str, Any] = self._http.get(CONTACTS_PATH, params | ({"after": after} if after else {}))
        self._list_of("results", answer, f"GET {CONTACTS_PATH}")
        return answer

    def _batch(self, ids: Sequence[str], asked: dict[str, Any], is_archived: bool = False) -> list[Any]:
        path = f"{CONTACTS_PATH}/batch/read" + ("?archived=true" if is_archived else "")
        try:
            answer = self._http.post(path, {"inputs": [{"id": number} for number in ids], **asked})
        except VendorError as error:
            if error.response is not None and error.response.status_code == 404 and NOT_FOUND in error.response.text:
                return []
            raise
        rows = self._list_of("results", answer, f"POST {path}")
        for problem in answer.get("errors") or []:
            category = problem.get("category") if isinstance(problem, dict) else None
            if category != NOT_FOUND:
                self._refuse(f"HubSpot could not give all contacts ({category}); start again later")
        return rows

    def _list_of(self, name: str, answer: Any, asked: str) -> list[Any]:
        if not isinstance(answer, dict) or not isinstance(answer.get(name), list):
            self._refuse(f"HubSpot answered {asked} without a list of {name}")
        rows: list[Any] = answer[name]
        return rows

    def _refuse(self, problem: str) -> NoReturn:
        raise VendorError(f"{self._name}: {problem}")


def _portions(names: Iterable[str], length: int) -> Iterator[list[str]]:
    """Cut names into portions that fit into an address, where a comma takes three characters."""
    portion: list[str] = []
    left = length
    for name in names:
        needed = len(quote(name)) + 3
        if portion and needed > left:
            yield portion
            portion, left = [], length
        portion.append(name)
        left -= needed
    if portion:
        yield portion


def _batches(ids: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for first in range(0, len(ids), size):
        yield ids[first : first + size]


def _joined(answers: list[list[Any]]) -> list[Any]:
    """Join the answers to portions of properties, contact by contact."""
    first, *others = answers
    rows = [_with_values(row) for row in first]
    for other in others:
        values = {_id(row): _with_values(row).get("properties") or {} for row in other if isinstance(row, dict)}
        rows = [
            row | {"properties": (row.get("properties") or {}) | values[_id(row)]} if isinstance(row, dict) else row
            for row in rows
            if _id(row) in values or not isinstance(row, dict)
        ]
    return rows


def _with_values(row: Any) -> Any:
    """Leave out the properties without a value: an account has hundreds, a contact some dozens."""
    if not isinstance(row, dict) or not isinstance(row.get("properties"), dict):
        return row
    return row | {"properties": {name: value for name, value in row["properties"].items() if value not in (None, "")}}


def _id(row: Any) -> str:
    return str(row.get("id") or "") if isinstance(row, dict) else ""


def _cursor(answer: dict[str, Any]) -> str | None:
    following = (answer.get("paging") or {}).get("next") or {}
    after = following.get("after")
    return str(after) if after else None


def _milliseconds(moment: datetime) -> str:
    return str(int(moment.timestamp() * 1000))
