"""ThriveCart's OAuth: a page of consent that gives a code, a token for the code, and an end of the token.

At ThriveCart these pages lie at https://thrivecart.com/authorization/, beside the API; here both lie below /thrivecart.
There is nothing to look at: whoever is asked says yes at once. Tokens do not expire and need no refreshing.

The owner of an account has registered an app, `oauth_app` of its file: {"client_id", "client_secret"}. In a generated
folder they are `sandbox-app-<connection_id>` and `sandbox-app-secret-<connection_id>`, and in its secrets.env.
"""

import secrets
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

from sandbox.serving.faults import FaultCounter
from sandbox.serving.wire import Answer, Request, Row

PAGES = "/authorization/"
OPEN_PAGES = ("/authorization/new", "/authorization/token")


class Connected(Protocol):
    """An account that can be connected by OAuth."""

    connection_id: str

    @property
    def account(self) -> Row:
        """What /ping says of it."""
        ...

    @property
    def oauth_app(self) -> Row:
        """The app that its owner has registered; empty without one."""
        ...


@dataclass(frozen=True)
class _Grant:
    connection_id: str
    client_id: str
    redirect_uri: str


class _Refused(Exception):
    """A request that gets an error: its status, ThriveCart's word for it, and a sentence."""

    def __init__(self, status: int, error: str, reason: str) -> None:
        super().__init__(reason)
        self.answer = refusal(status, error, reason)


class Authorization:
    """The pages that ask for no key. For several threads.

    `signed_in` is the connection whose owner sits at the browser; None for that of the app.
    """

    connection_id = None

    def __init__(self, accounts: Iterable[Connected], faults: FaultCounter) -> None:
        """Know the apps by the connection of their owner."""
        self.signed_in: str | None = None
        self._faults = faults
        self._lock = threading.Lock()
        self._apps = {account.oauth_app["client_id"]: account for account in accounts if account.oauth_app}
        self._grants: dict[str, _Grant] = {}
        self._tokens: dict[str, str] = {}

    def connection_of(self, token: str) -> str | None:
        """Return the connection that a token opens."""
        return self._tokens.get(token)

    def revoke(self, connection_id: str, token: str) -> bool:
        """End a token; return whether it was one of the connection's."""
        with self._lock:
            if self._tokens.get(token) != connection_id:
                return False
            del self._tokens[token]
            return True

    def answer(self, request: Request) -> Answer:
        """Answer at the page of consent, or give a token."""
        try:
            match [request.method, request.path]:
                case ["GET", "/authorization/new"]:
                    return self._consent(request.params)
                case ["POST", "/authorization/token"]:
                    return self._token(request.params)
        except _Refused as refused:
            return refused.answer
        return refusal(405, "invalid_request", f"{request.method} is not understood here")

    def _consent(self, params: Mapping[str, str]) -> Answer:
        """Send the browser back. Without a known app and a place to go to there is only an error to show."""
        app = self._apps.get(params.get("client_id", ""))
        if app is None:
            raise _Refused(400, "invalid_client", "The client is unknown")
        back_to = params.get("redirect_uri", "")
        parts = urlsplit(back_to)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise _Refused(400, "invalid_request", "The redirect_uri is no address")
        if params.get("response_type") != "code":
            given = {"error": "unsupported_response_type"}
        elif self._faults.faults.access_denied:
            given = {"error": "access_denied"}
        else:
            code = secrets.token_hex(20)
            with self._lock:
                owner = self.signed_in or app.connection_id
                self._grants[code] = _Grant(owner, params["client_id"], back_to)
            given = {"code": code}
        if "state" in params:
            given["state"] = params["state"]
        location = back_to + ("&" if parts.query else "?") + urlencode(given)
        return Answer("", status=302, headers={"Location": location})

    def _token(self, params: Mapping[str, str]) -> Answer:
        app = self._apps.get(params.get("client_id", ""))
        if app is None or params.get("client_secret") != app.oauth_app["client_secret"]:
            raise _Refused(401, "invalid_client", "The client is unknown or its secret is wrong")
        if params.get("grant_type") != "authorization_code":
            raise _Refused(400, "unsupported_grant_type", "The grant_type must be authorization_code")
        with self._lock:
            # Whatever becomes of it, a code is good for one attempt.
            grant = self._grants.pop(params.get("code", ""), None)
            if grant is None:
                raise _Refused(400, "invalid_grant", "The code is unknown or was used before")
            if (grant.client_id, grant.redirect_uri) != (params["client_id"], params.get("redirect_uri")):
                raise _Refused(400, "invalid_grant", "The code was given to another client or redirect_uri")
            token = secrets.token_hex(24)
            self._tokens[token] = grant.connection_id
        return Answer({"access_token": token, "token_type": "Bearer"})


class OwnPages:
    """The pages of whoever has a key or token already."""

    def __init__(self, account: Connected, authorization: Authorization) -> None:
        """Be at the pages of an account."""
        self.connection_id = account.connection_id
        self._account = account.account
        self._authorization = authorization

    def answer(self, request: Request) -> Answer:
        """Tell whose the token is, or end one."""
        match [request.method, request.path]:
            case ["GET", "/authorization/me"]:
                told: dict[str, Any] = {
                    name: self._account.get(name) for name in ("user_id", "account_id", "account_name")
                }
                return Answer(told | {"name": self._account.get("user_username"), "role": "owner"})
            case ["POST", "/authorization/revoke"]:
                if self._authorization.revoke(self.connection_id, request.params.get("token", "")):
                    return Answer({"success": True})
                return refusal(400, "invalid_request", "The token is unknown")
        return refusal(404, "not_found", "There is no such page")


def refusal(status: int, error: str, reason: str) -> Answer:
    """Return an error of these pages: they give a `description` where the API gives none."""
    return Answer({"error": error, "error_description": reason, "description": reason}, status=status)
