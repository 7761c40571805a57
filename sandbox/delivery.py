"""ThriveCart's webhooks on their way: posts what a generated folder has to tell, and again what was not accepted."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

_ATTEMPTS = 5
_FIRST_WAIT_SECONDS = 0.1
"""Doubled from attempt to attempt. ThriveCart does not publish its own."""
_TIMEOUT_SECONDS = 30
_MOST_GIVEN_UP = 50
_DELIVERIES_PER_REPORT = 1000
_CONTENT_TYPES = {"form": "application/x-www-form-urlencoded", "json": "application/json"}


@dataclass
class Delivered:
    """What became of deliveries: accepted with 2xx, given up after all attempts, or left because too many were."""

    accepted: int = 0
    attempts: int = 0
    given_up: int = 0
    left: int = 0

    def __str__(self) -> str:
        """Return a line for a person."""
        return (
            f"{self.accepted} deliveries were accepted in {self.attempts} attempts; "
            f"{self.given_up} were given up and {self.left} left"
        )


def deliver(
    folder: Path,
    url: str,
    connection_id: str | None = None,
    parallel: int = 20,
    report: Callable[[str], None] = lambda _: None,
) -> Delivered:
    """Post the deliveries of all accounts, or of one, to <url>/thrivecart/<connection_id>, oldest first.

    So many are on their way at a time, so that their order is only nearly kept. What gets no 2xx is posted again, five
    times at most; after 50 that never got one the rest is left. `report` takes lines about the progress.
    As when a webhook is set up, each address must first answer HEAD with 2xx.
    Raises FileNotFoundError if the folder has no deliveries, ConnectionError for an address that does not answer,
    ValueError for one that is none.
    """
    files = sorted((folder / "webhooks").glob(f"{connection_id or '*'}.jsonl"))
    if not files:
        raise FileNotFoundError(f"{folder} has no deliveries of {connection_id or 'any account'}")
    endpoints = [_Endpoint(f"{url.rstrip('/')}/thrivecart/{file.stem}") for file in files]
    for endpoint in endpoints:
        endpoint.validate()
    courier = _Courier(report)
    for file, endpoint in zip(files, endpoints, strict=True):
        with file.open(encoding="utf-8") as lines:
            courier.carry(lines, endpoint, parallel)
    return courier.delivered


def form(body: dict[str, Any]) -> str:
    """Return a nested body as PHP writes forms: brackets for what is nested, and nothing for null."""
    return urlencode(list(_fields("", body)))


class _Endpoint:
    """An address that receives. For several threads, each of which keeps a connection open."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url} is no address")
        self._url = url
        self._kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._host, self._port, self._path = parts.hostname, parts.port, parts.path
        self._own = threading.local()

    def validate(self) -> None:
        """Ask whether anybody is there. Raises ConnectionError."""
        try:
            status = self._request("HEAD", b"", {})
        except (OSError, HTTPException) as error:
            raise ConnectionError(f"{self._url} does not answer: {error}") from None
        self.close()
        if status // 100 != 2:
            raise ConnectionError(f"{self._url} answers HEAD with {status}")

    def accepts(self, body: bytes, headers: dict[str, str]) -> bool:
        """Post a delivery. Whoever cannot be reached does not accept it."""
        try:
            return self._request("POST", body, headers) // 100 == 2
        except (OSError, HTTPException):
            return False

    def close(self) -> None:
        """Close the thread's connection."""
        if hasattr(self._own, "connection"):
            self._own.connection.close()

    def _request(self, method: str, body: bytes, headers: dict[str, str]) -> int:
        if not hasattr(self._own, "connection"):
            self._own.connection = self._kind(self._host, self._port, timeout=_TIMEOUT_SECONDS)
        connection: HTTPConnection = self._own.connection
        try:
            connection.request(method, self._path, body, headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, HTTPException):
            # It opens itself again.
            connection.close()
            raise
        return answer.status


class _Courier:
    """Carries deliveries, several at a time, and counts what becomes of them."""

    def __init__(self, report: Callable[[str], None]) -> None:
        self.delivered = Delivered()
        self._report = report
        self._lock = threading.Lock()
        self._is_stopped = False

    def carry(self, lines: Iterator[str], endpoint: _Endpoint, parallel: int) -> None:
        """Carry a file's deliveries, and come back when they are all carried."""
        with ThreadPoolExecutor(parallel) as pool:
            try:
                for work in [pool.submit(self._work, lines, endpoint) for _ in range(parallel)]:
                    work.result()
            except BaseException:
                self._is_stopped = True
                raise

    def _work(self, lines: Iterator[str], endpoint: _Endpoint) -> None:
        try:
            while (line := self._next(lines)) is not None:
                self._carry(json.loads(line), endpoint)
        finally:
            endpoint.close()

    def _next(self, lines: Iterator[str]) -> str | None:
        """Take a line, or none if all are taken; those that are left are counted when too many were given up."""
        with self._lock:
            if self._is_stopped:
                return None
            if self.delivered.given_up >= _MOST_GIVEN_UP:
                self.delivered.left += sum(1 for _ in lines)
            return next(lines, None)

    def _carry(self, delivery: dict[str, Any], endpoint: _Endpoint) -> None:
        encoding = delivery["encoding"]
        text = form(delivery["body"]) if encoding == "form" else json.dumps(delivery["body"])
        headers = {"Content-Type": _CONTENT_TYPES[encoding]}
        for attempt in range(_ATTEMPTS):
            if attempt:
                time.sleep(_FIRST_WAIT_SECONDS * 2 ** (attempt - 1))
            is_accepted = endpoint.accepts(text.encode(), headers)
            self._count(is_accepted, is_last=attempt == _ATTEMPTS - 1)
            if is_accepted:
                return

    def _count(self, is_accepted: bool, is_last: bool) -> None:
        with self._lock:
            self.delivered.attempts += 1
            self.delivered.accepted += is_accepted
            self.delivered.given_up += is_last and not is_accepted
            if is_accepted and self.delivered.accepted % _DELIVERIES_PER_REPORT == 0:
                self._report(f"{self.delivered.accepted} deliveries were accepted")


def _fields(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _fields(f"{name}[{key}]" if name else key, inner)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _fields(f"{name}[{number}]", inner)
    elif value is not None:
        yield name, value
