"""Google Ads over REST: searches in Google's query language, 64-bit numbers as text, tokens that end after an hour.

The API lies below /google, and so does the page that gives access tokens, which Google keeps at another address.
"""

import re
import secrets
import threading
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sandbox.serving.wire import Answer, Request, Row

PAGE_SIZE = 10_000
HISTORY_MONTHS = 37
SECONDS_OF_A_TOKEN = 3600
SUNSET_VERSIONS = range(1, 23)

SEARCH = re.compile(r"/v(?P<version>\d+)/customers/(?P<customer_id>\d+)/googleAds:search")
QUERY = re.compile(r"SELECT (?P<fields>[\w., ]+?) FROM (?P<resource>\w+)(?: WHERE (?P<condition>.+))?", re.IGNORECASE)
DAYS = re.compile(r"segments\.date BETWEEN '(?P<first>[\d-]+)' AND '(?P<last>[\d-]+)'", re.IGNORECASE)

CUSTOMER_FIELDS = frozenset(
    {"customer.id", "customer.currency_code", "customer.time_zone", "customer.descriptive_name"}
)
CAMPAIGN_FIELDS = frozenset(
    {"campaign.id", "campaign.name", "campaign.status", "campaign.advertising_channel_type"} | CUSTOMER_FIELDS
)
AD_GROUP_FIELDS = frozenset({"ad_group.id", "ad_group.name", "ad_group.status"} | CAMPAIGN_FIELDS)
AD_FIELDS = frozenset(
    {"ad_group_ad.ad.id", "ad_group_ad.ad.name", "ad_group_ad.ad.type", "ad_group_ad.status"} | AD_GROUP_FIELDS
)
METRICS = frozenset(
    {
        *("metrics.cost_micros", "metrics.impressions", "metrics.clicks"),
        *("metrics.conversions", "metrics.conversions_value"),
    }
)
RESOURCES = {"campaign": CAMPAIGN_FIELDS, "ad_group": AD_GROUP_FIELDS, "ad_group_ad": AD_FIELDS}
# Whole numbers of 64 bits are text in JSON; fractions are numbers.
FRACTIONS = ("conversions", "conversions_value")


