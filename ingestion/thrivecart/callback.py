"""The address on this machine to which ThriveCart's page of consent sends the browser back."""

import html
import queue
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from ingestion.connections import ConfigurationError
from ingestion.http import one_line

HOST = "127.0.0.1"
PATH = "/callback"
MOST_FIELDS = 20
LOOK_SECONDS = 0.1
"""How often to look whether a page that is being served has brought the answer."""

PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Dollartrail</title></head>
<body><h1>{title}</h1><p>{text}</p></body>
</html>
"""
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Connection": "close",
}


@dataclass(frozen=True)
class ConsentAnswer:
    """What the browser brought back: a code, or else why there is none."""

    code: str = ""
    refusal: str = ""


class Callback(ThreadingHTTPServer):
    """Listens on this machine alone, for one answer. `state` has to come back with it."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        """Begin to listen. Raises ConfigurationError if the port cannot be had."""
        self.state = secrets.token_urlsafe(32)
        self._answers: queue.Queue[ConsentAnswer] = queue.Queue()
        try:
            super().__init__((HOST, port), _CallbackPage)
        except (OSError, OverflowError):
            pass
        else:
            self.authority = f"{HOST}:{self.server_port}"
            self.address = f"http://{self.authority}{PATH}"
            return
        raise ConfigurationError(
            f"port {port} of this machine cannot be had; name another one that is free: PORT=8722 (or --port 8722)"
        )

    def wait(self, seconds: float) -> ConsentAnswer:
        """Serve the page until it has an answer, and return that, or a refusal if none comes in time."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self.timeout = min(left, LOOK_SECONDS)
            self.handle_request()
            with suppress(queue.Empty):
                return self._answers.get_nowait()
        return ConsentAnswer(refusal=f"nobody answered within {seconds:.0f} seconds")

    def judge(self, query: str) -> ConsentAnswer:
        """Tell what an answer is worth. What does not bring the state back is not looked at any further."""
        try:
            fields = parse_qs(query, max_num_fields=MOST_FIELDS)
        except ValueError:
            fields = {}
        # Whoever gives a field twice has no say.
        given = {name: values[0] for name, values in fields.items() if len(values) == 1}
        if not secrets.compare_digest(given.get("state", "").encode(), self.state.encode()):
            return ConsentAnswer(
                refusal="the answer does not belong to this request (its state is another): it came from an old page, "
                "or from somebody else"
            )
        if "error" in fields:
            said = [given.get(name, "") for name in ("error", "error_description", "description")]
            return ConsentAnswer(refusal=f"ThriveCart says {one_line(': '.join(filter(None, said)))}")
        if not given.get("code"):
            return ConsentAnswer(refusal="ThriveCart's answer holds no code")
        return ConsentAnswer(code=given["code"])

    def take(self, answer: ConsentAnswer) -> None:
        """Hand an answer to whoever waits."""
        self._answers.put(answer)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Pass over a browser that hangs up in the middle."""


class _CallbackPage(BaseHTTPRequestHandler):
    server: Callback
    # A browser may open a connection and never use it.
    timeout = 10

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        # Under another name, a page from elsewhere may have led the browser here.
        if self.headers.get("Host") != self.server.authority:
            self._show(HTTPStatus.MISDIRECTED_REQUEST, "Not here", "This address has no name but its number.")
        elif path != PATH:
            self._show(HTTPStatus.NOT_FOUND, "Not here", "Only ThriveCart's answer is awaited here.")
        else:
            answer = self.server.judge(query)
            try:
                if answer.refusal:
                    self._show(HTTPStatus.BAD_REQUEST, "Not connected", f"{answer.refusal}. Please start again.")
                else:
                    self._show(HTTPStatus.OK, "Thank you", "Please go back to the terminal: it says how it went on.")
            finally:
                self.server.take(answer)

    def _show(self, status: HTTPStatus, title: str, text: str) -> None:
        content = PAGE.format(title=html.escape(title), text=html.escape(text[:1].upper() + text[1:])).encode()
        self.send_response(status)
        for name, value in {**HEADERS, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Write nothing: the line of a request holds the code."""
