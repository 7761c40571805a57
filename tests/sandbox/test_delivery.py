"""Posting webhooks: encodings, attempts, and an end to them."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from sandbox import deliver
from sandbox.__main__ import main
from sandbox.delivery import form

SOLD = {
    "event": "order.success",
    "customer": {"email": "ada@example.com", "address": [None, None]},
    "order": {"charges": [{"type": "single", "amount": "900"}, {"type": "recurring", "amount": "900"}]},
    "purchase_map": ["product-1", "bump-1"],
    "passthrough": {"utm_source": "a b&c"},
}


class Receiver:
    """Takes deliveries. Answers with the statuses it is given, one after another, and with 200 when there are none."""

    def __init__(self) -> None:
        self.statuses: list[int | None] = []
        self.head_status = 200
        self.received: list[tuple[str, str, str]] = []
        self.heads: list[str] = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def end(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self, path: str, content_type: str, body: str) -> int | None:
        with self._lock:
            self.received.append((path, content_type, body))
            return self.statuses.pop(0) if self.statuses else 200

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_HEAD(self) -> None:
                receiver.heads.append(self.path)
                self._answer(receiver.head_status)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                status = receiver.take(self.path, self.headers["Content-Type"], body)
                if status is None:
                    self.close_connection = True
                else:
                    self._answer(status)

            def _answer(self, status: int) -> None:
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.end()


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.delivery._FIRST_WAIT_SECONDS", 0)


def write(folder: Path, connection_id: str, bodies: list[dict[str, object]], encoding: str = "json") -> Path:
    path = folder / "webhooks" / f"{connection_id}.jsonl"
    path.parent.mkdir(exist_ok=True)
    lines = [{"delivered_at": "2026-11-20T10:00:00Z", "encoding": encoding, "body": body} for body in bodies]
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return folder


def numbered(count: int) -> list[dict[str, object]]:
    return [{"order_id": str(number)} for number in range(count)]


def test_a_form_has_brackets_for_what_is_nested_and_nothing_for_null() -> None:
    assert parse_qsl(form(SOLD)) == [
        ("event", "order.success"),
        ("customer[email]", "ada@example.com"),
        ("order[charges][0][type]", "single"),
        ("order[charges][0][amount]", "900"),
        ("order[charges][1][type]", "recurring"),
        ("order[charges][1][amount]", "900"),
        ("purchase_map[0]", "product-1"),
        ("purchase_map[1]", "bump-1"),
        ("passthrough[utm_source]", "a b&c"),
    ]


def test_a_form_is_posted_as_a_form_to_its_connection(receiver: Receiver, tmp_path: Path) -> None:
    deliver(write(tmp_path, "acme", [SOLD], "form"), f"{receiver.url}/")
    ((path, content_type, body),) = receiver.received
    assert (path, content_type, body) == ("/thrivecart/acme", "application/x-www-form-urlencoded", form(SOLD))


def test_json_is_posted_as_json(receiver: Receiver, tmp_path: Path) -> None:
    deliver(write(tmp_path, "acme", [SOLD]), receiver.url)
    ((_, content_type, body),) = receiver.received
    assert (content_type, json.loads(body)) == ("application/json", SOLD)


def test_one_at_a_time_keeps_the_order(receiver: Receiver, tmp_path: Path) -> None:
    deliver(write(tmp_path, "acme", numbered(30)), receiver.url, parallel=1)
    assert [json.loads(body) for _, _, body in receiver.received] == numbered(30)


def test_many_at_a_time_deliver_each_once(receiver: Receiver, tmp_path: Path) -> None:
    delivered = deliver(write(tmp_path, "acme", numbered(300)), receiver.url, parallel=20)
    assert Counter(json.loads(body)["order_id"] for _, _, body in receiver.received) == Counter(map(str, range(300)))
    assert (delivered.accepted, delivered.attempts, delivered.given_up, delivered.left) == (300, 300, 0, 0)


@pytest.mark.parametrize("status", [500, 401, 302, None])
def test_what_gets_no_2xx_is_posted_again(receiver: Receiver, tmp_path: Path, status: int | None) -> None:
    receiver.statuses = [status, status]
    delivered = deliver(write(tmp_path, "acme", [SOLD]), receiver.url)
    assert [json.loads(body) for _, _, body in receiver.received] == [SOLD] * 3
    assert (delivered.accepted, delivered.attempts) == (1, 3)


def test_five_attempts_are_the_most(receiver: Receiver, tmp_path: Path) -> None:
    receiver.statuses = [503] * 5
    delivered = deliver(write(tmp_path, "acme", numbered(2)), receiver.url, parallel=1)
    assert (delivered.accepted, delivered.attempts, delivered.given_up, delivered.left) == (1, 6, 1, 0)


def test_who_accepts_nothing_is_left_alone(receiver: Receiver, tmp_path: Path) -> None:
    receiver.statuses = [500] * 1000
    delivered = deliver(write(tmp_path, "acme", numbered(60)), receiver.url, parallel=1)
    assert (delivered.accepted, delivered.attempts, delivered.given_up, delivered.left) == (0, 250, 50, 10)


def test_all_accounts_are_delivered_unless_one_is_named(receiver: Receiver, tmp_path: Path) -> None:
    write(tmp_path, "acme", numbered(2))
    write(tmp_path, "other", numbered(3))
    deliver(tmp_path, receiver.url)
    deliver(tmp_path, receiver.url, "other")
    assert Counter(path for path, _, _ in receiver.received) == {"/thrivecart/acme": 2, "/thrivecart/other": 6}


def test_an_address_is_asked_first_and_gets_nothing_if_it_refuses(receiver: Receiver, tmp_path: Path) -> None:
    receiver.head_status = 405
    with pytest.raises(ConnectionError, match="/thrivecart/acme answers HEAD with 405"):
        deliver(write(tmp_path, "acme", [SOLD]), receiver.url)
    assert (receiver.heads, receiver.received) == (["/thrivecart/acme"], [])


def test_an_address_where_nobody_is_does_not_answer(receiver: Receiver, tmp_path: Path) -> None:
    receiver.end()
    with pytest.raises(ConnectionError, match="does not answer"):
        deliver(write(tmp_path, "acme", [SOLD]), receiver.url)


@pytest.mark.parametrize("connection_id", [None, "nobody"])
def test_a_folder_without_deliveries_is_refused(receiver: Receiver, tmp_path: Path, connection_id: str | None) -> None:
    if connection_id:
        write(tmp_path, "acme", [SOLD])
    with pytest.raises(FileNotFoundError, match=f"has no deliveries of {connection_id or 'any account'}"):
        deliver(tmp_path, receiver.url, connection_id)


def test_what_is_no_address_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="localhost:1/thrivecart/acme is no address"):
        deliver(write(tmp_path, "acme", [SOLD]), "localhost:1")


def test_a_broken_line_is_an_error_and_not_a_silence(receiver: Receiver, tmp_path: Path) -> None:
    folder = write(tmp_path, "acme", numbered(3))
    (folder / "webhooks" / "acme.jsonl").open("a").write("{\n")
    with pytest.raises(json.JSONDecodeError):
        deliver(folder, receiver.url)


def test_the_command_tells_its_progress_and_its_end(
    receiver: Receiver, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, "acme", numbered(1001))
    main(["deliver", "--folder", str(tmp_path), "--to", receiver.url])
    assert capsys.readouterr().out.splitlines() == [
        "1000 deliveries were accepted",
        "1001 deliveries were accepted in 1001 attempts; 0 were given up and 0 left",
    ]


def test_the_command_fails_if_a_delivery_was_given_up(receiver: Receiver, tmp_path: Path) -> None:
    receiver.statuses = [500] * 5
    with pytest.raises(SystemExit) as ended:
        main(["deliver", "--folder", str(write(tmp_path, "acme", [SOLD])), "--to", receiver.url])
    assert ended.value.code == 1


def test_the_command_says_why_it_cannot_begin(
    receiver: Receiver, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["deliver", "--folder", str(tmp_path), "--to", receiver.url])
    assert (ended.value.code, capsys.readouterr().err) == (1, f"{tmp_path} has no deliveries of any account\n")
