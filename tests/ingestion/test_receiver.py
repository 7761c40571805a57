"""The receiver of webhooks over HTTP: what it keeps, what it refuses, and what it says about it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

import pytest

from ingestion.connections import ConfigurationError
from ingestion.thrivecart import receiver as receiver_module
from ingestion.thrivecart.inbox import Inbox
from ingestion.warehouse import inbox_folder
from tests.ingestion.conftest import Project
from tests.ingestion.receiving import FORM_TYPE, SECRET, ReceiverProcess, form

PATH = "/thrivecart/acme_thrivecart"
JSON_TYPE = "application/json"
MIB = 1024 * 1024
GOOD = {
    "event": "order.success",
    "mode": "live",
    "order_id": "1514394",
    "invoice_id": "000000004",
    "order_timestamp": "1788512400",
    "customer[email]": "noor@example.com",
    "order[charges][0][amount]": "900",
    "thrivecart_secret": SECRET,
}
WITH_ANOTHER_SECRET = form(GOOD | {"thrivecart_secret": "wrong-word-0815"})

Ask = Callable[[ReceiverProcess], int]


@pytest.fixture(scope="module")
def configured(
    empty_warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Project, pytest.MonkeyPatch]]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        project = Project(tmp_path_factory.mktemp("receiver"), monkeypatch)
        project.start_from(empty_warehouse)
        for connection_id in ("acme_thrivecart", "full_thrivecart", "mute_thrivecart"):
            project.connect(connection_id, "thrivecart", "http://127.0.0.1:9")
        project.connect("acme_kit", "kit")
        for connection_id in ("ACME_THRIVECART", "FULL_THRIVECART"):
            monkeypatch.setenv(f"CONNECTIONS__{connection_id}__WEBHOOK_SECRET", SECRET)
        yield project, monkeypatch


@pytest.fixture(scope="module")
def receiver(
    configured: tuple[Project, pytest.MonkeyPatch], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ReceiverProcess]:
    """Give the file's tests one receiver: each of them leaves it serving."""
    with closing(ReceiverProcess(tmp_path_factory.mktemp("log") / "receiver.log")) as process:
        yield process


