"""Meta's insights over HTTP: one ad account, level and window of days."""

import json
from collections.abc import Iterator
from typing import Any

from requests import Response

from ingestion.http import Vendor, VendorClient, VendorError, is_overload
from ingestion.meta_ads import settings
from ingestion.progress import Progress
from ingestion.tables import Extraction
from ingestion.window import Window

FIELDS = {"ad": settings.AD_FIELDS, "account": settings.ACCOUNT_FIELDS}


class TooMuchData(VendorError):
    """Meta refuses to answer for so many days at once."""


def error_of(response: Response) -> dict[str, Any]:
    """Return the error object of an answer, whatever its status; empty if there is none."""
    if response.status_code < 400 and '"error"' not in response.text[:200]:
        return {}
    try:
        answer = response.json()
    except ValueError:
        return {}
    error = answer.get("error") if isinstance(answer, dict) else None
    return error if isinstance(error, dict) else {}


def is_too_much(response: Response) -> bool:
    """Tell whether Meta asks for smaller questions."""
    error = error_of(response)
    if error.get("code") == settings.TOO_MUCH_CODE:
        return settings.TOO_MUCH_TEXT in str(error.get("message"))
    return (error.get("code"), error.get("error_subcode")) == settings.TOO_MUCH


def is_busy(response: Response) -> bool:
    """Tell whether Meta asks to come back later."""
    if is_too_much(response) or is_denied(response):
        return False
    return error_of(response).get("code") in settings.BUSY_CODES or is_overload(response)


def is_denied(response: Response) -> bool:
    """Tell whether Meta does not take the token."""
    return response.status_code == 401 or error_of(response).get("code") in settings.DENIED_CODES


def seconds_to_keep_away(response: Response) -> float | None:
    """Return how long Meta says to keep away, which it counts in minutes in a header of its own."""
    try:
        usage = json.loads(response.headers.get("X-Business-Use-Case-Usage", "{}"))
        minutes = [
            float(use.get("estimated_time_to_regain_access", 0)) for account in usage.values() for use in account
        ]
    except (ValueError, TypeError, AttributeError):
        return None
    return max(minutes, default=0) * 60 or None


META = Vendor(
    source="meta_ads",
    name="Meta",
    base_url=settings.BASE_URL,
    secret_name="access_token",  # noqa: S106
    where_to_renew=settings.WHERE_TO_RENEW,
    authorization=lambda token: {"Authorization": f"Bearer {token}"},
    pace=settings.PACE,
    is_busy=is_busy,
    is_denied=is_denied,
    hint_of_wait=seconds_to_keep_away,
)


class AdAccount:
    """One ad account. Raises VendorError, AccessDenied and MissingSecret."""

    def __init__(self, extraction: Extraction) -> None:
        """Open no connection yet."""
        self._http = VendorClient(META, extraction.connection, extraction.report)
        self._extraction = extraction
        self._path = f"/{settings.VERSION}/act_{extraction.connection.vendor_account_id}/insights"

    def insights(self, level: str, window: Window) -> Iterator[list[Any]]:
        """Yield the daily rows of a level (`ad`, `account`) as sent, window by window.

        Nothing of a window is yielded before Meta has answered for all of it: what it then finds too much is asked
        again in halves, down to a day.
        """
        progress = Progress(self._extraction.say)
        for part in window.parts(settings.WINDOW_DAYS):
            yield from self._part(level, part, progress)
        progress.end()

    def _part(self, level: str, window: Window, progress: Progress) -> Iterator[list[Any]]:
        progress.reach(f"{level} level, {window.first_day} to {window.last_day}")
        try:
            rows = list(self._rows(level, window))
        except TooMuchData:
            if window.days == 1:
                raise
        else:
            yield rows
            return
        for half in window.parts((window.days + 1) // 2):
            yield from self._part(level, half, progress)

    def _rows(self, level: str, window: Window) -> Iterator[Any]:
        days = {"since": window.first_day.isoformat(), "until": window.last_day.isoformat()}
        params = {
            "level": level,
            "time_increment": 1,
            "time_range": json.dumps(days),
            "fields": ",".join(FIELDS[level]),
            "limit": settings.PAGE_SIZE,
        }
        after: str | None = None
        while True:
            answer = self._ask(params | ({"after": after} if after else {}))
            yield from answer["data"]
            paging = answer.get("paging") or {}
            # `next` tells that there is more; its address holds the token, so the cursor is used instead.
            if "next" not in paging:
                return
            previous, after = after, (paging.get("cursors") or {}).get("after")
            if not after or after == previous:
                raise VendorError(f"{self._name}: Meta's pages of {level} insights do not move on; start again later")

    def _ask(self, params: dict[str, Any]) -> dict[str, Any]:
        try:
            answer = self._http.get(self._path, params)
        except VendorError as error:
            if error.response is not None and is_too_much(error.response):
                raise TooMuchData(str(error), error.response) from None
            raise
        if not isinstance(answer, dict) or not isinstance(answer.get("data"), list):
            raise VendorError(f"{self._name}: Meta answered GET {self._path} without a list of data")
        return answer

    @property
    def _name(self) -> str:
        return self._extraction.connection.connection_id
