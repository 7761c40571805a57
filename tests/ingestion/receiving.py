"""The receiver of webhooks as a process of its own, and what ThriveCart would send it."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

SECRET = "open-sesame-4711"
FORM_TYPE = "application/x-www-form-urlencoded"
START = "from ingestion.__main__ import main; raise SystemExit(main(['webhooks', '--port', '{port}']))"


class ReceiverProcess:
    """Runs `python -m ingestion webhooks` under the environment's configuration; `log` is what it has written.

    `preparation` is Python that runs in it first.
    """

    def __init__(self, log: Path, port: int = 0, preparation: str = "") -> None:
        self._log = log
        with log.open("ab") as file:
            written = file.tell()
            self.process = subprocess.Popen(
                [sys.executable, "-c", f"{preparation}\n{START.format(port=port)}"], stdout=file, stderr=file
            )
        while not (found := re.search(r"http://127\.0\.0\.1:(\d+)(?s:.*)target_url", self.log[written:])):
            assert self.process.poll() is None, self.log
            time.sleep(0.02)
        self.port = int(found[1])

    @property
    def log(self) -> str:
        return self._log.read_text()

    def connection(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self.port, timeout=60)

    def ask(
        self, method: str, path: str, body: Any = None, content_type: str = FORM_TYPE, is_chunked: bool = False
    ) -> int:
        """Return the status of one request over a connection of its own."""
        connection = self.connection()
        try:
            connection.request(method, path, body, {"Content-Type": content_type}, encode_chunked=is_chunked)
            return connection.getresponse().status
        finally:
            connection.close()

    def end(self, number: int = signal.SIGTERM) -> int:
        """Ask it to end, and return its exit code."""
        os.kill(self.process.pid, number)
        return self.process.wait(60)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()


def form(fields: Mapping[str, str]) -> bytes:
    return "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in fields.items()).encode()
