"""Let Dollartrail into a ThriveCart account, by an API key or by OAuth, and take a token back."""

import getpass
import ipaddress
import logging
import os
import re
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Thread
from urllib.parse import urlsplit

from oauthlib.oauth2 import OAuth2Error
from requests import RequestException, Response
from requests_oauthlib import OAuth2Session

from ingestion.connections import (
    OAUTH_SECRETS,
    ConfigurationError,
    Connection,
    MissingSecret,
    read_connections,
    secret,
    secret_variable,
    validate_configuration,
)
from ingestion.http import AccessDenied, VendorClient, VendorError, one_line, words_of
from ingestion.secrets_file import change_entry, secrets_path, stored_entry
from ingestion.tables import Report
from ingestion.thrivecart import settings
from ingestion.thrivecart.callback import Callback
from ingestion.thrivecart.client import THRIVECART

CONSENT_SECONDS = 300.0
EXCHANGE_SECONDS = 60.0
IS_OAUTH = "is_oauth"
"""What the file says beside a token that came by OAuth: only such a one can be revoked from here."""

WHERE_TO_TAKE_BACK = "you take it back in ThriveCart's settings"
KEY = re.compile(r"[!-~]+")
INSECURE_TRANSPORT = "OAUTHLIB_INSECURE_TRANSPORT"

# In its debug log it quotes tokens and the client's secret.
logging.getLogger("requests_oauthlib").setLevel(logging.INFO)


class NotConnected(VendorError):
    """No access came of it, and nothing was stored."""


class NotRevoked(VendorError):
    """ThriveCart goes on accepting the token, which stays where it is."""


@dataclass(frozen=True)
class Account:
    """What ThriveCart says of the account that a key opens, and of the user whose key it is."""

    account_id: str
    name: str
    url: str
    user: str


def connect(
    connection_id: str,
    is_oauth: bool,
    port: int,
    is_browser_opened: bool = True,
    consent_seconds: float = CONSENT_SECONDS,
    report: Report = print,
) -> None:
    """Store an API key, or a token that ThriveCart gives after consent, once it has opened the account.

    A key is typed unseen, or is the first line of a standard input that is no terminal. A token is awaited at
    `http://127.0.0.1:<port>/callback`. Raises ConfigurationError, MissingSecret and VendorError, with nothing stored.
    """
    connection = _connection(connection_id)
    if _is_set_elsewhere(connection):
        raise ConfigurationError(
            f"{connection_id}: {_variable(connection)} is set in the environment or in .env, and would count more than "
            f"what is stored in {secrets_path()}; take it out there, then start again"
        )
    before = stored_entry(connection_id)
    if is_oauth:
        token = _token_by_consent(connection, port, is_browser_opened, consent_seconds, report)
    else:
        token = _key_by_hand(connection)
    account = _account_to_connect(connection, token, is_oauth, report)
    path = change_entry(connection_id, {THRIVECART.secret_name: token, IS_OAUTH: is_oauth or None})
    report(f"{connection_id}: connected to {account.name} (account {account.account_id}, {account.url})")
    report(f"{connection_id}: as {account.user}; its {_kind(is_oauth)} is in {path}")
    if before.get(IS_OAUTH) and before.get(THRIVECART.secret_name) != token:
        report(f"{connection_id}: the token before it opens the account until {WHERE_TO_TAKE_BACK}")
    if not connection.vendor_account_id:
        report(f"{connection_id}: to hold it to this account, make {account.account_id} its vendor_account_id")


