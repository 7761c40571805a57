"""A server for ThriveCart's webhooks: what it says yes to is safely in the inbox, and more it does not know.

It opens no warehouse, so that a sale that comes in during a run is received all the same. It speaks HTTP on loopback: a
reverse proxy or tunnel in front of it speaks HTTPS to ThriveCart.
"""

import asyncio
import errno
import hmac
import logging
import signal
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ingestion.connections import (
    WEBHOOK_SECRET,
    ConfigurationError,
    Connection,
    MissingSecret,
    read_connections,
    secret,
    secret_variable,
    validate_configuration,
)
from ingestion.thrivecart import settings
from ingestion.thrivecart.deliveries import Unreadable, decode
from ingestion.thrivecart.inbox import Inbox, ReceivedEvent, without_forgotten_people
from ingestion.tombstones import forgotten_in
from ingestion.warehouse import inbox_folder

SECONDS_TO_END = 10
"""Given to deliveries that are under way when the server is asked to end."""

log = logging.getLogger("dollartrail.webhooks")


class Refused(Exception):
    """Why a request is refused: words of ours only, as a log may hold nothing that a sender wrote."""

    def __init__(self, status: HTTPStatus, reason: str, headers: Mapping[str, str] | None = None) -> None:
        """Keep the HTTP status and the reason."""
        super().__init__(reason)
        self.status = status
        self.headers = dict(headers or {})


@dataclass(frozen=True)
class Account:
    """A connection that deliveries come in for. Its secret word is empty as long as none is set."""

    connection: Connection
    secret_word: str = field(repr=False)
    inbox: Inbox

    @property
    def path(self) -> str:
        """The path of its address."""
        return f"/thrivecart/{self.connection.connection_id}"

    @property
    def variable(self) -> str:
        """The environment variable of its secret word."""
        return secret_variable(self.connection, WEBHOOK_SECRET)

    def take(self, body: bytes, content_type: str) -> None:
        """Put a delivery into the inbox. Raises Refused."""
        try:
            delivery = decode(body, content_type)
        except Unreadable as unreadable:
            raise Refused(unreadable.status, str(unreadable)) from None
        if not hmac.compare_digest(delivery.secret.encode(), self.secret_word.encode()):
            problem = f"with another secret word than {self.variable}" if delivery.secret else "without a secret word"
            raise Refused(HTTPStatus.FORBIDDEN, f"it came {problem}")
        try:
            payload = without_forgotten_people(delivery.payload, forgotten_in(self.connection.workspace_id))
        except ConfigurationError:
            reason = "who was forgotten cannot be read; make run says why"
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, reason) from None
        event = ReceivedEvent(
            seen_at=datetime.now(UTC).isoformat(),
            event_key=delivery.event_key,
            event=delivery.event,
            encoding=delivery.encoding,
            payload=payload,
        )
        try:
            self.inbox.store(event)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, f"it could not be kept ({reason})") from None


class Receiver:
    """Answers requests for some accounts."""

    def __init__(self, accounts: Mapping[str, Account]) -> None:
        """Know the accounts by the id of their connection."""
        self._accounts = accounts
        self._received = 0

    def application(self) -> Starlette:
        """Return the ASGI application."""
        return Starlette(
            routes=[
                Route("/thrivecart/{connection_id}", self._answer, methods=["POST", "HEAD"]),
                Route("/health", self._say_well),
            ],
            exception_handlers={HTTPException: self._answer_refused},
        )

    async def _say_well(self, _: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def _answer(self, request: Request) -> Response:
        connection_id = request.path_params["connection_id"]
        account = self._accounts.get(connection_id)
        who = account.connection.connection_id if account else "no connection"
        try:
            if account is None:
                raise Refused(HTTPStatus.NOT_FOUND, "the address ends in no ThriveCart connection of connections.csv")
            await self._receive(account, request)
        except Refused as refused:
            return _refusal(who, refused)
        except ClientDisconnect:
            return _refusal(who, Refused(HTTPStatus.BAD_REQUEST, "the sender broke off"))
        except Exception as error:
            # Its text may quote the delivery.
            return _refusal(who, Refused(HTTPStatus.INTERNAL_SERVER_ERROR, f"{type(error).__name__} in the receiver"))
        return PlainTextResponse("ok\n")

    async def _receive(self, account: Account, request: Request) -> None:
        if not account.secret_word:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, f"{account.variable} is not set")
        if request.method == "HEAD":
            return
        body = await _body(request)
        # ThriveCart adds a URL only if it answers HEAD and POST with 2xx. What it posts to try that is not documented;
        # it can hardly be an event, so that an empty body is taken for it.
        if not body.strip():
            return
        # Decoding and syncing block: other deliveries go on meanwhile.
        await run_in_threadpool(account.take, body, request.headers.get("content-type", ""))
        self._received += 1
        log.info("%s: a delivery is received (%d since the start)", account.connection.connection_id, self._received)

    async def _answer_refused(self, request: Request, error: Exception) -> Response:
        """Answer what no route is there for: an unknown path, or another method."""
        if not isinstance(error, HTTPException):
            raise error
        account = self._accounts.get(request.path_params.get("connection_id", ""))
        who = account.connection.connection_id if account else "no connection"
        status = HTTPStatus(error.status_code)
        return _refusal(who, Refused(status, status.phrase.lower(), error.headers))


