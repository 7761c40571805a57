"""One way to ask a vendor: at its pace, patiently, and without a secret or an address in any message."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import dlt
from dlt.sources.helpers.requests import Client
from dlt.sources.helpers.requests.retry import RetryPredicate
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.exceptions import ChunkedEncodingError, ConnectionError, ContentDecodingError, ReadTimeout, Timeout

from ingestion.connections import Connection, secret, secret_variable
from ingestion.pace import Pace
from ingestion.tables import Report

ADDRESS = re.compile(r"[^\s@\"'<>=&]+(@|%40)[^\s@\"'<>&]+")
INTERRUPTIONS = (ConnectionError, Timeout, ChunkedEncodingError, ContentDecodingError)
NOT_IMPLEMENTED = 501
FEW_FAILURES = 2
"""A call that the load can do without, or can ask for in parts, is given up when it failed so often."""
GATEWAY_TIMEOUT = 504

IsFailure = Callable[[Response | None, BaseException | None], bool]


class VendorError(Exception):
    """A vendor's refusal, in one line that names the connection."""

    def __init__(self, message: str, response: Response | None = None) -> None:
        """Keep the answer beside the line, for those who treat some refusals in their own way."""
        super().__init__(message)
        self.response = response


class AccessDenied(VendorError):
    """The vendor does not take the key."""


class TimedOut(VendorError):
    """The vendor takes too long over an answer."""


def without_addresses(text: str) -> str:
    """Return the text with every e-mail address blacked out."""
    return ADDRESS.sub("<address>", text)


def one_line(text: str) -> str:
    """Return the beginning of a vendor's text as one line that is safe to show: no addresses, nothing unprintable."""
    shown = "".join(character if character.isprintable() else " " for character in text)
    return without_addresses(" ".join(shown.split()))[:200]


def words_of(response: Response, *secrets: str) -> str:
    """Return the beginning of an answer as one line, without the secrets in it."""
    text = response.text
    for secret_text in secrets:
        text = text.replace(secret_text, "<key>")
    return one_line(text)


def is_timeout(response: Response | None, error: BaseException | None) -> bool:
    """Tell whether an answer took too long, for us or for the vendor itself."""
    return isinstance(error, ReadTimeout) if response is None else response.status_code == GATEWAY_TIMEOUT


def is_failure(response: Response | None, error: BaseException | None) -> bool:
    """Tell whether the vendor failed at an answer."""
    return isinstance(error, ReadTimeout) if response is None else response.status_code >= 500


def is_overload(response: Response) -> bool:
    """Tell whether the usual status codes say: try again later. 501 means that the call does not exist."""
    return response.status_code == 429 or (response.status_code >= 500 and response.status_code != NOT_IMPLEMENTED)


@dataclass(frozen=True)
class Vendor:
    """How a vendor's API wants to be asked.

    `pace` holds requests_per_minute, attempts, retry_wait_seconds (the first wait; each further one is twice as
    long) and longest_wait_seconds; dlt's config overrides each under `sources.<source>.<name>`. `burst_seconds` is the
    span over which the vendor counts: in none of them are there more requests than are its part of a minute's.
    `keys_share_pace` where all keys of an account, whose address is its own, count as one. Who publishes for
    everybody has an empty `secret_name`.
    """

    source: str
    name: str
    base_url: str
    secret_name: str
    pace: dict[str, float]
    where_to_renew: str = ""
    authorization: Callable[[str], dict[str, str]] = lambda key: {}
    burst_seconds: float = 60.0
    command_to_renew: str = ""
    keys_share_pace: bool = False
    is_busy: Callable[[Response], bool] = is_overload
    is_denied: Callable[[Response], bool] = lambda response: response.status_code == 401
    hint_of_wait: Callable[[Response], float | None] = lambda response: None

    def base_url_of(self, connection: Connection) -> str:
        """Return what stands before the paths, without a slash at its end: the connection's, else the vendor's own."""
        return (connection.base_url or self.base_url).rstrip("/")

    def setting(self, name: str) -> float:
        """Return a setting of the pace."""
        configured = dlt.config.get(f"sources.{self.source}.{name}", float)
        return self.pace[name] if configured is None else configured


class Throttle(HTTPAdapter):
    """Lets requests pass no faster than the vendor allows the account, repeated ones included."""

    def __init__(self, pace: Pace) -> None:
        """Take turns of this pace."""
        super().__init__()
        self._pace = pace

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        """Wait for this request's turn, then send it."""
        self._pace.wait_for_turn()
        return super().send(request, *args, **kwargs)