def revoke(connection_id: str, report: Report = print) -> None:
    """Take a stored token back at ThriveCart, and out of the file as soon as it opens nothing any more.

    An API key is taken out of the file after it was deleted in ThriveCart's settings, the one place for that. Raises
    ConfigurationError if nothing is stored, NotRevoked while ThriveCart accepts it, VendorError.
    """
    connection = _connection(connection_id)
    entry = stored_entry(connection_id)
    token, is_oauth = str(entry.get(THRIVECART.secret_name, "")).strip(), entry.get(IS_OAUTH) is True
    elsewhere = f"; what {_variable(connection)} holds is not touched" if _is_set_elsewhere(connection) else ""
    if not token:
        raise ConfigurationError(f"{connection_id}: {secrets_path()} holds nothing to revoke{elsewhere}")
    refusal = _refusal_to_revoke(connection, token, report) if is_oauth else ""
    if _is_accepted(connection, token, report):
        raise NotRevoked(
            f"{connection_id}: ThriveCart {refusal or 'took the revocation'} but still accepts the token; start again "
            f"later, or when {WHERE_TO_TAKE_BACK}"
            if is_oauth
            else f"{connection_id}: an API key is revoked only where it was made: delete it at "
            f"{settings.WHERE_TO_RENEW}, then start again to remove it here"
        )
    path = change_entry(connection_id, {THRIVECART.secret_name: None, IS_OAUTH: None})
    end = "no longer knows" if refusal or not is_oauth else "has revoked"
    report(f"{connection_id}: ThriveCart {end} the {_kind(is_oauth)}, which is removed from {path}{elsewhere}")


def _connection(connection_id: str) -> Connection:
    validate_configuration(check_secrets=False)
    connections = {connection.connection_id: connection for connection in read_connections()}
    connection = connections.get(connection_id)
    if connection is None or connection.source != THRIVECART.source:
        what = f"is a connection of {connection.source}" if connection else "is not in connections.csv"
        known = [each.connection_id for each in connections.values() if each.source == THRIVECART.source]
        raise ConfigurationError(
            f"{connection_id} {what}; connections of {THRIVECART.source} are: {', '.join(known) or 'none so far'}"
        )
    address = urlsplit(THRIVECART.base_url_of(connection))
    if address.scheme != "https" and not (address.scheme == "http" and _is_this_machine(address.hostname)):
        raise ConfigurationError(
            f"{connection_id}: base_url must begin with https://, as others could read a key on the way to it"
        )
    return connection


def _is_this_machine(host: str | None) -> bool:
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"


def _authorization_url(connection: Connection) -> str:
    return THRIVECART.base_url_of(connection).removesuffix(settings.API_PATH)


def _variable(connection: Connection) -> str:
    return secret_variable(connection, THRIVECART.secret_name)


def _is_set_elsewhere(connection: Connection) -> bool:
    return bool(os.environ.get(_variable(connection), "").strip())


def _kind(is_oauth: bool) -> str:
    return "token" if is_oauth else "API key"


def _key_by_hand(connection: Connection) -> str:
    try:
        if sys.stdin.isatty():
            key = getpass.getpass(f"API key of {connection.connection_id} ({settings.WHERE_TO_RENEW}), not shown: ")
        else:
            key = sys.stdin.readline()
    except EOFError:
        key = ""
    if not KEY.fullmatch(key.strip()):
        raise ConfigurationError(
            f"{connection.connection_id}: that is no API key, which is a word of plain letters, digits and signs; "
            "nothing was stored"
        )
    return key.strip()


def _account_to_connect(connection: Connection, token: str, is_oauth: bool, report: Report) -> Account:
    try:
        account = _account(connection, token, report)
    except AccessDenied as error:
        raise NotConnected(
            f"{connection.connection_id}: ThriveCart does not accept this {_kind(is_oauth)}: it is wrong or revoked; "
            "nothing was stored, start again",
            error.response,
        ) from None
    if connection.vendor_account_id not in ("", account.account_id):
        raise NotConnected(
            f"{connection.connection_id}: this opens account {account.account_id} ({account.name}), but its "
            f"vendor_account_id in connections.csv is {connection.vendor_account_id}; nothing was stored"
            + (f". The token opens that account until {WHERE_TO_TAKE_BACK}" if is_oauth else "")
        )
    return account


def _account(connection: Connection, token: str, report: Report) -> Account:
    answer = VendorClient(THRIVECART, connection, report, key=token).get("/ping")
    given = answer if isinstance(answer, dict) else {}
    said = {name: one_line(str(value)) for name, value in given.items() if value is not None}
    if not said.get("account_id"):
        raise VendorError(f"{connection.connection_id}: ThriveCart answered GET /ping without an account")
    return Account(
        account_id=said["account_id"],
        name=said.get("account_name", ""),
        url=said.get("account_url", ""),
        user=said.get("user_name") or f"user {said.get('user_id', '')}",
    )


