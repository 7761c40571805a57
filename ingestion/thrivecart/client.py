"""ThriveCart over HTTP: pages of transactions, the catalogue, one customer at a time."""

import math
import time
from typing import Any

from ingestion.http import AccessDenied, Vendor, VendorClient, VendorError
from ingestion.personal import without_forgotten
from ingestion.progress import time_left
from ingestion.tables import Extraction
from ingestion.thrivecart import settings
from ingestion.thrivecart.seeking import Page
from ingestion.thrivecart.tables import TRANSACTIONS

THRIVECART = Vendor(
    source="thrivecart",
    name="ThriveCart",
    base_url=settings.BASE_URL,
    secret_name="api_key",  # noqa: S106
    where_to_renew=settings.WHERE_TO_RENEW,
    command_to_renew=settings.COMMAND_TO_RENEW,
    authorization=lambda key: {"Authorization": f"Bearer {key}"},
    pace=settings.PACE,
)

UNKNOWN_CUSTOMER = (400, 404)


class ThriveCart:
    """One account. Raises VendorError, AccessDenied and MissingSecret."""

    def __init__(self, extraction: Extraction) -> None:
        """Open no connection yet."""
        self._http = VendorClient(THRIVECART, extraction.connection, extraction.report)
        self._extraction = extraction
        self._lists: dict[str, list[Any]] = {}
        self._largest_page = 1
        self._pages_asked = 0
        self._began_at = time.monotonic()

    def transaction_page(self, mode: str, number: int) -> Page:
        """Return a page of transactions, of which the first holds the newest; past the end a page is empty."""
        answer = self._http.get(
            "/transactions", {"page": number, "perPage": settings.PAGE_SIZE}, headers={"X-TC-Mode": mode}
        )
        self._pages_asked += 1
        rows, total = self._transactions_of(answer)
        # Here already: pages wait on disk before they are landed.
        rows = [without_forgotten(TRANSACTIONS, row, self._extraction.forgotten) for row in rows]
        # The last page is a small one: how many there are, the largest tells.
        self._largest_page = max(self._largest_page, len(rows))
        return Page(number, max(math.ceil(total / self._largest_page), number), rows, total)

    def time_for(self, pages: int) -> str:
        """Say how long so many more pages will take, as a clause; nothing where that is less than a minute."""
        so_far = (time.monotonic() - self._began_at) / max(self._pages_asked, 1)
        # The first minute's requests pass at once: what the vendor allows says more than they do.
        return time_left(pages * max(so_far, 60 / THRIVECART.setting("requests_per_minute")))

    def catalogue(self, path: str) -> list[Any]:
        """Return products, bumps, upsells or downsells; asked once, however many tables need it."""
        if path not in self._lists:
            self._lists[path] = self._list(path, self._http.get(path))
        return self._lists[path]

    def details(self, path: str) -> dict[str, Any] | None:
        """Return the details of a catalogue item; None, with a report, where the account does not give them."""
        answer = self._optional(path)
        return answer if isinstance(answer, dict) else None

    def pricing_options(self, path: str) -> list[Any] | None:
        """Return the pricing options of a catalogue item; None, with a report, where they are not given."""
        answer = self._optional(f"{path}/pricing_options")
        return answer if isinstance(answer, list) else None

    def customer(self, email: str) -> dict[str, Any] | None:
        """Return what ThriveCart knows of a customer in live mode, None if it knows none."""
        try:
            answer = self._http.post("/customer", {"email": email}, headers={"X-TC-Mode": "live"})
        except VendorError as error:
            if error.response is not None and error.response.status_code in UNKNOWN_CUSTOMER:
                return None
            raise
        return answer if isinstance(answer, dict) else None

    def _optional(self, path: str) -> Any:
        try:
            return self._http.get(path, is_optional=True)
        except AccessDenied:
            raise
        except VendorError as error:
            self._extraction.report(f"{error}; left out")
            return None

    def _transactions_of(self, answer: Any) -> tuple[list[Any], int]:
        if not isinstance(answer, dict) or not isinstance(answer.get("transactions"), list):
            raise VendorError(f"{self._name}: ThriveCart answered GET /transactions without a list of transactions")
        meta = answer.get("meta")
        total = str(meta.get("total")) if isinstance(meta, dict) else ""
        return answer["transactions"], int(total) if total.isdecimal() else 0

    def _list(self, path: str, answer: Any) -> list[Any]:
        if not isinstance(answer, list):
            raise VendorError(f"{self._name}: ThriveCart answered GET {path} with something that is no list")
        return answer

    @property
    def _name(self) -> str:
        return self._extraction.connection.connection_id