@pytest.fixture
def own_receiver(
    configured: tuple[Project, pytest.MonkeyPatch], tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[ReceiverProcess]:
    """Give a test that ends the receiver, or needs it prepared, one of its own."""
    with closing(ReceiverProcess(tmp_path / "receiver.log", preparation=getattr(request, "param", ""))) as process:
        yield process


@pytest.fixture(autouse=True)
def empty_inbox(configured: tuple[Project, pytest.MonkeyPatch]) -> None:
    for path in Inbox(inbox_folder("acme_thrivecart")).waiting():
        path.unlink()


def received() -> list[dict[str, Any]]:
    inbox = Inbox(inbox_folder("acme_thrivecart"))
    return list(inbox.read(inbox.waiting()))


def test_it_answers_the_head_request_that_thrivecart_tries_an_address_with(receiver: ReceiverProcess) -> None:
    assert receiver.ask("HEAD", PATH) == 200


def test_an_empty_post_is_answered_and_not_kept(receiver: ReceiverProcess) -> None:
    assert receiver.ask("POST", PATH, b"") == 200
    assert received() == []


def test_it_says_that_it_is_well(receiver: ReceiverProcess) -> None:
    assert receiver.ask("GET", "/health") == 200


def test_a_form_is_kept_without_its_secret(receiver: ReceiverProcess) -> None:
    assert receiver.ask("POST", PATH, form(GOOD)) == 200
    (kept,) = received()
    assert kept.pop("seen_at").endswith("+00:00")
    assert kept == {
        "event_key": "order.success/live/1514394/000000004/1788512400",
        "event": "order.success",
        "encoding": "form",
        "payload": {
            "event": "order.success",
            "mode": "live",
            "order_id": "1514394",
            "invoice_id": "000000004",
            "order_timestamp": "1788512400",
            "customer": {"email": "noor@example.com"},
            "order": {"charges": [{"amount": "900"}]},
        },
    }


def test_json_is_kept_without_its_secret(receiver: ReceiverProcess) -> None:
    body = {"event": "order_created", "webhook_id": "w1", "mode_int": 2, "thrivecart_secret": SECRET}
    assert receiver.ask("POST", PATH, json.dumps(body), JSON_TYPE) == 200
    (kept,) = received()
    assert (kept["event_key"], kept["event"], kept["encoding"]) == ("w1", "order_created", "json")
    assert kept["payload"] == {"event": "order_created", "webhook_id": "w1", "mode_int": "2"}


def test_a_delivery_that_is_repeated_in_the_other_encoding_is_kept_once(receiver: ReceiverProcess) -> None:
    flat = {name: value for name, value in GOOD.items() if "[" not in name}
    assert receiver.ask("POST", PATH, form(flat)) == 200
    assert receiver.ask("POST", PATH, json.dumps(flat), JSON_TYPE) == 200
    assert len(received()) == 1


def post(body: Any, content_type: str = FORM_TYPE, path: str = PATH, is_chunked: bool = False) -> Ask:
    return lambda receiver: receiver.ask("POST", path, body, content_type, is_chunked)


def ask(method: str, path: str = PATH) -> Ask:
    return lambda receiver: receiver.ask(method, path)


def send(text: bytes) -> Ask:
    """Write raw bytes, and return the status of the first answer."""

    def write(receiver: ReceiverProcess) -> int:
        with socket.create_connection(("127.0.0.1", receiver.port), timeout=60) as stream:
            stream.sendall(text)
            response = HTTPResponse(stream)
            response.begin()
            return response.status

    return write


def raw_post(length: int, body: bytes) -> bytes:
    return f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode() + body


WRONG_WORD = "403: it came with another secret word than CONNECTIONS__ACME_THRIVECART__WEBHOOK_SECRET"
NO_WORD = "403: it came without a secret word"
TOO_LONG = "413: it has more than 1048576 bytes"
REFUSALS: dict[str, tuple[Ask, int, str]] = {
    "wrong secret": (post(WITH_ANOTHER_SECRET), 403, WRONG_WORD),
    "secret of another alphabet": (post(form(GOOD | {"thrivecart_secret": "сезам"})), 403, WRONG_WORD),
    "wrong secret in JSON": (post(json.dumps({"thrivecart_secret": "x"}), JSON_TYPE), 403, WRONG_WORD),
    "no secret": (post(form({"event": "order.success"})), 403, NO_WORD),
    "empty secret": (post(form(GOOD | {"thrivecart_secret": ""})), 403, NO_WORD),
    "secret in brackets": (post(b"thrivecart_secret[]=" + SECRET.encode()), 403, NO_WORD),
    "10 MB": (post(form(GOOD) + b"&note=" + b"x" * 10 * MIB), 413, TOO_LONG),
    "one byte too many": (post(b"x" * (MIB + 1)), 413, TOO_LONG),
    "10 MB in chunks": (post(iter([b"x" * MIB] * 10), is_chunked=True), 413, TOO_LONG),
    "broken JSON": (post(b'{"event": "order.success", "customer": "noor@exa', JSON_TYPE), 400, "broken JSON"),
    "a list": (post(b'["noor@example.com"]', JSON_TYPE), 400, "400: the JSON is no object"),
    "JSON 1000 deep": (post(b'{"a":' * 1000 + b"1" + b"}" * 1000, JSON_TYPE), 400, "400: the JSON is nested too deep"),
    "brackets 1000 deep": (post(b"a" + b"[b]" * 1000 + b"=1"), 400, "400: the form is nested too deep"),
    "too many fields": (post(b"a=1&" * 6000), 400, "400: the form has too many fields"),
    "not UTF-8": (post(b"name=No\xebl"), 400, "400: the body is not UTF-8"),
    "multipart": (post(b"--x", "multipart/form-data; boundary=x"), 415, "415: the content type is neither form nor"),
    "GET": (ask("GET"), 405, "405: method not allowed"),
    "PUT": (ask("PUT"), 405, "405: method not allowed"),
    "DELETE": (ask("DELETE"), 405, "405: method not allowed"),
    "no HTTP": (send(b"noor@example.com wants in\r\n\r\n"), 400, "Invalid HTTP request received."),
}  # fmt: skip
REFUSALS_OF_NOBODY: dict[str, tuple[Ask, int, str]] = {
    "unknown connection": (post(form(GOOD), path="/thrivecart/" + SECRET), 404, "404: the address ends in no"),
    "connection of another source": (post(form(GOOD), path="/thrivecart/acme_kit"), 404, "404: the address ends in no"),
    "line break in the address": (ask("HEAD", "/thrivecart/a%0Anoor@example.com"), 404, "404: the address ends in no"),
    "unknown address": (ask("GET", "/noor@example.com"), 404, "404: not found"),
}  # fmt: skip


@pytest.mark.parametrize(("refused", "status", "reason"), REFUSALS.values(), ids=REFUSALS)
def test_what_is_refused_is_told_in_one_line_without_content_and_others_are_served(
    receiver: ReceiverProcess, refused: Ask, status: int, reason: str
) -> None:
    already = len(receiver.log)
    assert refused(receiver) == status
    assert_one_line(receiver.log[already:], "acme_thrivecart: ", reason)
    assert received() == []
    assert receiver.ask("POST", PATH, form(GOOD)) == 200
    assert len(received()) == 1


@pytest.mark.parametrize(("refused", "status", "reason"), REFUSALS_OF_NOBODY.values(), ids=REFUSALS_OF_NOBODY)
def test_an_address_of_no_connection_is_refused_without_naming_it(
    receiver: ReceiverProcess, refused: Ask, status: int, reason: str
) -> None:
    already = len(receiver.log)
    assert refused(receiver) == status
    assert_one_line(receiver.log[already:], "no connection: ", reason)
    assert receiver.ask("POST", PATH, form(GOOD)) == 200


def assert_one_line(said: str, who: str, reason: str) -> None:
    (line,) = [line for line in said.splitlines() if "since the start" not in line]
    assert reason in line
    # What is no HTTP is refused by the server, before it knows for whom it is.
    assert who in line or reason.startswith("Invalid HTTP")
    assert_no_content(line)


def assert_no_content(said: str) -> None:
    for content in (SECRET, "wrong-word-0815", "example.com", "order.success", "noor"):
        assert content not in said


def test_a_body_that_is_longer_than_announced_is_refused_and_nothing_is_kept(receiver: ReceiverProcess) -> None:
    already = len(receiver.log)
    assert send(raw_post(20, form(GOOD)))(receiver) in (400, 403)
    assert receiver.ask("POST", PATH, form(GOOD | {"order_id": "2"})) == 200
    assert [kept["payload"]["order_id"] for kept in received()] == ["2"]
    assert_no_content(receiver.log[already:])


def test_a_body_of_just_the_limit_is_taken(receiver: ReceiverProcess) -> None:
    body = form(GOOD) + b"&note="
    assert receiver.ask("POST", PATH, body + b"x" * (MIB - len(body))) == 200
    assert len(received()[0]["payload"]["note"]) == MIB - len(body)


def test_a_refused_body_leaves_the_connection_usable(receiver: ReceiverProcess) -> None:
    with closing(receiver.connection()) as connection:
        statuses = []
        for body in (b"x" * 2 * MIB, form(GOOD)):
            connection.request("POST", PATH, body, {"Content-Type": FORM_TYPE})
            response = connection.getresponse()
            response.read()
            statuses.append(response.status)
    assert statuses == [413, 200]


def test_a_body_that_is_refused_by_its_announced_length_is_not_asked_for(receiver: ReceiverProcess) -> None:
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 10000000\r\n\r\n"
    assert send(head.encode())(receiver) == 413


def test_a_sender_that_breaks_off_is_not_waited_for_and_nothing_is_kept(receiver: ReceiverProcess) -> None:
    already = len(receiver.log)
    with socket.create_connection(("127.0.0.1", receiver.port), timeout=60) as stream:
        stream.sendall(raw_post(len(form(GOOD)), form(GOOD)[:-5]))
    wait_until(lambda: "acme_thrivecart: a request is refused with 400: the sender broke off" in receiver.log[already:])
    assert received() == []
    assert receiver.ask("POST", PATH, form(GOOD)) == 200


def test_senders_that_stall_hold_up_no_other(receiver: ReceiverProcess) -> None:
    stalled = []
    try:
        for _ in range(100):
            stalled.append(socket.create_connection(("127.0.0.1", receiver.port), timeout=60))
            stalled[-1].sendall(raw_post(1000, b"event=order.success"))
        assert receiver.ask("POST", PATH, form(GOOD)) == 200
    finally:
        for stream in stalled:
            stream.close()


@pytest.mark.parametrize(
    "own_receiver",
    ["from ingestion.thrivecart import settings; settings.WEBHOOK_BODY_SECONDS = 0.5"],
    indirect=True,
    ids=["half a second"],
)
def test_a_body_that_takes_too_long_is_refused(own_receiver: ReceiverProcess) -> None:
    assert send(raw_post(1000, b"event=order.success"))(own_receiver) == 408
    assert "acme_thrivecart: a request is refused with 408: it did not arrive within" in own_receiver.log
    assert own_receiver.ask("POST", PATH, form(GOOD)) == 200


def test_an_account_without_a_secret_word_is_told_to_try_later(receiver: ReceiverProcess) -> None:
    already = len(receiver.log)
    assert receiver.ask("POST", "/thrivecart/mute_thrivecart", form(GOOD)) == 503
    assert receiver.ask("HEAD", "/thrivecart/mute_thrivecart") == 503
    said = "mute_thrivecart: a request is refused with 503: CONNECTIONS__MUTE_THRIVECART__WEBHOOK_SECRET is not set"
    assert [line.split(" ", 2)[2] for line in receiver.log[already:].splitlines()] == [said, said]


def test_what_cannot_be_kept_is_not_acknowledged_until_it_can(receiver: ReceiverProcess) -> None:
    already = len(receiver.log)
    arriving = inbox_folder("full_thrivecart") / "arriving"
    arriving.rmdir()
    arriving.write_text("no folder")
    assert receiver.ask("POST", "/thrivecart/full_thrivecart", form(GOOD)) == 503
    arriving.unlink()
    assert receiver.ask("POST", "/thrivecart/full_thrivecart", form(GOOD)) == 200
    told = "full_thrivecart: a request is refused with 503: it could not be kept (Not a directory)"
    assert told in receiver.log[already:]
    assert len(Inbox(inbox_folder("full_thrivecart")).waiting()) == 1


@pytest.mark.parametrize(
    "own_receiver",
    ["from ingestion.thrivecart import receiver; receiver.decode = lambda body, kind: {}[body.decode()]"],
    indirect=True,
    ids=["a defect"],
)
def test_a_defect_of_the_receiver_is_told_without_the_delivery(own_receiver: ReceiverProcess) -> None:
    assert own_receiver.ask("POST", PATH, form(GOOD)) == 500
    assert "acme_thrivecart: a request is refused with 500: KeyError in the receiver" in own_receiver.log
    assert "example.com" not in own_receiver.log


def test_it_receives_while_another_process_holds_the_warehouse(
    receiver: ReceiverProcess, configured: tuple[Project, pytest.MonkeyPatch]
) -> None:
    project, _ = configured
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", hold, str(project.warehouse)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout and holder.stdout.readline() == b"held\n"
    assert receiver.ask("POST", PATH, form(GOOD)) == 200
    holder.communicate()
    assert len(received()) == 1


def test_it_knows_no_orchestrator_and_no_model() -> None:
    code = "import sys, ingestion.thrivecart.receiver; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "uvicorn" in loaded
    assert {"dagster", "dbt"}.isdisjoint(loaded)


def test_the_start_says_which_address_to_enter_and_what_is_missing(receiver: ReceiverProcess) -> None:
    lines = [line.split(" ", 2)[2] for line in receiver.log.splitlines()[:8]]
    assert lines == [
        f"Receiving webhooks on http://127.0.0.1:{receiver.port}",
        "In ThriveCart enter under Settings > API & webhooks > Webhooks & notifications, with your own host in front:",
        "  acme_thrivecart: https://<your host>/thrivecart/acme_thrivecart",
        "  full_thrivecart: https://<your host>/thrivecart/full_thrivecart",
        "  mute_thrivecart: https://<your host>/thrivecart/mute_thrivecart",
        "    answers 503 until CONNECTIONS__MUTE_THRIVECART__WEBHOOK_SECRET is set and this started again",
        "Event subscriptions of ThriveCart's API take the same address as their target_url",
        lines[-1],
    ]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_end_it_finishes_what_is_under_way(own_receiver: ReceiverProcess, number: int) -> None:
    body = form(GOOD)
    with socket.create_connection(("127.0.0.1", own_receiver.port), timeout=60) as stream:
        stream.sendall(raw_post(len(body), body[:10]))
        # Only once the server has answered this one has it surely begun with the other.
        assert own_receiver.ask("HEAD", PATH) == 200
        os.kill(own_receiver.process.pid, number)
        wait_until(lambda: not is_served(own_receiver.port))
        stream.sendall(body[10:])
        response = HTTPResponse(stream)
        response.begin()
    assert response.status == 200
    assert own_receiver.process.wait(60) == 0
    assert len(received()) == 1
    assert own_receiver.log.endswith("Receiver ended\n")


def test_a_connection_that_idles_does_not_keep_it_from_ending(own_receiver: ReceiverProcess) -> None:
    with socket.create_connection(("127.0.0.1", own_receiver.port), timeout=60):
        assert own_receiver.end() == 0


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_served(port: int) -> bool:
    with suppress(ConnectionRefusedError), closing(HTTPConnection("127.0.0.1", port)) as connection:
        connection.connect()
        return True
    return False


def test_a_port_that_is_in_use_is_named(configured: tuple[Project, pytest.MonkeyPatch]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError) as raised:
            receiver_module.serve("127.0.0.1", port)
    assert str(raised.value) == (
        f"port {port} on 127.0.0.1 is in use by another program; name another: make webhooks PORT=8725"
    )


def test_an_address_of_another_machine_is_named(configured: tuple[Project, pytest.MonkeyPatch]) -> None:
    with pytest.raises(ConfigurationError, match=r"^port 8720 on 192\.0\.2\.1 cannot be had"):
        receiver_module.serve("192.0.2.1", 8720)


def test_without_any_secret_word_it_does_not_start(bare_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    bare_project.connect("acme_thrivecart", "thrivecart")
    bare_project.connect("other_thrivecart", "thrivecart")
    monkeypatch.delenv("CONNECTIONS__ACME_THRIVECART__WEBHOOK_SECRET")
    with pytest.raises(ConfigurationError) as raised:
        receiver_module.serve("127.0.0.1", 0)
    assert str(raised.value) == (
        "webhooks need the secret word of the account; set CONNECTIONS__ACME_THRIVECART__WEBHOOK_SECRET or "
        "CONNECTIONS__OTHER_THRIVECART__WEBHOOK_SECRET to what ThriveCart shows under Settings > API & webhooks > "
        "ThriveCart order validation"
    )


def test_without_any_thrivecart_connection_it_does_not_start(bare_project: Project) -> None:
    with pytest.raises(ConfigurationError, match="no connection of the source thrivecart"):
        receiver_module.serve("127.0.0.1", 0)


def test_an_inbox_that_cannot_be_made_is_named(bare_project: Project) -> None:
    bare_project.connect("acme_thrivecart", "thrivecart")
    bare_project.warehouse.parent.mkdir()
    (bare_project.warehouse.parent / "webhooks").write_text("no folder")
    with pytest.raises(ConfigurationError, match=r"^acme_thrivecart: its inbox .* cannot be made \("):
        receiver_module.serve("127.0.0.1", 0)


def test_the_command_fails_with_the_reason_as_its_last_line(bare_project: Project) -> None:
    bare_project.write("connections.csv", "connection_id")
    command = [sys.executable, "-m", "ingestion", "webhooks", "--port", "0"]
    failed = subprocess.run(command, capture_output=True, text=True, check=False)
    assert failed.returncode == 1
    assert failed.stderr.splitlines()[-1].startswith("webhooks failed: connections.csv: column workspace_id")


def test_neither_the_inbox_nor_raw_nor_the_log_holds_the_secret(
    own_receiver: ReceiverProcess, configured: tuple[Project, pytest.MonkeyPatch]
) -> None:
    project, _ = configured
    assert own_receiver.ask("POST", PATH, form(GOOD)) == 200
    assert own_receiver.ask("POST", PATH, json.dumps({**GOOD, "webhook_id": "w2"}), JSON_TYPE) == 200
    files = [path.read_text() for path in inbox_folder("acme_thrivecart").rglob("*.json")]
    project.load("thrivecart", "webhook_events")
    rows = project.rows("select * from raw_thrivecart.webhook_events where connection_id = 'acme_thrivecart'")
    said = "\n".join([*files, *map(str, rows), project.report, own_receiver.log])
    assert (len(files), len(rows)) == (2, 2)
    assert SECRET not in said
    assert "example.com" not in project.report + own_receiver.log
