"""Google Ads over REST: one account, asked in Google's query language."""

import math
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from dlt.common import pendulum
from dlt.sources.helpers.requests import Client
from dlt.sources.helpers.rest_client.auth import OAuth2ClientCredentials
from requests import HTTPError, Response
from requests.exceptions import RequestException

from ingestion.connections import GOOGLE_ADS_ACCOUNT, Connection, secret, secret_variable
from ingestion.google_ads import settings
from ingestion.http import AccessDenied, Vendor, VendorClient, VendorError, is_overload, one_line
from ingestion.progress import Progress
from ingestion.tables import Extraction

DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)s")


def failures_of(response: Response) -> list[dict[str, Any]]:
    """Return what Google names in the details of an error, each with `errorCode`; nothing if there is none."""
    found = [failure for detail in _details(response) for failure in _dicts(detail.get("errors"))]
    return [failure for failure in found if isinstance(failure.get("errorCode"), dict)]


def codes_of(response: Response) -> set[str]:
    """Return Google's codes for an error, such as USER_PERMISSION_DENIED."""
    return {str(code) for failure in failures_of(response) for code in failure["errorCode"].values()}


def seconds_to_keep_away(response: Response) -> float | None:
    """Return how long Google says to keep away; it says so in the body, not in a header."""
    if response.status_code < 400:
        return None
    delays = [detail.get("retryDelay") for detail in _details(response)]
    for failure in failures_of(response):
        quota = (failure.get("details") or {}).get("quotaErrorDetails")
        delays.append(quota.get("retryDelay") if isinstance(quota, dict) else None)
    seconds = [float(match[1]) for delay in delays if (match := DURATION.fullmatch(str(delay)))]
    return float(math.ceil(max(seconds))) if seconds else None


def is_busy(response: Response) -> bool:
    """Tell whether Google asks to come back later. What is used up for the day is not waited for."""
    if (seconds_to_keep_away(response) or 0) > settings.PACE["longest_wait_seconds"]:
        return False
    if response.status_code < 400:
        return False
    kinds = {kind for failure in failures_of(response) for kind in failure["errorCode"]}
    codes = codes_of(response)
    if response.status_code == 429 and codes:
        return bool(codes & settings.BUSY_CODES)
    return bool(codes & settings.BUSY_CODES or kinds & settings.BUSY_KINDS) or is_overload(response)


def is_denied(response: Response) -> bool:
    """Tell whether Google does not take the token, rather than the account or the user behind it."""
    return response.status_code == 401 and not codes_of(response) & settings.ADVICE.keys()


GOOGLE_ADS = Vendor(
    source="google_ads",
    name="Google Ads",
    base_url=settings.BASE_URL,
    secret_name="refresh_token",  # noqa: S106
    where_to_renew=settings.WHERE_TO_RENEW,
    # The access token changes by the hour: it comes with each request.
    authorization=lambda refresh_token: {},
    pace=settings.PACE,
    is_busy=is_busy,
    is_denied=is_denied,
    hint_of_wait=seconds_to_keep_away,
)


class AccessToken:
    """The token of an hour that a refresh token is exchanged for."""

    def __init__(self, connection: Connection) -> None:
        """Read the secrets; ask for nothing yet. Raises MissingSecret."""
        self._connection = connection
        own = connection.base_url
        client = Client(
            request_max_attempts=int(GOOGLE_ADS.setting("attempts")),
            request_backoff_factor=GOOGLE_ADS.setting("retry_wait_seconds"),
            request_max_retry_delay=GOOGLE_ADS.setting("longest_wait_seconds"),
        )
        self._credentials = OAuth2ClientCredentials(
            access_token_url=GOOGLE_ADS.base_url_of(connection) + settings.TOKEN_PATH if own else settings.TOKEN_URL,
            client_id=secret(connection, "client_id"),
            client_secret=secret(connection, "client_secret"),
            access_token_request_data={
                "grant_type": "refresh_token",
                "refresh_token": secret(connection, "refresh_token"),
            },
            session=client.session,
        )

    def header(self) -> dict[str, str]:
        """Return the header of a request, with a token that is good for a while. Raises AccessDenied, VendorError."""
        credentials = self._credentials
        ends_soon = pendulum.now() >= credentials.token_expiry - timedelta(seconds=settings.TOKEN_MARGIN_SECONDS)
        if credentials.access_token is None or ends_soon:
            self._obtain()
        return {"Authorization": f"Bearer {credentials.access_token}"}

    def _obtain(self) -> None:
        connection_id = self._connection.connection_id
        try:
            self._credentials.obtain_token()
        except HTTPError as error:
            refused = error.response
        except (RequestException, ValueError) as error:
            # The library's own error may quote the request, and with it the secrets.
            raise VendorError(
                f"{connection_id}: Google gave no access token ({type(error).__name__}); "
                "check the network and base_url, then start again"
            ) from None
        else:
            return
        said = _word_of(refused)
        if said == "invalid_grant":
            raise AccessDenied(
                f"{connection_id}: Google does not accept the key in "
                f"{secret_variable(self._connection, 'refresh_token')}: it is wrong, revoked or expired; "
                f"renew it at {settings.WHERE_TO_RENEW}",
                refused,
            ) from None
        if said in ("invalid_client", "unauthorized_client"):
            names = " and ".join(secret_variable(self._connection, name) for name in ("client_id", "client_secret"))
            raise AccessDenied(
                f"{connection_id}: Google does not know the app in {names} ({said}); "
                f"compare them with {settings.WHERE_THE_APP_IS}",
                refused,
            ) from None
        raise VendorError(
            f"{connection_id}: Google answered {refused.status_code} when asked for an access token ({said})", refused
        ) from None