class _Refused(Exception):
    """A question that Google refuses; `answer` is its error."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


class GoogleAccount:
    """One account: `content` is the file of its connection. Answers and changes exclude each other.

    The file holds client_id, client_secret, refresh_token, customer_id, currency_code, time_zone; manager_id where only
    a manager account opens it, is_manager; campaigns, ad_groups and ads with their statuses; and of each day
    `campaign_days` and `ad_days`, with cost_micros, impressions and clicks. A small page_size makes many pages.
    """

    def __init__(self, connection_id: str, content: Mapping[str, Any]) -> None:
        """Keep own copies of the days: they can change."""
        self.connection_id = connection_id
        self.customer_id = str(content["customer_id"])
        self.manager_id = str(content.get("manager_id", ""))
        self.client = content["client_id"], content["client_secret"]
        self.refresh_token: str = content["refresh_token"]
        self._content = content
        self._page_size = int(content.get("page_size", PAGE_SIZE))
        self._lock = threading.Lock()
        self._campaigns = {str(row["id"]): row for row in content.get("campaigns", ())}
        self._ad_groups = {str(row["id"]): row for row in content.get("ad_groups", ())}
        self._ads = {(str(row["ad_group_id"]), str(row["id"])): row for row in content.get("ads", ())}
        self._campaign_days = [dict(row) for row in content.get("campaign_days", ())]
        self._ad_days = [dict(row) for row in content.get("ad_days", ())]

    def restate_spend(self, day: str, ad_id: str, spend: Decimal) -> None:
        """Set what an ad cost on a day, in the account's currency; its campaign's row moves by the difference.

        Raises LookupError if there is no such row.
        """
        with self._lock:
            ad_day = self._ad_day(day, ad_id)
            micros = int(spend * 1_000_000)
            campaign_id = str(self._ad_groups[str(ad_day["ad_group_id"])]["campaign_id"])
            for row in self._campaign_days:
                if row["date"] == day and str(row["campaign_id"]) == campaign_id:
                    row["cost_micros"] += micros - ad_day["cost_micros"]
            ad_day["cost_micros"] = micros

    def remove_ad_day(self, ad_id: str, day: str) -> None:
        """Let an ad vanish from a day; its campaign's row stays. Raises LookupError if there is no such row."""
        with self._lock:
            self._ad_days.remove(self._ad_day(day, ad_id))

    def answer(self, request: Request) -> Answer:
        """Answer with a page of a search, or with Google's error."""
        try:
            with self._lock:
                return self._search(request.params)
        except _Refused as refused:
            return refused.answer

    def _ad_day(self, day: str, ad_id: str) -> Row:
        for row in self._ad_days:
            if row["date"] == day and str(row["ad_id"]) == ad_id:
                return row
        raise LookupError(f"ad {ad_id} has no row on {day}")

    def _search(self, params: Mapping[str, str]) -> Answer:
        query = params.get("query", "")
        asked = QUERY.fullmatch(query.strip())
        if asked is None:
            raise _query_error("UNEXPECTED_INPUT", "Error in query: unexpected input.")
        fields = [field.strip() for field in asked["fields"].split(",")]
        resource = asked["resource"]
        if resource not in RESOURCES:
            raise _query_error("BAD_RESOURCE_TYPE_IN_FROM_CLAUSE", f"Error in query: unknown resource {resource}.")
        if "pageSize" in params:
            raise _refusal(400, "requestError", "PAGE_SIZE_NOT_SUPPORTED", "Setting the page size is not supported.")
        for field in fields:
            if field not in RESOURCES[resource] | METRICS | {"segments.date"}:
                raise _query_error("UNRECOGNIZED_FIELD", f"Error in query: unrecognized field {field}.")
        rows = self._rows(resource, fields, asked["condition"])
        first = self._position(params.get("pageToken", ""), query)
        page = rows[first : first + self._page_size]
        answer: Row = {"fieldMask": ",".join(map(_camel_path, fields)), "queryResourceConsumption": "1234"}
        if page:
            answer["results"] = [_shaped(row, fields) for row in page]
        if first + len(page) < len(rows):
            answer["nextPageToken"] = f"{first + len(page)}~{len(query)}"
        return Answer(answer)

    def _rows(self, resource: str, fields: list[str], condition: str | None) -> list[Row]:
        is_measured = any(field in METRICS for field in fields)
        if is_measured and self._content.get("is_manager"):
            raise _query_error(
                "REQUESTED_METRICS_FOR_MANAGER", "Metrics cannot be requested for a manager account.", "queryError"
            )
        if "segments.date" not in fields:
            if condition:
                raise _query_error("EXPECTED_REFERENCED_FIELD_IN_SELECT_CLAUSE", "segments.date must be selected.")
            return self._entities(resource)
        if not is_measured:
            return []
        first, last = _days(condition)
        days = self._ad_days if resource == "ad_group_ad" else self._campaign_days
        rows = [row for row in days if first <= date.fromisoformat(row["date"]) <= last]
        # Segmented by day, what has neither cost nor impression is left out.
        shown = [row for row in rows if row["cost_micros"] or row["impressions"]]
        return [self._entity_of(row) | _of_day(row) for row in shown]

    def _entities(self, resource: str) -> list[Row]:
        match resource:
            case "campaign":
                return [self._campaign(campaign_id) for campaign_id in self._campaigns]
            case "ad_group":
                return [self._ad_group(ad_group_id) for ad_group_id in self._ad_groups]
        return [self._ad(*key) for key in self._ads]

    def _entity_of(self, row: Row) -> Row:
        if "ad_id" in row:
            return self._ad(str(row["ad_group_id"]), str(row["ad_id"]))
        return self._campaign(str(row["campaign_id"]))

    def _campaign(self, campaign_id: str) -> Row:
        campaign = self._campaigns[campaign_id]
        return {
            "customer.id": self.customer_id,
            "customer.currency_code": self._content["currency_code"],
            "customer.time_zone": self._content["time_zone"],
            "customer.descriptive_name": self._content.get("name", ""),
            "campaign.id": campaign_id,
            "campaign.name": campaign["name"],
            "campaign.status": campaign["status"],
            "campaign.advertising_channel_type": campaign.get("type", "SEARCH"),
        }

    def _ad_group(self, ad_group_id: str) -> Row:
        ad_group = self._ad_groups[ad_group_id]
        return self._campaign(str(ad_group["campaign_id"])) | {
            "ad_group.id": ad_group_id,
            "ad_group.name": ad_group["name"],
            "ad_group.status": ad_group["status"],
        }

    def _ad(self, ad_group_id: str, ad_id: str) -> Row:
        ad = self._ads[ad_group_id, ad_id]
        of_ad = {"ad_group_ad.ad.id": ad_id, "ad_group_ad.status": ad["status"], "ad_group_ad.ad.type": ad.get("type")}
        # Responsive ads have no name, and no field where it would be.
        of_ad["ad_group_ad.ad.name"] = ad.get("name")
        return self._ad_group(ad_group_id) | of_ad

    def _position(self, token: str, query: str) -> int:
        if not token:
            return 0
        position, _, length = token.partition("~")
        if not position.isdecimal() or length != str(len(query)):
            raise _refusal(400, "requestError", "INVALID_PAGE_TOKEN", "Page token is invalid.")
        return int(position)


