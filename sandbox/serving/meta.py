"""Meta's Marketing API: daily insights of an ad account, every number as text, and reports made in Meta's own time."""

import base64
import binascii
import json
import re
import threading
from collections import deque
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from sandbox.serving.wire import Answer, Request, Row

DEFAULT_PAGE_SIZE = 25
LARGEST_WINDOW_DAYS = 31
MOST_ROWS = 5000
HISTORY_MONTHS = 37

ACCOUNT = re.compile(r"/v\d+\.\d+/act_(?P<account_id>\d+)(?:/(?P<edge>insights|campaigns|adsets|ads))?")
REPORT = re.compile(r"/v\d+\.\d+/(?P<report_id>\d+)(?:/(?P<edge>insights))?")
REPORT_STEPS = (("Job Not Started", 0), ("Job Started", 0), ("Job Running", 40), ("Job Completed", 99))
"""What a report tells of itself when it is looked at, before it is whole: the word comes before the last rows."""
EDGES = {"campaigns": "campaign", "adsets": "adset", "ads": "ad"}
USUAL_STATUSES = ("ACTIVE", "PAUSED", "IN_PROCESS", "WITH_ISSUES", "CAMPAIGN_PAUSED", "ADSET_PAUSED")
"""Without `effective_status` lists leave out what is archived or deleted."""

# Sent whatever is asked for.
DAYS = ("date_start", "date_stop")
DEFAULT_FIELDS = ("account_id", "campaign_id", "impressions", "spend")
FIELDS = frozenset(
    {
        *("account_id", "account_currency", "account_name", "campaign_id", "campaign_name", "adset_id", "adset_name"),
        *("ad_id", "ad_name", "objective", "buying_type", "attribution_setting", *DAYS),
        *(
            "impressions",
            "reach",
            "frequency",
            "clicks",
            "unique_clicks",
            "inline_link_clicks",
            "spend",
            "social_spend",
        ),
        *("cpc", "cpm", "cpp", "ctr", "social_spend", "cost_per_inline_link_click", "inline_link_click_ctr"),
        *("actions", "action_values", "conversions", "conversion_values", "cost_per_action_type", "purchase_roas"),
        *("outbound_clicks", "website_ctr", "video_play_actions", "quality_ranking", "created_time", "updated_time"),
    }
)

TOO_MUCH = "Please reduce the amount of data you're asking for, then retry your request"


