"""The receiver when much comes at once and it is killed in the middle."""

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from ingestion.warehouse import inbox_folder
from tests.ingestion.conftest import Project
from tests.ingestion.receiving import FORM_TYPE, SECRET, ReceiverProcess, form

DELIVERIES, SENDERS = 10_000, 20
KILLED_AFTER, REPEATED_EVERY = DELIVERIES // 2, 100
LANDED = """
select count(*), count(distinct event_key), count(distinct payload ->> '$.order_id'),
    sum(cast(payload ->> '$.order.total' as bigint)), count(*) filter (where encoding = 'json')
from raw_thrivecart.webhook_events
"""


def delivery(number: int) -> tuple[bytes, str]:
    """Return the body and content type of a delivery: a third are JSON, a half have a webhook_id."""
    fields = {
        "event": "order.success",
        "mode": "live",
        "order_id": str(5_000_000 + number),
        "invoice_id": f"{number:09}",
        "order_timestamp": "1788512400",
        "customer[name]": "Noor van der Bürg",
        "customer[email]": f"buyer{number}@example.com",
        "order[total]": str(number),
        "thrivecart_secret": SECRET,
        **({"webhook_id": f"w{number}"} if number % 2 else {}),
    }
    if number % 3:
        return form(fields), FORM_TYPE
    nested = {name: value for name, value in fields.items() if "[" not in name} | {
        "customer": {"name": fields["customer[name]"], "email": fields["customer[email]"]},
        "order": {"total": number},
    }
    return json.dumps(nested).encode(), "application/json"


class Senders:
    """Deliver each number until it is acknowledged, some of them again, and kill the receiver once in the middle."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._numbers = iter(range(DELIVERIES))
        self._acknowledged = 0
        self._lock = threading.Lock()
        self.receiver = ReceiverProcess(log)
        self.interrupted = 0
        self.refused: list[int] = []

    def run(self) -> None:
        threads = [threading.Thread(target=self._send) for _ in range(SENDERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _send(self) -> None:
        with closing(self.receiver.connection()) as connection:
            while (number := self._next_number()) is not None:
                self._deliver(connection, number)
                if number % REPEATED_EVERY == 0:
                    self._deliver(connection, number)
                self._acknowledge()

    def _deliver(self, connection: HTTPConnection, number: int) -> None:
        body, content_type = delivery(number)
        while True:
            try:
                connection.request("POST", "/thrivecart/acme_thrivecart", body, {"Content-Type": content_type})
                response = connection.getresponse()
                response.read()
            except (OSError, HTTPException):
                # Whether this one was kept before the receiver died, its sender cannot know.
                connection.close()
                self._wait_for_the_next_receiver()
                continue
            if response.status != 200:
                self.refused.append(response.status)
            return

    def _next_number(self) -> int | None:
        with self._lock:
            return next(self._numbers, None)

    def _acknowledge(self) -> None:
        with self._lock:
            self._acknowledged += 1
            if self._acknowledged == KILLED_AFTER:
                self.receiver.close()
                self.receiver = ReceiverProcess(self._log, self.receiver.port)

    def _wait_for_the_next_receiver(self) -> None:
        # Who killed the receiver keeps the lock until the next one serves.
        with self._lock:
            self.interrupted += 1


@pytest.fixture(scope="module")
def senders(read_only_project: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Senders]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("CONNECTIONS__ACME_THRIVECART__WEBHOOK_SECRET", SECRET)
        read_only_project.connect("acme_thrivecart", "thrivecart", "http://127.0.0.1:9")
        under_way = Senders(tmp_path_factory.mktemp("load") / "receiver.log")
        try:
            under_way.run()
            read_only_project.load("thrivecart", "webhook_events")
            yield under_way
        finally:
            under_way.receiver.close()


def test_every_delivery_is_in_raw_exactly_once(read_only_project: Project, senders: Senders) -> None:
    # The numbers 0 to 9,999 add up to 49,995,000; every third from 0 on makes 3,334.
    assert read_only_project.rows(LANDED) == [(10_000, 10_000, 10_000, 49_995_000, 3_334)]


def test_the_kill_interrupted_deliveries_and_nothing_was_refused(senders: Senders) -> None:
    assert senders.interrupted > 0
    assert senders.refused == []


def test_all_of_them_are_kept_in_the_archive_and_none_waits(senders: Senders) -> None:
    folder = inbox_folder("acme_thrivecart")
    lines = [line for path in folder.glob("archive/*") for line in gzip.decompress(path.read_bytes()).splitlines()]
    assert len({json.loads(line)["event_key"] for line in lines}) == len(lines) == DELIVERIES
    assert list(folder.glob("waiting/*")) == []


def test_the_log_holds_neither_the_secret_nor_an_address(senders: Senders) -> None:
    assert SECRET not in senders.receiver.log
    assert "example.com" not in senders.receiver.log