class Google:
    """All accounts at Google Ads, and the page that gives access tokens."""

    def __init__(self, accounts: Iterable[GoogleAccount]) -> None:
        """Know the accounts; one refresh token can open several."""
        self._accounts = list(accounts)
        self._tokens = _TokenPage(self._accounts)

    def identify(self, request: Request) -> "GoogleAccount | _TokenPage | Answer":
        """Return the account in the path, if the token opens it, or the page of tokens."""
        if request.path == "/token":
            return self._tokens
        path = SEARCH.fullmatch(request.path)
        if path is None or request.method != "POST":
            return Answer("Not Found", status=404)
        if int(path["version"]) in SUNSET_VERSIONS:
            return _failure(400, "requestError", "UNSUPPORTED_VERSION", "The version of the API is not supported.")
        refresh_token = self._tokens.refresh_token_of(request.bearer or "")
        if refresh_token is None:
            return _error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        manager_id = request.headers.get("login-customer-id", "")
        for account in self._accounts:
            if account.customer_id == path["customer_id"] and account.refresh_token == refresh_token:
                if account.manager_id and manager_id != account.manager_id:
                    break
                return account
        return _failure(
            403,
            "authorizationError",
            "USER_PERMISSION_DENIED",
            "User doesn't have permission to access customer. Note: If you're accessing a client customer, the "
            "manager's customer id must be set in the 'login-customer-id' header.",
        )

    def throttled(self, request: Request, minutes: int) -> Answer:
        """Answer with the delay in the body and in no header."""
        answer = _failure(
            429, "quotaError", "RESOURCE_EXHAUSTED", f"Too many requests. Retry in {minutes * 60} seconds."
        )
        answer.body["error"]["details"][0]["errors"][0]["details"] = {
            "quotaErrorDetails": {
                "rateScope": "ACCOUNT",
                "rateName": "Requests per account",
                "retryDelay": f"{minutes * 60}s",
            }
        }
        return answer

    def broken(self) -> Answer:
        """Answer with the error that Google calls internal."""
        return _failure(500, "internalError", "INTERNAL_ERROR", "An internal error has occurred.")