class _Refused(Exception):
    """A question that Meta refuses; `answer` is its error."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


class _Report:
    """A report that is being made: each look at it brings it on by a step."""

    def __init__(self, params: Mapping[str, str], outcome: str) -> None:
        self.params = params
        self._outcome = outcome
        self._looks = 0

    def look(self, report_id: str) -> Row:
        shown: Row = {"id": report_id}
        if self._looks < len(REPORT_STEPS):
            status, percent = REPORT_STEPS[self._looks]
            self._looks += 1
            return shown | {"async_status": status, "async_percent_completion": percent}
        if self._outcome == "Job Completed":
            return shown | {"async_status": self._outcome, "async_percent_completion": 100}
        failed = {"error_code": 2, "error_message": "Service temporarily unavailable", "error_user_msg": "Try later."}
        return shown | {"async_status": self._outcome, "async_percent_completion": 0} | failed


class MetaAccount:
    """One ad account: `content` is the file of its connection. Answers and changes exclude each other.

    Beside the rows it may hold `campaigns`, `adsets` and `ads` with their statuses (without, they follow from the rows
    and are all active), `timezone_name`, `most_rows` of an answer, `report_outcomes` (how the next reports end), and
    `error_status`, the status that comes with a throttle: Meta sends errors with 200 too.
    """

    def __init__(self, connection_id: str, content: Mapping[str, Any]) -> None:
        """Keep own copies of the rows: they can change."""
        self.connection_id = connection_id
        self.access_token: str = content["access_token"]
        self.account_id = str(content["account_id"])
        self.error_status = int(content.get("error_status", 400))
        self._content = content
        self._most_rows = int(content.get("most_rows", MOST_ROWS))
        self._lock = threading.Lock()
        self._rows = {
            "ad": [dict(row) for row in content["ad_rows"]],
            "account": [dict(row) for row in content["account_rows"]],
        }
        self._outcomes = deque[str](content.get("report_outcomes", ()))
        self._reports: dict[str, _Report] = {}

    def owns(self, report_id: str) -> bool:
        """Tell whether a report is of this account."""
        return report_id in self._reports

    def restate_spend(self, day: str, ad_id: str, spend: Decimal) -> None:
        """Set what an ad cost on a day, in the account's currency; the account's own row moves by the difference.

        Raises LookupError if there is no such row.
        """
        with self._lock:
            ad_row = _row_of(self._rows["ad"], day, ad_id)
            account_row = _row_of(self._rows["account"], day)
            difference = spend - Decimal(ad_row["spend"])
            account_row["spend"] = _money(Decimal(account_row["spend"]) + difference)
            ad_row["spend"] = _money(spend)

    def remove_ad_day(self, ad_id: str, day: str) -> None:
        """Let an ad vanish from a day; the account's own row stays. Raises LookupError if there is no such row."""
        with self._lock:
            self._rows["ad"].remove(_row_of(self._rows["ad"], day, ad_id))

    def answer(self, request: Request) -> Answer:
        """Answer with a page of insights or of a list, or with Meta's error."""
        try:
            with self._lock:
                if report := REPORT.fullmatch(request.path):
                    return self._answer_of_report(request, report["report_id"], report["edge"])
                path = ACCOUNT.fullmatch(request.path)
                edge = path["edge"] if path else None
                if edge is None:
                    return Answer(self._itself())
                if edge in EDGES:
                    return self._listed(request, edge)
                return self._begin_report(request) if request.method == "POST" else self._insights(request)
        except _Refused as refused:
            return refused.answer

    def _insights(self, request: Request) -> Answer:
        rows, days = self._asked_for(request.params)
        if days > LARGEST_WINDOW_DAYS or len(rows) > self._most_rows:
            raise _Refused(_error(TOO_MUCH, code=1, subcode=99))
        return Answer(_page(request, rows))

    def _begin_report(self, request: Request) -> Answer:
        self._asked_for(request.params)
        report_id = f"60{self.account_id}{len(self._reports) + 1:04d}"
        outcome = self._outcomes.popleft() if self._outcomes else "Job Completed"
        self._reports[report_id] = _Report(request.params, outcome)
        return Answer({"report_run_id": report_id})

    def _answer_of_report(self, request: Request, report_id: str, edge: str | None) -> Answer:
        report = self._reports[report_id]
        if edge is None:
            return Answer(report.look(report_id))
        rows, _ = self._asked_for(report.params)
        return Answer(_page(request, rows))

    def _asked_for(self, params: Mapping[str, str]) -> tuple[list[Row], int]:
        """Return the rows that were asked for, with the fields that were, and for how many days."""
        rows = self._rows[_level(params)]
        fields = self._fields(params)
        if params.get("time_increment") != "1":
            raise _invalid("time_increment must be 1 here: only daily rows are kept")
        since, until = _time_range(params)
        rows = [row for row in rows if since.isoformat() <= row["date_start"] <= until.isoformat()]
        rows.sort(key=lambda row: str(row["date_start"]))
        return [{name: row[name] for name in fields if name in row} for row in rows], (until - since).days + 1

    def _itself(self) -> Row:
        return {
            "id": f"act_{self.account_id}",
            "account_id": self.account_id,
            "name": self._content.get("name", "Ads"),
            "currency": self._content["account_currency"],
            "timezone_name": self._content.get("timezone_name", "Etc/UTC"),
            "account_status": 1,
        }

    def _listed(self, request: Request, edge: str) -> Answer:
        try:
            statuses = json.loads(request.params.get("effective_status", json.dumps(USUAL_STATUSES)))
        except ValueError:
            raise _invalid("effective_status must be a list") from None
        rows = self._content.get(edge) or list(self._seen(EDGES[edge]).values())
        return Answer(_page(request, [row for row in rows if row["effective_status"] in statuses]))

    def _seen(self, kind: str) -> dict[str, Row]:
        """Return the campaigns, ad sets or ads of the rows."""
        seen: dict[str, Row] = {}
        for row in self._rows["ad"]:
            if f"{kind}_id" in row:
                above = {
                    name: row[name] for name in ("campaign_id", "adset_id") if name in row and name != f"{kind}_id"
                }
                status = {"status": "ACTIVE", "effective_status": "ACTIVE"}
                name = row.get(f"{kind}_name")
                seen[row[f"{kind}_id"]] = {
                    "id": row[f"{kind}_id"],
                    "account_id": self.account_id,
                    "name": name,
                } | status
                seen[row[f"{kind}_id"]] |= above if kind != "campaign" else {}
        return seen

    def _fields(self, params: Mapping[str, str]) -> list[str]:
        asked_for = [name.strip() for name in params.get("fields", "").split(",") if name.strip()]
        for name in asked_for:
            if name not in FIELDS:
                raise _invalid(f"{name} is not valid for fields param")
        return [*(asked_for or DEFAULT_FIELDS), *DAYS]


