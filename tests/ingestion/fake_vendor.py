"""A vendor on loopback that answers as a test tells it to."""

import json
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass(frozen=True)
class Answer:
    """`is_cut` ends the connection in the middle of the body."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    is_cut: bool = False


def content_of(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    return (body if isinstance(body, str) else json.dumps(body)).encode()


class FakeVendor:
    """Serves `routes` by path; `interruptions` are answered first, one a request."""

    def __init__(self) -> None:
        self.routes: dict[str, Callable[[Request], Any]] = {}
        self.interruptions: deque[Answer] = deque()
        self.requests: list[Request] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def asked(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path == path]

    def answer_to(self, request: Request) -> Answer:
        self.requests.append(request)
        if self.interruptions:
            return self.interruptions.popleft()
        route = self.routes.get(request.path)
        if route is None:
            return Answer({"error": "method.invalid"}, status=501)
        answer = route(request)
        return answer if isinstance(answer, Answer) else Answer(answer)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        vendor = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._serve(None)

            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["Content-Length"])).decode()
                is_form = self.headers["Content-Type"] == "application/x-www-form-urlencoded"
                self._serve(dict(parse_qsl(content)) if is_form else json.loads(content))

            def _serve(self, body: Any) -> None:
                parts = urlsplit(self.path)
                request = Request(self.command, parts.path, dict(parse_qsl(parts.query)), dict(self.headers), body)
                answer = vendor.answer_to(request)
                content = content_of(answer.body)
                self.send_response(answer.status)
                self.send_header("Content-Length", str(len(content)))
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content[: len(content) // 2] if answer.is_cut else content)
                self.close_connection = True

            def log_message(self, *_: Any) -> None:
                """Keep the tests' output clean."""

        return Handler
