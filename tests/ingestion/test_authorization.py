"""Connecting a ThriveCart account by key or by OAuth, and taking a token back."""

import getpass
import io
import os
import queue
import socket
import stat
import sys
import tomllib
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlencode

import pytest

from ingestion.__main__ import main
from ingestion.connections import ConfigurationError, MissingSecret
from ingestion.http import VendorError
from ingestion.secrets_file import change_entry
from ingestion.thrivecart.authorization import NotConnected, NotRevoked, connect, revoke
from ingestion.thrivecart.callback import Callback, ConsentAnswer
from tests.ingestion.conftest import Project
from tests.ingestion.fake_vendor import Answer, FakeVendor, Request

VARIABLE = "CONNECTIONS__ACME_THRIVECART__API_KEY"
KEY, TOKEN, CODE = "key-made-in-the-settings", "token-given-after-consent", "code-for-one-token"
CLIENT_ID, CLIENT_SECRET = "app-of-acme", "secret-of-the-app"
PING = {
    "account_name": "Acme Academy",
    "account_id": "4711",
    "account_url": "https://acme.thrivecart.com",
    "user_id": "9",
    "user_username": "ada@example.com",
    "user_name": "Ada",
}
INVALID_TOKEN = Answer(
    {"error": "invalid_token", "error_description": "The access token provided is invalid"}, status=401
)
USED_CODE = Answer({"error": "invalid_grant", "description": "The authorization code is not known"}, status=400)


class ThriveCartHost:
    """The host of one ThriveCart account: its API, and the pages of OAuth beside it."""

    def __init__(self, vendor: FakeVendor) -> None:
        self.vendor = vendor
        self.accepted = {KEY}
        self.codes = {CODE}
        self.brought_back: Callable[[str], dict[str, Any]] = lambda state: {"code": CODE, "state": state}
        vendor.routes |= {
            "/api/external/ping": lambda request: PING if self.bearer_of(request) in self.accepted else INVALID_TOKEN,
            "/authorization/new": self.send_back,
            "/authorization/token": self.give_token,
            "/authorization/revoke": self.take_back,
        }

    @staticmethod
    def bearer_of(request: Request) -> str:
        return request.headers["Authorization"].removeprefix("Bearer ")

    def send_back(self, request: Request) -> Answer:
        brought_back = urlencode(self.brought_back(request.query["state"]), doseq=True)
        return Answer("", status=302, headers={"Location": f"{request.query['redirect_uri']}?{brought_back}"})

    def give_token(self, request: Request) -> Any:
        if request.body["code"] not in self.codes:
            return USED_CODE
        self.codes.remove(request.body["code"])
        self.accepted.add(TOKEN)
        return {"access_token": TOKEN, "token_type": "Bearer", "scope": None}

    def take_back(self, request: Request) -> Any:
        if self.bearer_of(request) not in self.accepted:
            return INVALID_TOKEN
        self.accepted.remove(request.body["token"])
        return {"revoked": True}