class _TokenPage:
    """Exchanges refresh tokens for access tokens that end. For several threads."""

    connection_id = None

    def __init__(self, accounts: Iterable[GoogleAccount]) -> None:
        self._clients = dict(account.client for account in accounts)
        self._owners = {(account.client[0], account.refresh_token) for account in accounts}
        self._lock = threading.Lock()
        self._given: dict[str, tuple[str, float]] = {}

    def refresh_token_of(self, access_token: str) -> str | None:
        with self._lock:
            refresh_token, ends_at = self._given.get(access_token, (None, 0.0))
        return refresh_token if time.monotonic() < ends_at else None

    def answer(self, request: Request) -> Answer:
        params = request.params
        client_id = params.get("client_id", "")
        if request.method != "POST" or params.get("grant_type") != "refresh_token":
            return Answer({"error": "unsupported_grant_type"}, status=400)
        if client_id not in self._clients or self._clients[client_id] != params.get("client_secret"):
            return Answer({"error": "invalid_client", "error_description": "Unauthorized"}, status=401)
        refresh_token = params.get("refresh_token", "")
        if (client_id, refresh_token) not in self._owners:
            description = "Token has been expired or revoked."
            return Answer({"error": "invalid_grant", "error_description": description}, status=400)
        access_token = secrets.token_hex(24)
        with self._lock:
            self._given[access_token] = refresh_token, time.monotonic() + SECONDS_OF_A_TOKEN
        return Answer({"access_token": access_token, "expires_in": SECONDS_OF_A_TOKEN, "token_type": "Bearer"})


def _days(condition: str | None) -> tuple[date, date]:
    asked = DAYS.fullmatch(condition or "")
    try:
        first, last = map(date.fromisoformat, asked.groups() if asked else ())
    except ValueError:
        raise _refusal(400, "dateError", "INVALID_DATE", "The date is invalid.") from None
    if last < first:
        raise _refusal(400, "dateRangeError", "START_DATE_AFTER_END_DATE", "The start date was after the end date.")
    today = datetime.now(UTC).date()
    months = today.year * 12 + today.month - 1 - HISTORY_MONTHS
    if first < date(months // 12, months % 12 + 1, min(today.day, 28)):
        reason = "Metrics with daily segmentation are only available for the last 37 months."
        raise _refusal(400, "dateRangeError", "REQUESTED_DATE_GRANULARITY_NOT_SUPPORTED", reason)
    return first, last


def _of_day(row: Row) -> Row:
    metrics = ("cost_micros", "impressions", "clicks", *FRACTIONS)
    return {"segments.date": row["date"]} | {
        f"metrics.{name}": row.get(name, 0) if name in FRACTIONS else str(row.get(name, 0)) for name in metrics
    }


def _shaped(row: Row, fields: Iterable[str]) -> Row:
    """Nest what was asked for, in camel case. What has no value is left out."""
    shaped: Row = {}
    for field in fields:
        if row.get(field) is None:
            continue
        *parents, name = _camel_path(field).split(".")
        inner = shaped
        for parent in parents:
            inner = inner.setdefault(parent, {})
        inner[name] = row[field]
    return shaped


def _camel_path(field: str) -> str:
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), field)


def _query_error(code: str, message: str, kind: str = "queryError") -> _Refused:
    return _refusal(400, kind, code, message)


def _refusal(status: int, kind: str, code: str, message: str) -> _Refused:
    return _Refused(_failure(status, kind, code, message))


def _failure(status: int, kind: str, code: str, message: str) -> Answer:
    """Return an error with Google's own failure in its details."""
    words = {400: "INVALID_ARGUMENT", 403: "PERMISSION_DENIED", 429: "RESOURCE_EXHAUSTED", 500: "INTERNAL"}
    answer = _error(status, words[status], "Request contains an invalid argument." if status == 400 else message)
    answer.body["error"]["details"] = [
        {
            "@type": "type.googleapis.com/google.ads.googleads.v26.errors.GoogleAdsFailure",
            "errors": [{"errorCode": {kind: code}, "message": message}],
            "requestId": "sandboxRequest",
        }
    ]
    return answer


def _error(status: int, word: str, message: str) -> Answer:
    return Answer({"error": {"code": status, "message": message, "status": word}}, status=status)
