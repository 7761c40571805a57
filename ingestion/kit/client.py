"""Kit over HTTP: lists in pages."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from requests import Response

from ingestion.http import Vendor, VendorClient, VendorError
from ingestion.kit import settings
from ingestion.progress import Progress
from ingestion.tables import Extraction

KIT = Vendor(
    source="kit",
    name="Kit",
    base_url=settings.BASE_URL,
    secret_name="api_key",  # noqa: S106
    where_to_renew=settings.WHERE_TO_RENEW,
    authorization=lambda key: {"X-Kit-Api-Key": key},
    pace=settings.PACE,
)


NOT_FOUND = 404


def _is_kits(response: Response) -> bool:
    """Tell whether an answer has Kit's own shape of errors."""
    try:
        return isinstance(response.json().get("errors"), list)
    except (ValueError, AttributeError):
        return False


class Kit:
    """One account. Raises VendorError, AccessDenied and MissingSecret."""

    def __init__(self, extraction: Extraction) -> None:
        """Open no connection yet."""
        self._http = VendorClient(KIT, extraction.connection, extraction.report)
        self._extraction = extraction

    def pages(self, path: str, key: str, progress: Progress, **params: str) -> Iterator[list[Any]]:
        """Yield the pages of a list as sent.

        The last page has an end cursor too: only `has_next_page` tells that it is the last.
        """
        number = 1
        after: str | None = None
        while True:
            cursor = {"after": after} if after else {}
            answer = self._http.get(path, {"per_page": settings.PAGE_SIZE} | params | cursor)
            rows, pagination = self._parts(path, key, answer)
            progress.reach(f"page {number} of {path}")
            yield rows
            if not pagination.get("has_next_page"):
                return
            previous, after, number = after, pagination.get("end_cursor"), number + 1
            if not after or after == previous:
                raise VendorError(f"{self._name}: Kit's pages of {path} do not move on after page {number - 1}")

    def address_of(self, subscriber_id: str) -> str | None:
        """Return a subscriber's address; None if Kit says that it does not have them."""
        path = f"/subscribers/{quote(subscriber_id, safe='')}"
        answer = self._found(path)
        if answer is None:
            return None
        row = answer.get("subscriber") if isinstance(answer, dict) else None
        if not isinstance(row, dict) or not row.get("email_address"):
            raise VendorError(f"{self._name}: Kit answered GET {path} without a subscriber")
        return str(row["email_address"])

    def has_tag(self, tag_id: str) -> bool:
        """Tell whether Kit still has a tag."""
        return self._found(f"/tags/{quote(tag_id, safe='')}/subscribers", per_page="1") is not None

    def _found(self, path: str, **params: str) -> Any | None:
        """Return an answer, None if Kit itself says that nothing is there: a 404 alone may come from anything."""
        try:
            return self._http.get(path, params)
        except VendorError as error:
            if error.response is not None and error.response.status_code == NOT_FOUND and _is_kits(error.response):
                return None
            raise

    def _parts(self, path: str, key: str, answer: Any) -> tuple[list[Any], dict[str, Any]]:
        if not isinstance(answer, dict) or not isinstance(answer.get(key), list):
            raise VendorError(f"{self._name}: Kit answered GET {path} without a list of {key}")
        pagination = answer.get("pagination")
        return answer[key], pagination if isinstance(pagination, dict) else {}

    @property
    def _name(self) -> str:
        return self._extraction.connection.connection_id