class Meta:
    """All ad accounts at Meta: the token and the account in the path must fit."""

    def __init__(self, accounts: Iterable[MetaAccount]) -> None:
        """Know the accounts by token; one token can open several."""
        self._accounts = list(accounts)

    def identify(self, request: Request) -> MetaAccount | Answer:
        """Return the account in the path, if the token opens it."""
        token = request.bearer or request.params.get("access_token")
        if not token:
            return _error("An access token is required to request this resource.", code=104)
        opened = [account for account in self._accounts if account.access_token == token]
        if not opened:
            return _error("Invalid OAuth access token - Cannot parse access token", code=190)
        if report := REPORT.fullmatch(request.path):
            owners = [account for account in opened if account.owns(report["report_id"])]
            return owners[0] if owners else _no_such_object(report["report_id"])
        path = ACCOUNT.fullmatch(request.path)
        if path is None:
            return _error(f"Unknown path components: {request.path}", code=2500)
        for account in opened:
            if account.account_id == path["account_id"]:
                if request.method == "GET" or (request.method == "POST" and path["edge"] == "insights"):
                    return account
                return _error(f"Unsupported {request.method.lower()} request.", code=100, kind="GraphMethodException")
        return _no_such_object(f"act_{path['account_id']}")

    def throttled(self, request: Request, minutes: int) -> Answer:
        """Answer with status 400 and the minutes to keep away in a header of Meta's own."""
        path = ACCOUNT.fullmatch(request.path)
        account_id = path["account_id"] if path else "0"
        usage = {
            "type": "ads_insights",
            "call_count": 100,
            "total_cputime": 25,
            "total_time": 25,
            "estimated_time_to_regain_access": minutes,
        }
        answer = _error("(#17) User request limit reached", code=17, subcode=2446079, is_transient=True)
        answer.body["error"] |= {
            "error_user_title": "Ad Account Has Too Many API Calls",
            "error_user_msg": "There have been too many calls to this ad account. Wait a bit and try again.",
        }
        header = {"X-Business-Use-Case-Usage": json.dumps({account_id: [usage]})}
        statuses = {account.account_id: account.error_status for account in self._accounts}
        return Answer(answer.body, statuses.get(account_id, answer.status), header)

    def broken(self) -> Answer:
        """Answer with the error that Meta calls transient."""
        return _error(
            "An unexpected error has occurred. Retry your request later.", code=2, is_transient=True, status=500
        )


def _page(request: Request, rows: list[Row]) -> Row:
    """Cut out the page that a cursor points to. The last page has cursors too, but no `next`."""
    size = _page_size(request.params)
    first, end = 0, size
    if after := request.params.get("after"):
        first = _position("after", after) + 1
        end = first + size
    elif before := request.params.get("before"):
        end = _position("before", before)
        first = max(end - size, 0)
    page = rows[first:end]
    if not page:
        return {"data": []}
    last = first + len(page) - 1
    paging: Row = {"cursors": {"before": _cursor(first), "after": _cursor(last)}}
    # Meta's own addresses hold the token, which is why nobody should keep them.
    params = {name: value for name, value in request.params.items() if name not in ("after", "before")}
    params["access_token"] = request.bearer or request.params["access_token"]
    if last + 1 < len(rows):
        paging["next"] = f"{request.address}?{urlencode(params | {'after': _cursor(last)})}"
    if first:
        paging["previous"] = f"{request.address}?{urlencode(params | {'before': _cursor(first)})}"
    return {"data": page, "paging": paging}


def _page_size(params: Mapping[str, str]) -> int:
    text = params.get("limit", str(DEFAULT_PAGE_SIZE))
    if not text.isdecimal() or not int(text):
        raise _invalid("limit must be a positive number")
    return int(text)


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(str(position).encode()).decode()


def _position(name: str, cursor: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(cursor))
    except (ValueError, binascii.Error):
        raise _invalid(f"{name} is no cursor of this list") from None


def _level(params: Mapping[str, str]) -> str:
    level = params.get("level", "account")
    if level not in ("ad", "account"):
        raise _invalid(f"level must be ad or account here, not {level}")
    return level


def _time_range(params: Mapping[str, str]) -> tuple[date, date]:
    try:
        asked_for = json.loads(params.get("time_range", ""))
        since, until = date.fromisoformat(asked_for["since"]), date.fromisoformat(asked_for["until"])
    except (ValueError, TypeError, KeyError):
        raise _invalid('time_range must be {"since":"YYYY-MM-DD","until":"YYYY-MM-DD"}') from None
    if until < since:
        raise _invalid("time_range must not end before it begins")
    if since < _oldest_day():
        message = "(#3018) The start date of the time range cannot be beyond 37 months from the current date"
        raise _Refused(_error(message, code=3018))
    return since, until


def _oldest_day() -> date:
    today = datetime.now(UTC).date()
    months = today.year * 12 + today.month - 1 - HISTORY_MONTHS
    return date(months // 12, months % 12 + 1, min(today.day, 28))


def _row_of(rows: list[Row], day: str, ad_id: str | None = None) -> Row:
    for row in rows:
        if row["date_start"] == day and (ad_id is None or str(row["ad_id"]) == ad_id):
            return row
    raise LookupError(f"{'the account' if ad_id is None else f'ad {ad_id}'} has no row on {day}")


def _money(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _no_such_object(name: str) -> Answer:
    message = f"Unsupported get request. Object with ID '{name}' does not exist or cannot be loaded"
    return _error(message, code=100, subcode=33, kind="GraphMethodException")


def _invalid(reason: str) -> _Refused:
    return _Refused(_error(f"(#100) {reason}", code=100))


def _error(
    message: str,
    code: int,
    subcode: int | None = None,
    kind: str = "OAuthException",
    is_transient: bool = False,
    status: int = 400,
) -> Answer:
    error: Row = {"message": message, "type": kind, "is_transient": is_transient, "code": code}
    if subcode is not None:
        error["error_subcode"] = subcode
    return Answer({"error": error | {"fbtrace_id": "AsandboxTrace"}}, status=status)
