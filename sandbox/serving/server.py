"""The HTTP server that all vendors share."""

import json
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

from sandbox.collection import no_collection
from sandbox.serving.activecampaign import ActiveCampaign, ActiveCampaignAccount
from sandbox.serving.faults import FaultCounter, Faults, RequestLimit
from sandbox.serving.gohighlevel import GoHighLevel, GoHighLevelAccount
from sandbox.serving.google import Google, GoogleAccount
from sandbox.serving.hubspot import HubSpot, HubSpotAccount
from sandbox.serving.kit import Kit, KitAccount
from sandbox.serving.meta import Meta, MetaAccount
from sandbox.serving.thrivecart import ThriveCart, ThriveCartAccount
from sandbox.serving.wire import Answer, RecordedRequest, Request, Vendor

LOOPBACK = "127.0.0.1"
SECRET_PARAMETERS = ("access_token", "token", "code", "client_secret", "refresh_token")

AccountT = TypeVar("AccountT")


class Sandbox:
    """The vendors of a generated business on 127.0.0.1, while the context lasts.

    `folder` is what `generate` made; it is read once and never written: what changes while serving is forgotten. To be
    served it needs a `business.json`, whatever is in it, and files of accounts, such as `thrivecart/<connection>.json`.
    `port` 0 takes a free one. `requests_per_minute` is the limit of each account in any 60 seconds, None for no limit.
    Raises FileNotFoundError if the folder holds no business, OSError if the port is taken.
    """

    def __init__(
        self,
        folder: Path,
        port: int = 0,
        requests_per_minute: float | None = 60.0,
        faults: Faults = Faults(),  # noqa: B008 - frozen
    ) -> None:
        """Read the folder; the server starts with the context."""
        if not (folder / "business.json").is_file():
            raise FileNotFoundError(f"{folder} holds no business; make one with: python -m sandbox generate")
        self._fault_counter = FaultCounter(faults)
        self._limit = RequestLimit(requests_per_minute)
        self._thrivecart_accounts = {
            connection_id: ThriveCartAccount(connection_id, content, self._fault_counter)
            for connection_id, content in _contents(folder / "thrivecart")
        }
        self._meta_accounts = {
            connection_id: MetaAccount(connection_id, content) for connection_id, content in _contents(folder / "meta")
        }
        self._hubspot_accounts = {
            connection_id: HubSpotAccount(connection_id, content)
            for connection_id, content in _contents(folder / "hubspot")
        }
        self._kit_accounts = {
            connection_id: KitAccount(connection_id, content) for connection_id, content in _contents(folder / "kit")
        }
        self._activecampaign_accounts = {
            connection_id: ActiveCampaignAccount(connection_id, content)
            for connection_id, content in _contents(folder / "activecampaign")
        }
        self._gohighlevel_accounts = {
            connection_id: GoHighLevelAccount(connection_id, content)
            for connection_id, content in _contents(folder / "gohighlevel")
        }
        self._google_accounts = {
            connection_id: GoogleAccount(connection_id, content)
            for connection_id, content in _contents(folder / "google")
        }
        thrivecart = ThriveCart(self._thrivecart_accounts.values(), self._fault_counter)
        self._authorization = thrivecart.authorization
        self._vendors: dict[str, Vendor] = {
            "thrivecart": thrivecart,
            "kit": Kit(self._kit_accounts.values()),
            "hubspot": HubSpot(self._hubspot_accounts.values()),
            "activecampaign": ActiveCampaign(self._activecampaign_accounts.values()),
            "gohighlevel": GoHighLevel(self._gohighlevel_accounts.values()),
            "meta": Meta(self._meta_accounts.values()),
            "google": Google(self._google_accounts.values()),
        }
        self._requests: list[RecordedRequest] = []
        self._port = port
        self._server: _Server | None = None

    def __enter__(self) -> "Sandbox":
        """Start to serve."""
        self._server = _Server(self._port, self)
        self._port = self._server.server_port
        serving = self._server.serve_forever
        threading.Thread(target=serving, kwargs={"poll_interval": 0.02}, name="sandbox", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End all connections and give the port back."""
        if self._server is not None:
            self._server.close()
            self._server = None

    @property
    def base_url(self) -> str:
        """The address before the vendors' own, such as /kit; with port 0 it is known once the context has begun."""
        return f"http://{LOOPBACK}:{self._port}"

    @property
    def requests(self) -> list[RecordedRequest]:
        """What was asked so far, in the order of the answers."""
        return list(self._requests)

    @property
    def faults(self) -> Faults:
        """What goes wrong; to set it begins the count of requests anew."""
        return self._fault_counter.faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self._fault_counter.faults = faults

    @property
    def signed_in(self) -> str | None:
        """The ThriveCart connection whose owner is asked for access by OAuth; None for that of whoever asks.

        Setting it raises LookupError for an unknown connection.
        """
        return self._authorization.signed_in

    @signed_in.setter
    def signed_in(self, connection_id: str | None) -> None:
        if connection_id is not None:
            _account(self._thrivecart_accounts, connection_id)
        self._authorization.signed_in = connection_id

    def busiest_minute(self, connection_id: str) -> int:
        """Return the most requests that an account has made in any 60 seconds, refused and failed ones included."""
        most, minute = 0, deque[float]()
        for asked_at in sorted(request.asked_at for request in self.requests if request.connection_id == connection_id):
            while minute and minute[0] <= asked_at - 60:
                minute.popleft()
            minute.append(asked_at)
            most = max(most, len(minute))
        return most

    def insert_transactions(self, connection_id: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Add rows to a ThriveCart account, shaped as in its file; what it says about customers stays as it is.

        Raises LookupError for an unknown connection.
        """
        _account(self._thrivecart_accounts, connection_id).insert(rows)

    def remove_transactions(self, connection_id: str, event_ids: Collection[str]) -> None:
        """Let all rows of ThriveCart events vanish; what it says about customers stays as it is.

        Raises LookupError for an unknown connection or event.
        """
        _account(self._thrivecart_accounts, connection_id).remove(event_ids)

    def set_subscription_status(self, connection_id: str, subscription_number: int | str, status: str) -> None:
        """Change a subscription's status without an event, as a pause does: on its old rows and for its customer.

        The number is `internal_subscription_id`. Raises LookupError for an unknown connection or subscription.
        """
        account = _account(self._thrivecart_accounts, connection_id)
        account.set_subscription_status(str(subscription_number), status)

    def restate_spend(self, connection_id: str, day: date | str, ad_id: str, spend: Decimal | str) -> None:
        """Set what an ad cost on a day of its account, in units of its currency.

        The row that is the truth of spend, the account's at Meta and the campaign's at Google, moves along.

        Raises LookupError for an unknown connection, ad or day.
        """
        self._ad_account(connection_id).restate_spend(str(day), ad_id, Decimal(spend))

    def remove_ad_day(self, connection_id: str, ad_id: str, day: date | str) -> None:
        """Let an ad vanish from a day of its account; the account's or the campaign's row stays.

        Raises LookupError for an unknown connection, ad or day.
        """
        self._ad_account(connection_id).remove_ad_day(ad_id, str(day))

    def _ad_account(self, connection_id: str) -> MetaAccount | GoogleAccount:
        accounts: dict[str, MetaAccount | GoogleAccount] = {**self._meta_accounts, **self._google_accounts}
        return _account(accounts, connection_id)

    def hubspot(self, connection_id: str) -> HubSpotAccount:
        """Return a HubSpot account, to change what is in it. Raises LookupError for an unknown connection."""
        return _account(self._hubspot_accounts, connection_id)

    def kit(self, connection_id: str) -> KitAccount:
        """Return a Kit account, to look at and to change while it is served. Raises LookupError."""
        return _account(self._kit_accounts, connection_id)

    def activecampaign(self, connection_id: str) -> ActiveCampaignAccount:
        """Return an ActiveCampaign account, to change what is in it. Raises LookupError for an unknown connection."""
        return _account(self._activecampaign_accounts, connection_id)

    def gohighlevel(self, connection_id: str) -> GoHighLevelAccount:
        """Return a GoHighLevel account, to change what is in it. Raises LookupError for an unknown connection."""
        return _account(self._gohighlevel_accounts, connection_id)

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> tuple[Answer, bool]:
        """Return the answer to a request and whether the connection drops halfway through it."""
        asked_at = time.monotonic()
        parts = urlsplit(target)
        _, _, below = parts.path.partition("/")
        prefix, _, path = below.partition("/")
        params = dict(parse_qsl(parts.query, keep_blank_values=True)) | _body_params(headers, body)
        request = Request(method, f"/{path}", self.base_url + parts.path, params, headers, body)
        vendor = self._vendors.get(prefix)
        connection_id, is_dropped = None, False
        if vendor is None:
            answer = Answer("The sandbox serves " + ", ".join(f"/{name}" for name in self._vendors), status=404)
        else:
            answer, connection_id, is_dropped = self._answer_of(vendor, request)
        shown = {name: value for name, value in params.items() if name not in SECRET_PARAMETERS}
        self._requests.append(RecordedRequest(method, parts.path, shown, answer.status, connection_id, asked_at))
        return answer, is_dropped

    def _answer_of(self, vendor: Vendor, request: Request) -> tuple[Answer, str | None, bool]:
        account = vendor.identify(request)
        connection_id = None if isinstance(account, Answer) else account.connection_id
        mishap = self._fault_counter.next_request()
        time.sleep(mishap.wait_seconds)
        if mishap.is_rate_limited:
            return vendor.throttled(request, minutes=0), connection_id, False
        if mishap.is_server_error:
            return vendor.broken(), connection_id, False
        if isinstance(account, Answer):
            answer = account
        elif connection_id is not None and not self._limit.admits(connection_id):
            answer = vendor.throttled(request, minutes=1)
        else:
            answer = account.answer(request)
        return answer, connection_id, mishap.is_dropped


class _Server(ThreadingHTTPServer):
    """Keeps an eye on open connections, to end them with the sandbox."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, sandbox: Sandbox) -> None:
        super().__init__((LOOPBACK, port), _Handler)
        self.sandbox = sandbox
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()

    def close(self) -> None:
        self.shutdown()
        self.server_close()
        with self._lock:
            for connection in self._open:
                # The client may have gone already.
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """Reads a request and writes its answer in one piece."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer, is_dropped = self.server.sandbox.answer(self.command, self.path, headers, body)
        is_text = isinstance(answer.body, str)
        content = (answer.body if is_text else json.dumps(answer.body)).encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", "text/plain; charset=utf-8" if is_text else "application/json")
        self.send_header("Content-Length", str(len(content)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if is_dropped else content)
        if is_dropped:
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: an address can hold a token."""


def _account(accounts: Mapping[str, AccountT], connection_id: str) -> AccountT:
    if connection_id not in accounts:
        raise LookupError(f"{connection_id} is none of {', '.join(accounts) or 'no accounts'}")
    return accounts[connection_id]


def _contents(folder: Path) -> Iterable[tuple[str, Any]]:
    for path in sorted(folder.glob("*.json")):
        with no_collection():
            content = json.loads(path.read_text(encoding="utf-8"))
        yield path.stem, content


def _body_params(headers: Mapping[str, str], body: bytes) -> dict[str, str]:
    text = body.decode(errors="replace")
    if "json" not in headers.get("content-type", ""):
        return dict(parse_qsl(text, keep_blank_values=True))
    try:
        content = json.loads(text)
    except ValueError:
        return {}
    return {name: str(value) for name, value in content.items()} if isinstance(content, dict) else {}