def _token_by_consent(
    connection: Connection, port: int, is_browser_opened: bool, seconds: float, report: Report
) -> str:
    client_id, client_secret = _client_of(connection)
    with Callback(port) as callback:
        session = OAuth2Session(client_id, redirect_uri=callback.address)
        # A redirection would take the code and the client's secret to wherever it leads.
        session.max_redirects = 0
        url = _authorization_url(connection)
        with _http_only_to_this_machine(url):
            consent_url, _ = session.authorization_url(url + settings.CONSENT_PATH, state=callback.state)
        report(f"{connection.connection_id}: the OAuth app at ThriveCart has to know this address to send you back to:")
        report(f"  {callback.address}")
        report(f"{connection.connection_id}: open this address and let Dollartrail in, within {seconds:.0f} seconds:")
        report(f"  {consent_url}")
        if is_browser_opened:
            # Where there is no other, it is one that runs in this terminal until it is left.
            Thread(target=webbrowser.open, args=(consent_url,), daemon=True).start()
        answer = callback.wait(seconds)
    if answer.refusal:
        raise NotConnected(f"{connection.connection_id}: {answer.refusal}; nothing was stored, start again")
    return _exchanged(connection, session, answer.code, client_secret)


def _client_of(connection: Connection) -> tuple[str, str]:
    values, missing = [], []
    for name in OAUTH_SECRETS:
        try:
            values.append(secret(connection, name))
        except MissingSecret as error:
            missing.append(str(error))
    if missing:
        raise MissingSecret("\n".join(missing))
    client_id, client_secret = values
    return client_id, client_secret


def _exchanged(connection: Connection, session: OAuth2Session, code: str, client_secret: str) -> str:
    """Exchange the code for a token. Once, whatever happens: a code that is shown twice may cost the token."""
    asked = f"POST {settings.TOKEN_PATH}"

    def refuse(response: Response) -> Response:
        if response.status_code < 400:
            return response
        raise NotConnected(
            f"{connection.connection_id}: ThriveCart answered {response.status_code} to {asked}: "
            f"{words_of(response, code, client_secret)}; nothing was stored, start again",
            response,
        )

    session.register_compliance_hook("access_token_response", refuse)
    url = _authorization_url(connection)
    try:
        with _http_only_to_this_machine(url):
            given = session.fetch_token(
                url + settings.TOKEN_PATH,
                code=code,
                client_secret=client_secret,
                include_client_id=True,
                timeout=EXCHANGE_SECONDS,
            )
    except RequestException as error:
        problem = f"could not be reached for {asked} ({type(error).__name__})"
    except (OAuth2Error, ValueError):
        problem = f"gave no token in its answer to {asked}"
    else:
        token = str(given["access_token"])
        if KEY.fullmatch(token):
            return token
        problem = f"gave something that is no token in its answer to {asked}"
    # Raised outside the except block: the libraries' own errors quote the request and the answer.
    raise NotConnected(f"{connection.connection_id}: ThriveCart {problem}; nothing was stored, start again")


@contextmanager
def _http_only_to_this_machine(url: str) -> Iterator[None]:
    """Let oauthlib, which insists on https, take an address of this machine without it, and no other."""
    before = os.environ.pop(INSECURE_TRANSPORT, None)
    if _is_this_machine(urlsplit(url).hostname):
        os.environ[INSECURE_TRANSPORT] = "1"
    try:
        yield
    finally:
        os.environ.pop(INSECURE_TRANSPORT, None)
        if before is not None:
            os.environ[INSECURE_TRANSPORT] = before


def _refusal_to_revoke(connection: Connection, token: str, report: Report) -> str:
    """Ask for a revocation and return how ThriveCart refused it, empty if it did not; a ping shows what it is worth."""
    beside_the_api = replace(connection, base_url=_authorization_url(connection))
    try:
        VendorClient(THRIVECART, beside_the_api, report, key=token).post(settings.REVOCATION_PATH, {"token": token})
    except VendorError as error:
        if error.response is None:
            raise
        # An answer without content is none the worse for it.
        if error.response.status_code >= 400:
            return f"answered {error.response.status_code} to POST {settings.REVOCATION_PATH}"
    return ""


def _is_accepted(connection: Connection, token: str, report: Report) -> bool:
    try:
        _account(connection, token, report)
    except AccessDenied:
        return False
    return True
