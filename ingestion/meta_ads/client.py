"""Meta's insights over HTTP: one ad account, level and window of days."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from requests import Response

from ingestion.http import TimedOut, Vendor, VendorClient, VendorError, is_overload, one_line
from ingestion.meta_ads import settings
from ingestion.progress import Progress
from ingestion.tables import Extraction
from ingestion.window import Window

FIELDS = {"ad": settings.AD_FIELDS, "account": settings.ACCOUNT_FIELDS}

Error = dict[str, Any]


class TooMuchData(VendorError):
    """Meta refuses to answer for so many days at once."""


def error_in(answer: Any) -> Error:
    """Return the error object of an answer's JSON; empty if there is none."""
    error = answer.get("error") if isinstance(answer, dict) else None
    return error if isinstance(error, dict) else {}


def error_of(response: Response) -> Error:
    """Return the error object of an answer, whatever its status; empty if there is none."""
    if response.status_code < 400 and '"error"' not in response.text[:200]:
        return {}
    try:
        return error_in(response.json())
    except ValueError:
        return {}


def means_too_much(error: Error) -> bool:
    """Tell whether Meta asks for smaller questions."""
    if error.get("code") == settings.TOO_MUCH_CODE:
        return settings.TOO_MUCH_TEXT in str(error.get("message"))
    return (error.get("code"), error.get("error_subcode")) == settings.TOO_MUCH


def means_no_permission(error: Error) -> bool:
    """Tell whether the token is good, and may not see the account."""
    code = error.get("code")
    return code in settings.NO_PERMISSION_CODES or (code, error.get("error_subcode")) == settings.NO_SUCH_OBJECT