async def _body(request: Request) -> bytes:
    """Return the body. Raises Refused as soon as it is known to be too long or slow, whatever its sender announced."""
    too_long = Refused(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"it has more than {settings.WEBHOOK_BODY_LIMIT_BYTES} bytes"
    )
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > settings.WEBHOOK_BODY_LIMIT_BYTES:
        raise too_long
    body = bytearray()
    try:
        async with asyncio.timeout(settings.WEBHOOK_BODY_SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > settings.WEBHOOK_BODY_LIMIT_BYTES:
                    raise too_long
    except TimeoutError:
        raise Refused(
            HTTPStatus.REQUEST_TIMEOUT,
            f"it did not arrive within {settings.WEBHOOK_BODY_SECONDS:.0f} seconds",
            {"Connection": "close"},
        ) from None
    return bytes(body)


def _refusal(who: str, refused: Refused) -> Response:
    log.warning("%s: a request is refused with %d: %s", who, refused.status, refused)
    return PlainTextResponse(f"{refused.status.phrase}\n", refused.status, refused.headers)


def serve(host: str, port: int) -> None:
    """Receive webhooks for all ThriveCart connections until SIGINT or SIGTERM; port 0 takes a free one.

    Raises ConfigurationError if no connection has a secret word, or the port or an inbox cannot be had.
    """
    validate_configuration(check_secrets=False)
    accounts = {connection.connection_id: _account(connection) for connection in read_connections("thrivecart")}
    if not accounts:
        raise ConfigurationError("connections.csv has no connection of the source thrivecart to receive webhooks for")
    if not any(account.secret_word for account in accounts.values()):
        variables = " or ".join(account.variable for account in accounts.values())
        raise ConfigurationError(
            f"webhooks need the secret word of the account; set {variables} to what ThriveCart shows under "
            f"{settings.WHERE_TO_FIND_THE_SECRET}"
        )
    with _listener(host, port) as listener:
        logging.basicConfig(stream=sys.stdout, format="%(asctime)s %(message)s", datefmt="%Y-%m-%d %H:%M:%S")
        log.setLevel(logging.INFO)
        _make_inboxes(accounts)
        _say_where(listener, accounts)
        server = uvicorn.Server(
            uvicorn.Config(
                Receiver(accounts).application(),
                # Its own messages hold no content; its access log would hold addresses.
                access_log=False,
                log_config=None,
                log_level=logging.WARNING,
                lifespan="off",
                ws="none",
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=SECONDS_TO_END,
            )
        )
        # The server ends by these signals itself, and then passes them on.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler)
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listener])
    log.info("Receiver ended")


def _account(connection: Connection) -> Account:
    try:
        word = secret(connection, WEBHOOK_SECRET)
    except MissingSecret:
        word = ""
    return Account(connection, word, Inbox(inbox_folder(connection.connection_id)))


def _make_inboxes(accounts: Mapping[str, Account]) -> None:
    for connection_id, account in accounts.items():
        try:
            account.inbox.make()
        except OSError as error:
            raise ConfigurationError(
                f"{connection_id}: its inbox {inbox_folder(connection_id)} cannot be made ({error.strerror}); "
                "DOLLARTRAIL_WAREHOUSE names the warehouse that it lies beside"
            ) from None


def _listener(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        is_taken = error.errno == errno.EADDRINUSE
        reason = "is in use by another program" if is_taken else f"cannot be had ({error.strerror})"
    raise ConfigurationError(f"port {port} on {host} {reason}; name another: make webhooks PORT=8725")


def _say_where(listener: socket.socket, accounts: Mapping[str, Account]) -> None:
    host, port = listener.getsockname()[:2]
    log.info("Receiving webhooks on http://%s:%d", f"[{host}]" if ":" in host else host, port)
    log.info("In ThriveCart enter under %s, with your own host in front:", settings.WHERE_TO_ADD_WEBHOOKS)
    for account in accounts.values():
        log.info("  %s: https://<your host>%s", account.connection.connection_id, account.path)
        if not account.secret_word:
            log.info("    answers 503 until %s is set and this started again", account.variable)
    log.info("Event subscriptions of ThriveCart's API take the same address as their target_url")