class VendorClient:
    """Asks one connection's vendor."""

    def __init__(self, vendor: Vendor, connection: Connection, report: Report, key: str | None = None) -> None:
        """Read the secret, unless a key is given that is not stored. Raises MissingSecret."""
        self._vendor = vendor
        self._connection = connection
        self._report = report
        self._base_url = vendor.base_url_of(connection)
        self._key = key or (secret(connection, vendor.secret_name) if vendor.secret_name else "")
        # Two connections with one key are one account to the vendor.
        account = self._base_url if vendor.keys_share_pace else f"{self._base_url} {self._key}"
        self._throttle = Throttle(Pace(account, vendor.setting("requests_per_minute"), vendor.burst_seconds))
        self._client = self._client_asking_again_if(self._should_ask_again)

    def get(
        self,
        path: str,
        params: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        is_optional: bool = False,
        is_divisible: bool = False,
    ) -> Any:
        """Return the JSON of a GET. Raises VendorError, AccessDenied, TimedOut.

        An optional call is given up sooner where the vendor fails at it, and a divisible one, which can be asked for in
        parts, where it takes too long; a busy vendor is waited for all the same.
        """
        given_up_at = is_failure if is_optional else is_timeout if is_divisible else None
        return self._ask("GET", path, {"params": params}, headers, given_up_at)

    def post(self, path: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> Any:
        """Return the JSON of a POST with a JSON body. Raises VendorError, AccessDenied."""
        return self._ask("POST", path, {"json": body}, headers, given_up_at=None)

    def download(self, path: str) -> bytes:
        """Return the content of a file. Raises VendorError, AccessDenied."""
        return self._response("GET", path, {}, None, given_up_at=None).content

    def _ask(
        self,
        method: str,
        path: str,
        content: dict[str, Any],
        headers: dict[str, str] | None,
        given_up_at: IsFailure | None,
    ) -> Any:
        response = self._response(method, path, content, headers, given_up_at)
        try:
            return response.json()
        except ValueError:
            pass
        connection_id, vendor = self._connection.connection_id, self._vendor.name
        raise VendorError(
            f"{connection_id}: {vendor} answered {method} {path} with something that is not JSON", response
        )

    def _response(
        self,
        method: str,
        path: str,
        content: dict[str, Any],
        headers: dict[str, str] | None,
        given_up_at: IsFailure | None,
    ) -> Response:
        client = self._client_asking_again_if(self._until(given_up_at)) if given_up_at else self._client
        session = client.session
        # dlt keeps a session per thread: each of them goes through the one throttle of the account.
        session.mount(self._base_url, self._throttle)
        asked = f"{method} {path}"
        try:
            response = session.request(
                method,
                self._base_url + path,
                headers=self._vendor.authorization(self._key) | (headers or {}),
                hooks={"response": self._set_wait},
                **content,
            )
        except INTERRUPTIONS as error:
            problem, kind = type(error).__name__, TimedOut if is_timeout(None, error) else VendorError
        else:
            return self._accepted(asked, response)
        # Raised outside the except block: the vendor library's own error quotes the request.
        raise kind(
            f"{self._connection.connection_id}: {self._vendor.name} could not be reached for {asked} ({problem}); "
            "check the network and base_url, then start again"
        )

    def _accepted(self, asked: str, response: Response) -> Response:
        connection_id, vendor = self._connection.connection_id, self._vendor
        if vendor.secret_name and vendor.is_denied(response):
            variable = secret_variable(self._connection, vendor.secret_name)
            command = vendor.command_to_renew.format(connection_id=connection_id)
            raise AccessDenied(
                f"{connection_id}: {vendor.name} does not accept the key in {variable}: it is wrong or revoked; "
                f"renew it at {vendor.where_to_renew}" + (f" and store it with `{command}`" if command else ""),
                response,
            )
        if response.status_code >= 400 or vendor.is_busy(response):
            said = words_of(response, *([self._key] if self._key else []))
            kind = TimedOut if is_timeout(response, None) else VendorError
            raise kind(f"{connection_id}: {vendor.name} answered {response.status_code} to {asked}: {said}", response)
        return response

    def _client_asking_again_if(self, condition: RetryPredicate) -> Client:
        return Client(
            raise_for_status=False,
            status_codes=(),
            exceptions=(),
            request_max_attempts=int(self._vendor.setting("attempts")),
            retry_condition=condition,
            request_backoff_factor=self._vendor.setting("retry_wait_seconds"),
            request_max_retry_delay=self._vendor.setting("longest_wait_seconds"),
        )

    def _should_ask_again(self, response: Response | None, error: BaseException | None) -> bool:
        if response is not None:
            if not self._vendor.is_busy(response):
                return False
            reason = f"answered {response.status_code}"
        elif isinstance(error, INTERRUPTIONS):
            reason = f"broke off ({type(error).__name__})"
        else:
            return False
        self._report(f"{self._connection.connection_id}: {self._vendor.name} {reason}; asking again after a while")
        return True

    def _until(self, given_up_at: IsFailure) -> RetryPredicate:
        """Return the condition of one call that is given up when it keeps failing so."""
        failures = 0

        def should_ask_again(response: Response | None, error: BaseException | None) -> bool:
            nonlocal failures
            failures += given_up_at(response, error)
            return failures < FEW_FAILURES and self._should_ask_again(response, error)

        return should_ask_again

    def _set_wait(self, response: Response, *_: Any, **__: Any) -> None:
        seconds = self._vendor.hint_of_wait(response)
        if seconds:
            response.headers["Retry-After"] = str(int(seconds))