def is_busy(response: Response) -> bool:
    """Tell whether Meta asks to come back later."""
    error = error_of(response)
    if means_too_much(error) or is_denied(response):
        return False
    return error.get("code") in settings.BUSY_CODES or is_overload(response)


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
        self._path = f"/{settings.VERSION}/act_{extraction.connection.vendor_account_id}"

    def itself(self) -> Any:
        """Return the account's own fields as sent."""
        return self._ask(self._path, {"fields": ",".join(settings.ACCOUNT_ITSELF)})

    def listed(self, edge: str) -> Iterator[list[Any]]:
        """Yield the pages of what the account has (`campaigns`, `adsets`, `ads`), deleted ones among it."""
        params = {
            "fields": ",".join(settings.EDGE_FIELDS[edge]),
            "effective_status": json.dumps(settings.EDGE_STATUSES[edge]),
            "limit": settings.PAGE_SIZE,
        }
        progress = Progress(self._extraction.say)
        for number, page in enumerate(self._pages(f"{self._path}/{edge}", params), start=1):
            progress.reach(f"{edge}, page {number}")
            yield page
        progress.end()

    def insights(self, level: str, window: Window) -> Iterator[list[Any]]:
        """Yield the daily rows of a level (`ad`, `account`) as sent, some days after the other.

        Nothing of a part is yielded before Meta has answered for all of it. What it finds too much, or takes too long
        over, is asked for again in halves, down to a day; from then on Meta makes reports in its own time.
        """
        progress = Progress(self._extraction.say)
        days, is_by_report, first_day = settings.WINDOW_DAYS, False, window.first_day
        while first_day <= window.last_day:
            part = Window(first_day, min(first_day + timedelta(days=days - 1), window.last_day))
            progress.reach(f"{level} level, {part.first_day} to {part.last_day}")
            try:
                rows = self._reported(level, part) if is_by_report else list(self._rows(level, part))
            except (TooMuchData, TimedOut):
                if is_by_report:
                    raise
                # A single day that is too much: a report does not mind how many days it is about.
                is_by_report = part.days == 1
                days = settings.WINDOW_DAYS if is_by_report else (part.days + 1) // 2
                continue
            yield rows
            first_day = part.last_day + timedelta(days=1)
        progress.end()

    def _rows(self, level: str, window: Window) -> Iterator[Any]:
        params = _question(level, window) | {"limit": settings.PAGE_SIZE}
        for page in self._pages(f"{self._path}/insights", params, is_divisible=True):
            yield from page

    def _reported(self, level: str, window: Window) -> list[Any]:
        """Let Meta make a report of the days, wait for it and return its rows."""
        problem = ""
        for _ in range(settings.REPORT_ATTEMPTS):
            self._extraction.say(f"Meta makes a report: {level} level, {window.first_day} to {window.last_day}")
            path = f"{self._path}/insights"
            begun = self._checked(f"POST {path}", self._http.post(path, _question(level, window)))
            if not begun.get("report_run_id"):
                raise VendorError(f"{self._name}: Meta answered POST {path} without a report_run_id")
            report = f"/{settings.VERSION}/{begun['report_run_id']}"
            problem = self._problem_of(report)
            if not problem:
                pages = self._pages(f"{report}/insights", {"limit": settings.PAGE_SIZE})
                return [row for page in pages for row in page]
            self._extraction.say(f"Meta's report {problem}; asking for another")
        raise VendorError(
            f"{self._name}: Meta's report of {level} level, {window.first_day} to {window.last_day}, {problem}, "
            f"{settings.REPORT_ATTEMPTS} times; start again later"
        )

    def _problem_of(self, report: str) -> str:
        """Wait for a report to be done; return what went wrong with it, nothing if it is whole."""
        asked_at, pause = time.monotonic(), META.setting("retry_wait_seconds")
        while True:
            state = self._ask(report, {"fields": ",".join(settings.REPORT_FIELDS)})
            status = state.get("async_status")
            # Meta calls a report completed a little before all of it is there.
            if status == settings.REPORT_DONE and state.get("async_percent_completion") == 100:
                return ""
            if status in settings.REPORT_GIVEN_UP:
                said = state.get("error_user_msg") or state.get("error_message") or ""
                return one_line(f"ended as {status} ({state.get('error_code', 'no code')}: {said or 'no reason'})")
            waited = time.monotonic() - asked_at
            if status in settings.REPORT_NOT_BEGUN and waited >= settings.REPORT_BEGINS_SECONDS:
                return f"did not begin within {settings.REPORT_BEGINS_SECONDS / 60:.0f} minutes"
            if waited >= settings.REPORT_ENDS_SECONDS:
                return f"did not end within {settings.REPORT_ENDS_SECONDS / 60:.0f} minutes"
            time.sleep(pause)
            pause = min(pause * 2, settings.REPORT_LOOK_SECONDS)

    def _pages(self, path: str, params: dict[str, Any], is_divisible: bool = False) -> Iterator[list[Any]]:
        after: str | None = None
        while True:
            answer = self._ask(path, params | ({"after": after} if after else {}), is_divisible)
            if not isinstance(answer.get("data"), list):
                raise VendorError(f"{self._name}: Meta answered GET {path} without a list of data")
            yield answer["data"]
            paging = answer.get("paging") or {}
            # `next` tells that there is more; its address holds the token, so the cursor is used instead.
            if "next" not in paging:
                return
            previous, after = after, (paging.get("cursors") or {}).get("after")
            if not after or after == previous:
                raise VendorError(f"{self._name}: Meta's pages of {path} do not move on; start again later")

    def _ask(self, path: str, params: dict[str, Any], is_divisible: bool = False) -> dict[str, Any]:
        try:
            answer = self._http.get(path, params, is_divisible=is_divisible)
        except VendorError as error:
            if error.response is not None:
                self._refuse(f"GET {path}", error_of(error.response), error.response)
            raise
        return self._checked(f"GET {path}", answer)

    def _checked(self, asked: str, answer: Any) -> dict[str, Any]:
        """Return an answer of status 200, which may hold an error all the same."""
        if error := error_in(answer):
            self._refuse(asked, error)
            said = one_line(str(error.get("message")))
            raise VendorError(f"{self._name}: Meta answered {asked} with error {error.get('code')}: {said}")
        if not isinstance(answer, dict):
            raise VendorError(f"{self._name}: Meta answered {asked} with something that is no object")
        return answer

    def _refuse(self, asked: str, error: Error, response: Response | None = None) -> None:
        said = one_line(str(error.get("message")))
        if means_too_much(error):
            raise TooMuchData(f"{self._name}: Meta answered {asked}: {said}", response) from None
        if means_no_permission(error):
            raise VendorError(
                f"{self._name}: Meta's token may not see ad account {self._extraction.connection.vendor_account_id} "
                f"({said}); check vendor_account_id, and {settings.WHERE_TO_ALLOW}",
                response,
            ) from None

    @property
    def _name(self) -> str:
        return self._extraction.connection.connection_id


def _question(level: str, window: Window) -> dict[str, Any]:
    days = {"since": window.first_day.isoformat(), "until": window.last_day.isoformat()}
    return {
        "level": level,
        "time_increment": 1,
        "time_range": json.dumps(days),
        "fields": ",".join(FIELDS[level]),
    }
