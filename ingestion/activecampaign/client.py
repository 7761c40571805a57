"""ActiveCampaign over HTTP: contacts in the order of their ids, one by its id, and other lists by their places."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any, NoReturn
from urllib.parse import quote

from requests import Response

from ingestion.activecampaign import settings
from ingestion.activecampaign.rows import with_all_fields
from ingestion.http import Vendor, VendorClient, VendorError, is_overload, told_wait
from ingestion.reading import Page
from ingestion.tables import Extraction

CONTACTS_PATH = f"{settings.BASE_PATH}/contacts"
FORBIDDEN = 403
NOT_FOUND = 404


def is_denied(response: Response) -> bool:
    """Tell whether ActiveCampaign does not take the key."""
    return response.status_code in (401, FORBIDDEN)


def is_busy(response: Response) -> bool:
    """Tell whether ActiveCampaign asks to come back later, or says 200 and means that it failed."""
    if (told_wait(response) or 0) > settings.PATIENCE_SECONDS:
        return False
    return is_overload(response) or (response.status_code == 200 and _is_error(response))


def _is_error(response: Response) -> bool:
    # The body of a page is long, and an error is short.
    if len(response.content) > 10_000:
        return False
    try:
        answer = response.json()
    except ValueError:
        return False
    if not isinstance(answer, dict) or settings.NO_RESULT in str(answer.get("message")):
        return False
    said = answer.get("errors") or answer.get("error") or str(answer.get("result_code", "1")) == "0"
    return bool(said) or (bool(answer) and set(answer) <= {"message", "code", "status"})


ACTIVECAMPAIGN = Vendor(
    source="activecampaign",
    name="ActiveCampaign",
    base_url="",
    secret_name="api_key",  # noqa: S106
    where_to_renew=settings.WHERE_TO_RENEW,
    authorization=lambda key: {"Api-Token": key},
    pace=settings.PACE,
    burst_seconds=settings.BURST_SECONDS,
    keys_share_pace=True,
    is_denied=is_denied,
)


class _Patience:
    """Asks a few times again where 403 comes, which may be one of those that mean nothing."""

    def __init__(self) -> None:
        self._forbidden = 0

    def is_busy(self, response: Response) -> bool:
        if response.status_code != FORBIDDEN:
            self._forbidden = 0
            return is_busy(response)
        self._forbidden += 1
        return self._forbidden < settings.FORBIDDEN_ATTEMPTS


class ActiveCampaign:
    """One account. Raises VendorError, AccessDenied and MissingSecret."""

    def __init__(self, extraction: Extraction) -> None:
        """Open no connection yet."""
        vendor = replace(ACTIVECAMPAIGN, is_busy=_Patience().is_busy)
        # The account's URL as ActiveCampaign shows it, or with the path that all addresses of its API begin with.
        base_url = extraction.connection.base_url.rstrip("/").removesuffix(settings.BASE_PATH)
        self._http = VendorClient(vendor, replace(extraction.connection, base_url=base_url), extraction.report)
        self._name = extraction.connection.connection_id

    def contact_pages(self, since: date | None = None, after: int = 0) -> Iterator[Page]:
        """Yield contacts in the order of their ids, from beyond an id on; all, or those updated on a day or later.

        Only an empty page is the end: so no limit of pages that ActiveCampaign may have cuts anything off.
        """
        params = {"status": settings.ANY_STATUS, "orders[id]": "ASC", "limit": settings.PAGE_SIZE}
        if since:
            params["filters[updated_after]"] = since.isoformat()
        while True:
            answer = self._http.get(CONTACTS_PATH, params | {"id_greater": after})
            rows = self._list_of("contacts", answer, CONTACTS_PATH)
            if not rows:
                return
            ids = [int(_id(row)) for row in rows if _id(row).isdecimal()]
            if not ids or ids != sorted(ids) or ids[0] <= after:
                self._refuse("ActiveCampaign's pages of contacts are not in the order of their ids; start again later")
            after = ids[-1]
            yield Page(with_all_fields(rows), after)

    def contact(self, contact_id: str) -> Any | None:
        """Return a contact by its id; None if ActiveCampaign says that it does not have it."""
        answer = self._get_of_contact(f"{CONTACTS_PATH}/{quote(contact_id, safe='')}")
        if answer is None:
            return None
        if not isinstance(answer, dict) or not isinstance(answer.get("contact"), dict):
            self._refuse(f"ActiveCampaign answered GET {CONTACTS_PATH}/{contact_id} without a contact")
        return with_all_fields([answer["contact"]])[0]

    def field_values(self, contact_id: str) -> list[Any]:
        """Return the values of a contact's custom fields; none of a contact that is not there."""
        path = f"{CONTACTS_PATH}/{quote(contact_id, safe='')}/fieldValues"
        answer = self._get_of_contact(path)
        return [] if answer is None else self._list_of("fieldValues", answer, path)

    def pages(self, collection: str) -> Iterator[list[Any]]:
        """Yield what there is of a collection, such as contactTags, with no row missing that is there all the time.

        Such lists are asked for by places, and rows that are deleted while they are read move all that follow to
        earlier places. So each page begins with the last row of the one before. Where it is not among the page's, the
        page before is read again. A row may come twice.
        """
        path, offset, steps_back = f"{settings.BASE_PATH}/{collection}", 0, 0
        before: set[str] = set()
        while True:
            params = {"limit": settings.PAGE_SIZE, "offset": offset, "orders[id]": "ASC"}
            answer = self._http.get(path, params)
            rows = self._list_of(collection, answer, path)
            ids = [_id(row) for row in rows]
            if offset and before.isdisjoint(ids):
                steps_back += 1
                if steps_back > settings.MOST_STEPS_BACK:
                    self._refuse(f"ActiveCampaign's pages of {path} change while they are read; start again later")
                offset = max(offset - settings.PAGE_SIZE + 1, 0)
                continue
            new = [row for row, row_id in zip(rows, ids, strict=True) if row_id not in before]
            if new:
                yield new
            end, total = offset + len(rows), _total(answer)
            if end >= total if total is not None else not new:
                return
            if not new:
                self._refuse(f"ActiveCampaign's pages of {path} do not move on; start again later")
            before, offset = set(ids), end - 1

    def _get_of_contact(self, path: str) -> Any | None:
        try:
            answer = self._http.get(path)
        except VendorError as error:
            response = error.response
            # A 404 alone may come from anything on the way.
            if response is None or response.status_code != NOT_FOUND or settings.NO_RESULT not in response.text:
                raise
            return None
        return None if isinstance(answer, dict) and settings.NO_RESULT in str(answer.get("message")) else answer

    def _list_of(self, key: str, answer: Any, path: str) -> list[Any]:
        if not isinstance(answer, dict) or not isinstance(answer.get(key), list):
            self._refuse(f"ActiveCampaign answered GET {path} without a list of {key}")
        rows: list[Any] = answer[key]
        return rows

    def _refuse(self, problem: str) -> NoReturn:
        raise VendorError(f"{self._name}: {problem}")


def _id(row: Any) -> str:
    return str(row.get("id", "")) if isinstance(row, dict) else ""


def _total(answer: dict[str, Any]) -> int | None:
    """Return how many rows there are in all; it comes as text, and not from every path."""
    meta = answer.get("meta")
    total = str(meta.get("total", "")) if isinstance(meta, dict) else ""
    return int(total) if total.isdecimal() else None
