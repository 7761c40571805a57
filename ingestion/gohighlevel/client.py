"""GoHighLevel over HTTP: contacts of a location by search, one by its id, and the custom fields there are."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any, NoReturn
from urllib.parse import quote

from requests import Response

from ingestion.connections import secret_variable
from ingestion.gohighlevel import settings
from ingestion.http import Vendor, VendorClient, VendorError, is_overload, told_wait
from ingestion.reading import Page
from ingestion.tables import Extraction

SEARCH_PATH = "/contacts/search"
FORBIDDEN = 403
UNAUTHORIZED = 401


def is_of_another_location(response: Response) -> bool:
    """Tell whether the token is good, and the location is not its own."""
    return response.status_code in (UNAUTHORIZED, FORBIDDEN) and "location" in response.text.lower()


def is_denied(response: Response) -> bool:
    """Tell whether GoHighLevel does not take the token."""
    return response.status_code == UNAUTHORIZED and not is_of_another_location(response)


def is_busy(response: Response) -> bool:
    """Tell whether GoHighLevel asks to come back later, and on the same day."""
    if response.status_code == 429 and response.headers.get("X-RateLimit-Daily-Remaining", "").strip() == "0":
        return False
    return is_overload(response) and (told_wait(response) or 0) <= settings.PATIENCE_SECONDS


def seconds_to_wait(response: Response) -> float | None:
    """Return how long to wait after a 429 that does not say so itself; None leaves it to growing waits."""
    return settings.BURST_SECONDS if response.status_code == 429 and told_wait(response) is None else None


GOHIGHLEVEL = Vendor(
    source="gohighlevel",
    name="GoHighLevel",
    base_url=settings.BASE_URL,
    secret_name="access_token",  # noqa: S106
    where_to_renew=settings.WHERE_TO_RENEW,
    authorization=lambda token: {"Authorization": f"Bearer {token}", "Version": settings.VERSION},
    pace=settings.PACE,
    burst_seconds=settings.BURST_SECONDS,
    is_busy=is_busy,
    is_denied=is_denied,
    hint_of_wait=seconds_to_wait,
)


class GoHighLevel:
    """One location. Raises VendorError, AccessDenied and MissingSecret."""

    def __init__(self, extraction: Extraction) -> None:
        """Open no connection yet."""
        self._http = VendorClient(GOHIGHLEVEL, extraction.connection, extraction.report)
        self._connection = extraction.connection

    def contact_pages(
        self, field: str, since: datetime | None, until: datetime, after: list[Any] | None = None
    ) -> Iterator[Page]:
        """Yield contacts by a moment of theirs, both ends included, oldest first, from a cursor on.

        The cursor holds the moment at which the last contact was added, and its id: it stays good, and nothing that
        changes, is added or is deleted meanwhile moves the others. Only an empty page is the end.
        """
        span = ({"gte": _written(since)} if since else {}) | {"lte": _written(until)}
        body = {
            "locationId": self._connection.vendor_account_id,
            "pageLimit": settings.PAGE_SIZE,
            "filters": [{"field": field, "operator": "range", "value": span}],
            "sort": [{"field": settings.ADDED, "direction": "asc"}],
        }
        while True:
            asked = body | ({"searchAfter": after} if after else {})
            answer = self._asked(partial(self._http.post, SEARCH_PATH, asked))
            rows = self._list_of("contacts", answer, f"POST {SEARCH_PATH}")
            if not rows:
                return
            previous, after = after, rows[-1].get("searchAfter") if isinstance(rows[-1], dict) else None
            if not isinstance(after, list) or not after or after == previous:
                self._refuse("GoHighLevel's pages of contacts do not move on; start again later")
            yield Page([_without_cursor(row) for row in rows], after)

    def contact(self, contact_id: str) -> Any | None:
        """Return a contact by its id; None if GoHighLevel says that it does not have it."""
        path = f"/contacts/{quote(contact_id, safe='')}"
        try:
            answer = self._asked(partial(self._http.get, path))
        except VendorError as error:
            if error.response is not None and _says_gone(error.response):
                return None
            raise
        if not isinstance(answer, dict) or not isinstance(answer.get("contact"), dict):
            self._refuse(f"GoHighLevel answered GET {path} without a contact")
        # One that was deleted may be sent with a mark.
        return None if answer["contact"].get("deleted") is True else answer["contact"]

    def custom_fields(self) -> list[Any]:
        """Return the custom fields that contacts can have."""
        path = f"/locations/{quote(self._connection.vendor_account_id, safe='')}/customFields"
        answer = self._asked(partial(self._http.get, path, {"model": "contact"}))
        return self._list_of("customFields", answer, f"GET {path}")

    def _asked(self, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except VendorError as error:
            if error.response is None or not is_of_another_location(error.response):
                raise
        raise VendorError(
            f"{self._connection.connection_id}: the token in "
            f"{secret_variable(self._connection, GOHIGHLEVEL.secret_name)} does not open the location "
            f"{self._connection.vendor_account_id}; set vendor_account_id in connections.csv to the location that it "
            f"was made in, or make one at {settings.WHERE_TO_RENEW}"
        )

    def _list_of(self, key: str, answer: Any, asked: str) -> list[Any]:
        if not isinstance(answer, dict) or not isinstance(answer.get(key), list):
            self._refuse(f"GoHighLevel answered {asked} without a list of {key}")
        rows: list[Any] = answer[key]
        return rows

    def _refuse(self, problem: str) -> NoReturn:
        raise VendorError(f"{self._connection.connection_id}: {problem}")


def _without_cursor(row: Any) -> Any:
    return {name: value for name, value in row.items() if name != "searchAfter"} if isinstance(row, dict) else row


def _says_gone(response: Response) -> bool:
    """Tell whether an answer says that there is no such contact, and not that something else is wrong."""
    if response.status_code not in settings.GONE:
        return False
    try:
        answer = response.json()
    except ValueError:
        return False
    said = str(answer.get("message") or "") if isinstance(answer, dict) else ""
    return settings.GONE_WORDS.search(said) is not None


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