class Account:
    """One account. Raises VendorError, AccessDenied and MissingSecret."""

    def __init__(self, extraction: Extraction) -> None:
        """Open no connection yet."""
        connection = extraction.connection
        self._extraction = extraction
        self._http = VendorClient(GOOGLE_ADS, connection, extraction.report)
        self._token = AccessToken(connection)
        self.customer_id, self._manager_id = account_numbers(connection)

    def search(self, query: str, name: str) -> Iterator[list[Any]]:
        """Yield the pages of an answer as sent, each a list of objects in camel case. `name` is what is shown of it."""
        progress, number = Progress(self._extraction.say), 1
        page_token: str | None = None
        while True:
            answer = self._ask({"query": query} | ({"pageToken": page_token} if page_token else {}))
            rows = answer.get("results")
            if not isinstance(rows, list):
                # Google leaves an empty list out, but always says which fields it was asked for.
                if rows is not None or "fieldMask" not in answer:
                    raise VendorError(f"{self._name}: Google Ads answered {name} without results; start again later")
                rows = []
            progress.reach(f"{name}, page {number}")
            yield rows
            previous, page_token, number = page_token, answer.get("nextPageToken"), number + 1
            if not page_token:
                progress.end()
                return
            if page_token == previous:
                raise VendorError(f"{self._name}: Google's pages of {name} do not move on after page {number - 1}")

    def _ask(self, body: dict[str, Any]) -> dict[str, Any]:
        path = f"/{settings.VERSION}/customers/{self.customer_id}/googleAds:search"
        headers = self._token.header()
        if self._manager_id:
            headers["login-customer-id"] = self._manager_id
        try:
            answer = self._http.post(path, body, headers)
        except AccessDenied:
            raise
        except VendorError as error:
            raise self._explained(error) from None
        if not isinstance(answer, dict):
            raise VendorError(f"{self._name}: Google Ads answered POST {path} with something that is no object")
        return answer

    def _explained(self, error: VendorError) -> VendorError:
        """Return a refusal with what to do about it, where that is known."""
        response = error.response
        if response is None:
            return error
        codes = codes_of(response)
        named = ", ".join(sorted(codes))
        if advised := min(codes & settings.ADVICE.keys(), default=""):
            advice = settings.ADVICE[advised]
            return VendorError(
                f"{self._name}: Google Ads refuses account {self.customer_id} ({advised}): {advice}", response
            )
        seconds = seconds_to_keep_away(response)
        if seconds and seconds > settings.PACE["longest_wait_seconds"]:
            return VendorError(
                f"{self._name}: the quota at Google Ads is used up ({named or response.status_code}); "
                f"Google says to come back in {seconds / 3600:.1f} hours",
                response,
            )
        said = [one_line(str(failure.get("message"))) for failure in failures_of(response)]
        if said:
            return VendorError(
                f"{self._name}: Google Ads answered {response.status_code} ({named}): {said[0]}",
                response,
            )
        return error

    @property
    def _name(self) -> str:
        return self._extraction.connection.connection_id


def account_numbers(connection: Connection) -> tuple[str, str]:
    """Return the digits of the account, and those of the manager account to come by; empty without one."""
    match = GOOGLE_ADS_ACCOUNT.fullmatch(connection.vendor_account_id)
    if match is None:
        raise ValueError(f"{connection.connection_id} has no account number")
    return match["account"].replace("-", ""), (match["manager"] or "").replace("-", "")


def _details(response: Response) -> list[dict[str, Any]]:
    try:
        answer = response.json()
    except ValueError:
        return []
    error = answer.get("error") if isinstance(answer, dict) else None
    return _dicts(error.get("details")) if isinstance(error, dict) else []


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _word_of(response: Response) -> str:
    """Return OAuth's word for an error."""
    try:
        answer = response.json()
    except ValueError:
        return "no reason"
    return one_line(str(answer.get("error"))) if isinstance(answer, dict) else "no reason"