class Terminal:
    """What the user sees, and the browser that the user opens the address of consent in."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.pages: list[tuple[int, str]] = []
        self._browsers: list[Thread] = []

    def __call__(self, line: str) -> None:
        self.lines.append(line)
        if "/authorization/new?" in line:
            self._browsers.append(Thread(target=self.visit, args=(line.strip(),)))
            self._browsers[-1].start()

    def visit(self, address: str, **headers: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=30) as page:
                self.pages.append((page.status, page.read().decode()))
        except urllib.error.HTTPError as error:
            self.pages.append((error.code, error.read().decode()))
        return self.pages[-1]

    def connect(self, **given: Any) -> None:
        """Connect by OAuth on a port that is free."""
        asked = {"is_oauth": True, "port": 0, "is_browser_opened": False, "consent_seconds": 60, "report": self}
        try:
            connect("acme_thrivecart", **(asked | given))
        finally:
            for browser in self._browsers:
                browser.join()

    @property
    def callback_address(self) -> str:
        return next(line.strip() for line in self.lines if line.strip().endswith("/callback"))

    @property
    def said(self) -> str:
        return "\n".join(self.lines)


def connect_to(project: Project, vendor: FakeVendor, monkeypatch: pytest.MonkeyPatch, **given: str) -> ThriveCartHost:
    project.connect("acme_thrivecart", "thrivecart", f"{vendor.url}/api/external", **given)
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("CONNECTIONS__ACME_THRIVECART__CLIENT_ID", CLIENT_ID)
    monkeypatch.setenv("CONNECTIONS__ACME_THRIVECART__CLIENT_SECRET", CLIENT_SECRET)
    return ThriveCartHost(vendor)


@pytest.fixture
def host(
    bare_project: Project, vendor: FakeVendor, secrets_file: Path, monkeypatch: pytest.MonkeyPatch
) -> ThriveCartHost:
    return connect_to(bare_project, vendor, monkeypatch)


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def connect_by_key(monkeypatch: pytest.MonkeyPatch, terminal: Terminal, key: str = KEY) -> None:
    typed(monkeypatch, f"{key}\n")
    connect("acme_thrivecart", is_oauth=False, port=0, report=terminal)


def entry_in(secrets_file: Path) -> dict[str, Any]:
    return tomllib.loads(secrets_file.read_text())["connections"]["acme_thrivecart"]  # type: ignore[no-any-return]


def test_a_key_is_stored_once_it_has_opened_the_account(
    host: ThriveCartHost, secrets_file: Path, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect_by_key(monkeypatch, terminal)
    assert entry_in(secrets_file) == {"api_key": KEY}
    assert terminal.lines == [
        "acme_thrivecart: connected to Acme Academy (account 4711, https://acme.thrivecart.com)",
        f"acme_thrivecart: as Ada; its API key is in {secrets_file}",
        "acme_thrivecart: to hold it to this account, make 4711 its vendor_account_id",
    ]


def test_a_key_is_typed_unseen_at_a_terminal(
    host: ThriveCartHost, secrets_file: Path, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    class AtATerminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", AtATerminal())
    monkeypatch.setattr(getpass, "getpass", lambda prompt: f" {KEY} " if "acme_thrivecart" in prompt else "")
    connect("acme_thrivecart", is_oauth=False, port=0, report=terminal)
    assert entry_in(secrets_file) == {"api_key": KEY}


@pytest.mark.parametrize("text", ["", "\n", "two words\n", "ключ\n", "bell\a\n"])
def test_what_can_be_no_key_is_refused_before_anybody_is_asked(
    host: ThriveCartHost, secrets_file: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    typed(monkeypatch, text)
    with pytest.raises(ConfigurationError, match="acme_thrivecart: that is no API key"):
        connect("acme_thrivecart", is_oauth=False, port=0)
    assert host.vendor.requests == []
    assert not secrets_file.exists()


def test_a_token_is_stored_once_the_user_has_consented(
    host: ThriveCartHost, secrets_file: Path, terminal: Terminal
) -> None:
    terminal.connect()
    assert entry_in(secrets_file) == {"api_key": TOKEN, "is_oauth": True}
    assert [status for status, _ in terminal.pages] == [200]
    assert terminal.lines[4:6] == [
        "acme_thrivecart: connected to Acme Academy (account 4711, https://acme.thrivecart.com)",
        f"acme_thrivecart: as Ada; its token is in {secrets_file}",
    ]


def test_the_addresses_and_the_time_limit_are_told(host: ThriveCartHost, terminal: Terminal) -> None:
    terminal.connect(consent_seconds=61)
    assert terminal.lines[0].endswith("the OAuth app at ThriveCart has to know this address to send you back to:")
    assert terminal.lines[1] == f"  {terminal.callback_address}"
    assert terminal.lines[2].endswith("open this address and let Dollartrail in, within 61 seconds:")
    assert terminal.callback_address.startswith("http://127.0.0.1:")


def test_consent_is_asked_for_with_a_state_that_cannot_be_guessed(host: ThriveCartHost, terminal: Terminal) -> None:
    terminal.connect()
    asked = dict(host.vendor.asked("/authorization/new")[0].query)
    assert len(asked.pop("state")) == 43
    assert asked == {"response_type": "code", "client_id": CLIENT_ID, "redirect_uri": terminal.callback_address}


def test_the_code_is_exchanged_by_a_form(host: ThriveCartHost, terminal: Terminal) -> None:
    terminal.connect()
    (asked,) = host.vendor.asked("/authorization/token")
    assert asked.body == {
        "grant_type": "authorization_code",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "redirect_uri": terminal.callback_address,
        "code": CODE,
    }
    assert "Authorization" not in asked.headers


@pytest.mark.parametrize(
    ("brought_back", "refusal"),
    [
        pytest.param({"code": CODE, "state": "guessed"}, "does not belong to this request", id="wrong state"),
        pytest.param({"code": CODE}, "does not belong to this request", id="no state"),
        pytest.param({"code": CODE, "state": ["STATE", "STATE"]}, "does not belong to this request", id="two states"),
        pytest.param({"state": "STATE"}, "ThriveCart's answer holds no code", id="no code"),
        pytest.param({"state": "STATE", "code": ["a", "b"]}, "ThriveCart's answer holds no code", id="two codes"),
        pytest.param(
            {"state": "STATE", "error": "access_denied", "error_description": "The user denied access"},
            "ThriveCart says access_denied: The user denied access",
            id="denied",
        ),
        pytest.param(
            {"state": "STATE", "code": CODE, "error": "server_error", "description": "Try <again>\x1b[2J"},
            "ThriveCart says server_error: Try <again> [2J",
            id="error and code",
        ),
        pytest.param({"state": "guessed", "error": "<b>"}, "does not belong to this request", id="error of another"),
    ],
)
def test_an_answer_that_brings_no_code_of_this_request_is_refused(
    host: ThriveCartHost, secrets_file: Path, terminal: Terminal, brought_back: dict[str, Any], refusal: str
) -> None:
    def with_state(state: str) -> dict[str, Any]:
        return {
            name: [state if each == "STATE" else each for each in ([value] if isinstance(value, str) else value)]
            for name, value in brought_back.items()
        }

    host.brought_back = with_state
    with pytest.raises(NotConnected) as raised:
        terminal.connect()
    assert str(raised.value).startswith("acme_thrivecart: ")
    assert refusal in str(raised.value)
    assert str(raised.value).endswith("; nothing was stored, start again")
    ((status, page),) = terminal.pages
    assert status == 400
    assert "<h1>Not connected</h1>" in page
    assert "<again>" not in page
    assert host.vendor.asked("/authorization/token") == []
    assert not secrets_file.exists()


def test_an_answer_that_does_not_come_in_time_is_not_waited_for(host: ThriveCartHost, secrets_file: Path) -> None:
    with pytest.raises(NotConnected, match="acme_thrivecart: nobody answered within 0 seconds; nothing was stored"):
        connect("acme_thrivecart", True, 0, is_browser_opened=False, consent_seconds=0.01, report=lambda _: None)
    assert not secrets_file.exists()


def test_a_code_that_was_used_is_refused_by_thrivecart(
    host: ThriveCartHost, secrets_file: Path, terminal: Terminal
) -> None:
    terminal.connect()
    before = secrets_file.read_text()
    with pytest.raises(NotConnected) as raised:
        terminal.connect()
    assert str(raised.value) == (
        "acme_thrivecart: ThriveCart answered 400 to POST /authorization/token: "
        '{"error": "invalid_grant", "description": "The authorization code is not known"}; '
        "nothing was stored, start again"
    )
    assert secrets_file.read_text() == before


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        pytest.param(Answer("Oops", status=503), "answered 503 to POST /authorization/token: Oops", id="down"),
        pytest.param(
            Answer({"access_token": TOKEN}, is_cut=True),
            "could not be reached for POST /authorization/token (ChunkedEncodingError)",
            id="cut off",
        ),
        pytest.param(Answer("<html>"), "gave no token in its answer to POST /authorization/token", id="no JSON"),
        pytest.param(
            Answer({"error": "invalid_client"}), "gave no token in its answer to POST /authorization/token", id="error"
        ),
        pytest.param(
            Answer({"access_token": f"{TOKEN}\nX: y"}),
            "gave something that is no token in its answer to POST /authorization/token",
            id="no token",
        ),
        pytest.param(
            Answer("", status=307, headers={"Location": "/elsewhere"}),
            "could not be reached for POST /authorization/token (TooManyRedirects)",
            id="sent elsewhere",
        ),
    ],
)
def test_a_code_is_shown_to_thrivecart_once_whatever_it_answers(
    host: ThriveCartHost, secrets_file: Path, terminal: Terminal, answer: Answer, problem: str
) -> None:
    host.vendor.routes["/authorization/token"] = lambda _: answer
    with pytest.raises(NotConnected) as raised:
        terminal.connect()
    assert str(raised.value) == f"acme_thrivecart: ThriveCart {problem}; nothing was stored, start again"
    assert len(host.vendor.asked("/authorization/token")) == 1
    assert host.vendor.asked("/elsewhere") == []
    assert not secrets_file.exists()


@pytest.mark.parametrize(("is_oauth", "kind"), [(False, "API key"), (True, "token")])
def test_a_key_that_opens_no_account_is_not_stored(
    host: ThriveCartHost,
    secrets_file: Path,
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
    is_oauth: bool,
    kind: str,
) -> None:
    host.vendor.routes["/api/external/ping"] = lambda _: INVALID_TOKEN
    typed(monkeypatch, KEY)
    with pytest.raises(NotConnected) as raised:
        terminal.connect(is_oauth=is_oauth)
    assert str(raised.value) == (
        f"acme_thrivecart: ThriveCart does not accept this {kind}: it is wrong or revoked; "
        "nothing was stored, start again"
    )
    assert not secrets_file.exists()


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (Answer("Oops", status=500), "ThriveCart answered 500 to GET /ping: Oops"),
        (Answer([]), "ThriveCart answered GET /ping without an account"),
        (Answer({"account_id": None, "error": "no"}), "ThriveCart answered GET /ping without an account"),
    ],
)
def test_nothing_is_stored_while_thrivecart_names_no_account(
    host: ThriveCartHost,
    secrets_file: Path,
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
    answer: Answer,
    problem: str,
) -> None:
    host.vendor.routes["/api/external/ping"] = lambda _: answer
    with pytest.raises(VendorError, match=f"acme_thrivecart: {problem}"):
        connect_by_key(monkeypatch, terminal)
    assert not secrets_file.exists()


@pytest.mark.parametrize(
    ("is_oauth", "end"),
    [(False, ""), (True, ". The token opens that account until you take it back in ThriveCart's settings")],
)
def test_another_account_than_the_connections_own_is_refused(
    bare_project: Project,
    vendor: FakeVendor,
    secrets_file: Path,
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
    is_oauth: bool,
    end: str,
) -> None:
    connect_to(bare_project, vendor, monkeypatch, vendor_account_id="4712")
    typed(monkeypatch, KEY)
    with pytest.raises(NotConnected) as raised:
        terminal.connect(is_oauth=is_oauth)
    assert str(raised.value) == (
        "acme_thrivecart: this opens account 4711 (Acme Academy), but its vendor_account_id in connections.csv is "
        f"4712; nothing was stored{end}"
    )
    assert not secrets_file.exists()


def test_the_connections_own_account_is_let_in(
    bare_project: Project,
    vendor: FakeVendor,
    secrets_file: Path,
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connect_to(bare_project, vendor, monkeypatch, vendor_account_id="4711")
    connect_by_key(monkeypatch, terminal)
    assert entry_in(secrets_file) == {"api_key": KEY}
    assert "vendor_account_id" not in terminal.said


def test_a_key_that_would_be_hidden_by_the_environment_is_not_asked_for(
    host: ThriveCartHost, secrets_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "key-in-the-environment")
    with pytest.raises(ConfigurationError) as raised:
        connect("acme_thrivecart", is_oauth=False, port=0)
    assert str(raised.value) == (
        f"acme_thrivecart: {VARIABLE} is set in the environment or in .env, and would count more than what is stored "
        f"in {secrets_file}; take it out there, then start again"
    )
    assert host.vendor.requests == []


def test_a_load_reads_what_was_stored_though_env_has_a_blank_line_for_it(
    project: Project,
    vendor: FakeVendor,
    secrets_file: Path,
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connect_to(project, vendor, monkeypatch)
    monkeypatch.setenv(VARIABLE, "")
    terminal.connect()
    vendor.routes["/api/external/transactions"] = lambda _: {"transactions": [], "meta": {"total": 0, "results": 0}}
    project.load("thrivecart", "transactions")
    asked = vendor.asked("/api/external/transactions")
    assert {request.headers["Authorization"] for request in asked} == {f"Bearer {TOKEN}"}


def test_every_secret_of_the_app_that_is_missing_is_named(
    host: ThriveCartHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CONNECTIONS__ACME_THRIVECART__CLIENT_ID")
    monkeypatch.delenv("CONNECTIONS__ACME_THRIVECART__CLIENT_SECRET")
    with pytest.raises(MissingSecret) as raised:
        connect("acme_thrivecart", is_oauth=True, port=0)
    assert str(raised.value).splitlines() == [
        f"acme_thrivecart: {name} is missing; set CONNECTIONS__ACME_THRIVECART__{name.upper()}, "
        f"or {name} under [connections.acme_thrivecart] in .dlt/secrets.toml"
        for name in ("client_id", "client_secret")
    ]


def test_the_app_may_be_named_in_the_file(
    host: ThriveCartHost, secrets_file: Path, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CONNECTIONS__ACME_THRIVECART__CLIENT_ID")
    monkeypatch.delenv("CONNECTIONS__ACME_THRIVECART__CLIENT_SECRET")
    app = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    change_entry("acme_thrivecart", app)
    terminal.connect()
    assert entry_in(secrets_file) == app | {"api_key": TOKEN, "is_oauth": True}


def test_a_file_that_others_could_read_is_its_owners_alone_afterwards(
    host: ThriveCartHost, secrets_file: Path, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets_file.write_text('# mine\n[connections.acme_thrivecart]\napi_key = "old"\n')
    secrets_file.chmod(0o644)
    connect_by_key(monkeypatch, terminal)
    assert stat.S_IMODE(secrets_file.stat().st_mode) == 0o600
    assert secrets_file.read_text() == f'# mine\n[connections.acme_thrivecart]\napi_key = "{KEY}"\n'


def test_a_broken_file_is_told_of_before_the_user_is_asked(
    host: ThriveCartHost, secrets_file: Path, terminal: Terminal
) -> None:
    secrets_file.write_text("[connections")
    with pytest.raises(ConfigurationError, match="is no TOML"):
        terminal.connect()
    assert terminal.lines == []


def test_a_token_that_takes_the_place_of_another_is_told_to_leave_that_one_open(
    host: ThriveCartHost, secrets_file: Path, terminal: Terminal
) -> None:
    secrets_file.write_text('[connections.acme_thrivecart]\napi_key = "token-of-before"\nis_oauth = true\n')
    terminal.connect()
    line = "the token before it opens the account until you take it back in ThriveCart's settings"
    assert f"acme_thrivecart: {line}" in terminal.lines


def test_a_key_that_takes_the_place_of_a_token_is_known_as_a_key(
    host: ThriveCartHost, secrets_file: Path, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.connect()
    connect_by_key(monkeypatch, terminal)
    assert entry_in(secrets_file) == {"api_key": KEY}


def test_a_connection_that_is_not_there_is_told_with_those_that_are(
    host: ThriveCartHost, bare_project: Project
) -> None:
    bare_project.connect("acme_kit", "kit")
    for attempt in (lambda name: connect(name, is_oauth=False, port=0), revoke):
        with pytest.raises(ConfigurationError) as raised:
            attempt("acme")
        assert str(raised.value) == ("acme is not in connections.csv; connections of thrivecart are: acme_thrivecart")
        with pytest.raises(ConfigurationError) as raised:
            attempt("acme_kit")
        assert str(raised.value) == ("acme_kit is a connection of kit; connections of thrivecart are: acme_thrivecart")


def test_where_there_is_no_connection_it_is_said_so(bare_project: Project) -> None:
    with pytest.raises(ConfigurationError, match="connections of thrivecart are: none so far"):
        connect("acme_thrivecart", is_oauth=False, port=0)


@pytest.mark.parametrize(
    "base_url",
    ["http://thrivecart.example/api/external", "thrivecart.example", "ftp://127.0.0.1", "http://127.0.0.1.example"],
)
def test_no_key_is_sent_to_another_machine_in_the_clear(
    bare_project: Project, monkeypatch: pytest.MonkeyPatch, base_url: str
) -> None:
    bare_project.connect("acme_thrivecart", "thrivecart", base_url)
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    for is_oauth in (False, True):
        with pytest.raises(ConfigurationError, match="acme_thrivecart: base_url must begin with https://"):
            connect("acme_thrivecart", is_oauth, port=0)


@pytest.mark.parametrize("before", [None, "mine"])
def test_oauthlib_insists_on_https_again_afterwards(
    host: ThriveCartHost, terminal: Terminal, monkeypatch: pytest.MonkeyPatch, before: str | None
) -> None:
    if before:
        monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", before)
    terminal.connect()
    assert os.environ.get("OAUTHLIB_INSECURE_TRANSPORT") == before


def test_a_port_that_is_taken_is_named(host: ThriveCartHost) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"port {port} of this machine cannot be had; name another one"):
            connect("acme_thrivecart", is_oauth=True, port=port)


def test_the_address_is_opened_in_a_browser_only_if_wanted(
    host: ThriveCartHost, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: queue.Queue[str] = queue.Queue()
    monkeypatch.setattr(webbrowser, "open", opened.put)
    terminal.connect()
    host.codes.add(CODE)
    terminal.connect(is_browser_opened=True)
    printed = [line.strip() for line in terminal.lines if "/authorization/new?" in line]
    assert opened.get(timeout=60) == printed[1]
    assert opened.empty()


@pytest.mark.parametrize("is_oauth", [False, True])
def test_no_secret_and_no_address_is_printed_or_logged(
    host: ThriveCartHost,
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    is_oauth: bool,
) -> None:
    caplog.set_level("DEBUG")
    typed(monkeypatch, KEY)
    terminal.connect(is_oauth=is_oauth)
    host.vendor.routes["/authorization/token"] = lambda request: Answer(dict(request.body), status=400)
    host.vendor.routes["/api/external/ping"] = lambda request: Answer(dict(request.headers), status=400)
    typed(monkeypatch, KEY)
    with pytest.raises(VendorError) as raised:
        terminal.connect(is_oauth=is_oauth)
    printed = capfd.readouterr()
    said = "\n".join(
        [terminal.said, str(raised.value), caplog.text, printed.out, printed.err, *map(str, terminal.pages)]
    )
    for hidden in (KEY, TOKEN, CODE, CLIENT_SECRET, "ada@example.com"):
        assert hidden not in said


def test_what_thrivecart_says_of_the_account_cannot_move_the_cursor(
    host: ThriveCartHost, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.vendor.routes["/api/external/ping"] = lambda _: (
        PING
        | {
            "account_name": "Acme\x1b[2J\n failed",
            "user_name": "ada@example.com",
        }
    )
    connect_by_key(monkeypatch, terminal)
    assert terminal.lines[0] == (
        "acme_thrivecart: connected to Acme [2J failed (account 4711, https://acme.thrivecart.com)"
    )
    assert terminal.lines[1].startswith("acme_thrivecart: as <address>; ")


class TestCallback:
    """The address that the browser comes back to, asked directly."""

    @pytest.fixture
    def callback(self) -> Iterator[Callback]:
        with Callback(0) as callback:
            yield callback

    @pytest.fixture
    def answers(self, callback: Callback) -> Iterator[Future[ConsentAnswer]]:
        with ThreadPoolExecutor(1) as waiting:
            yield waiting.submit(callback.wait, 60)

    def test_what_is_not_the_answer_does_not_count_as_one(
        self, callback: Callback, answers: Future[ConsentAnswer], terminal: Terminal
    ) -> None:
        answer = urlencode({"state": callback.state, "code": CODE})
        assert terminal.visit(f"http://{callback.authority}/favicon.ico")[0] == 404
        assert terminal.visit(f"http://{callback.authority}/?{answer}")[0] == 404
        assert terminal.visit(f"{callback.address}?{answer}", Host="rebound.example")[0] == 421
        assert not answers.done()
        assert terminal.visit(f"{callback.address}?{answer}")[0] == 200
        assert answers.result() == ConsentAnswer(code=CODE)

    def test_a_browser_that_opens_a_connection_and_says_nothing_does_not_hold_it_up(
        self, callback: Callback, answers: Future[ConsentAnswer], terminal: Terminal
    ) -> None:
        with socket.create_connection(("127.0.0.1", callback.server_port)):
            terminal.visit(f"{callback.address}?{urlencode({'state': callback.state, 'code': CODE})}")
            assert answers.result() == ConsentAnswer(code=CODE)

    def test_a_page_is_not_kept_and_shows_nothing_of_the_answer(
        self, callback: Callback, answers: Future[ConsentAnswer]
    ) -> None:
        answer = urlencode({"state": callback.state, "code": CODE})
        with urllib.request.urlopen(f"{callback.address}?{answer}") as page:
            assert page.headers["Cache-Control"] == "no-store"
            assert page.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
            assert page.headers["Referrer-Policy"] == "no-referrer"
            assert CODE not in page.read().decode()

    def test_a_flood_of_fields_is_no_answer(self, callback: Callback) -> None:
        fields = [("state", callback.state), ("code", CODE), *((f"f{number}", "1") for number in range(20))]
        assert callback.judge(urlencode(fields)).code == ""

    def test_only_this_machine_is_listened_to(self, callback: Callback) -> None:
        assert callback.server_address[0] == "127.0.0.1"

    def test_each_request_has_a_state_of_its_own(self, callback: Callback) -> None:
        with Callback(0) as another:
            assert another.state != callback.state


def connected(secrets_file: Path, host: ThriveCartHost, is_oauth: bool = True) -> None:
    kind = "is_oauth = true\n" if is_oauth else ""
    token = TOKEN if is_oauth else KEY
    secrets_file.write_text(f'[connections.acme_thrivecart]\nclient_id = "app"\napi_key = "{token}"\n{kind}')
    host.accepted = {token}


def test_a_token_is_revoked_at_thrivecart_and_taken_out_of_the_file(
    host: ThriveCartHost, secrets_file: Path, terminal: Terminal
) -> None:
    connected(secrets_file, host)
    revoke("acme_thrivecart", terminal)
    (asked,) = host.vendor.asked("/authorization/revoke")
    assert asked.body == {"token": TOKEN}
    assert host.bearer_of(asked) == TOKEN
    assert host.accepted == set()
    assert entry_in(secrets_file) == {"client_id": "app"}
    assert terminal.lines == [
        f"acme_thrivecart: ThriveCart has revoked the token, which is removed from {secrets_file}"
    ]


def test_a_revocation_that_is_answered_without_content_counts(
    host: ThriveCartHost, secrets_file: Path, terminal: Terminal
) -> None:
    connected(secrets_file, host)
    take_back = host.take_back
    host.vendor.routes["/authorization/revoke"] = lambda request: take_back(request) and Answer("")
    revoke("acme_thrivecart", terminal)
    assert terminal.said.startswith("acme_thrivecart: ThriveCart has revoked the token")


@pytest.mark.parametrize("is_oauth", [True, False])
def test_what_thrivecart_does_not_know_any_more_is_taken_out_of_the_file(
    host: ThriveCartHost, secrets_file: Path, terminal: Terminal, is_oauth: bool
) -> None:
    connected(secrets_file, host, is_oauth)
    host.accepted.clear()
    revoke("acme_thrivecart", terminal)
    assert entry_in(secrets_file) == {"client_id": "app"}
    kind = "token" if is_oauth else "API key"
    assert terminal.lines == [
        f"acme_thrivecart: ThriveCart no longer knows the {kind}, which is removed from {secrets_file}"
    ]


def test_a_key_is_not_revoked_from_here_and_stays(host: ThriveCartHost, secrets_file: Path) -> None:
    connected(secrets_file, host, is_oauth=False)
    before = secrets_file.read_text()
    with pytest.raises(NotRevoked) as raised:
        revoke("acme_thrivecart")
    assert str(raised.value) == (
        "acme_thrivecart: an API key is revoked only where it was made: delete it at "
        "ThriveCart > Settings > API & webhooks > API tokens, then start again to remove it here"
    )
    assert host.vendor.asked("/authorization/revoke") == []
    assert secrets_file.read_text() == before


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer({"revoked": True}), "took the revocation"),
        (Answer({"error": "no"}, status=400), "answered 400 to POST /authorization/revoke"),
    ],
)
def test_a_token_that_is_accepted_all_the_same_stays(
    host: ThriveCartHost, secrets_file: Path, answer: Answer, said: str
) -> None:
    connected(secrets_file, host)
    host.vendor.routes["/authorization/revoke"] = lambda _: answer
    with pytest.raises(NotRevoked) as raised:
        revoke("acme_thrivecart")
    assert str(raised.value) == (
        f"acme_thrivecart: ThriveCart {said} but still accepts the token; start again later, "
        "or when you take it back in ThriveCart's settings"
    )
    assert entry_in(secrets_file)["api_key"] == TOKEN


def test_a_token_stays_while_thrivecart_is_down(host: ThriveCartHost, secrets_file: Path) -> None:
    connected(secrets_file, host)
    host.vendor.close()
    with pytest.raises(VendorError, match="could not be reached for POST /authorization/revoke"):
        revoke("acme_thrivecart", report=lambda _: None)
    assert entry_in(secrets_file)["api_key"] == TOKEN


def test_where_nothing_is_stored_there_is_nothing_to_revoke(
    host: ThriveCartHost, secrets_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, KEY)
    with pytest.raises(ConfigurationError) as raised:
        revoke("acme_thrivecart")
    assert str(raised.value) == (
        f"acme_thrivecart: {secrets_file} holds nothing to revoke; what {VARIABLE} holds is not touched"
    )


def test_the_command_prints_the_account_and_ends_well(
    host: ThriveCartHost, secrets_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, KEY)
    assert main(["connect", "acme_thrivecart"]) == 0
    assert "connected to Acme Academy (account 4711" in capsys.readouterr().out


def test_the_command_ends_with_the_reason_as_its_last_line(
    host: ThriveCartHost, secrets_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["revoke", "acme_thrivecart"]) == 1
    last = capsys.readouterr().err.splitlines()[-1]
    assert last == f"revoke failed: acme_thrivecart: {secrets_file} holds nothing to revoke"


def test_the_command_takes_no_key_as_an_argument(
    host: ThriveCartHost, secrets_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["connect", "acme_thrivecart", KEY])
    assert not secrets_file.exists()


def test_the_command_can_be_stopped_while_it_waits(
    host: ThriveCartHost, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(_: Callback, __: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Callback, "wait", stop)
    assert main(["connect", "acme_thrivecart", "--oauth", "--no-browser", "--port", "0"]) == 130
    assert capsys.readouterr().err.splitlines()[-1] == "connect was stopped"
