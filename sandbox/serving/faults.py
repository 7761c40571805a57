"""Mishaps on demand, and the limit of requests that is always there."""

import random
import threading
import time
from collections import Counter, deque
from dataclasses import dataclass


@dataclass(frozen=True)
class Faults:
    """What goes wrong: each `..._every` n means every n-th request to the sandbox, 0 never.

    Requests are counted over all vendors, from the moment the faults are set. Where several fall on one request, being
    rate limited comes before a server error, and that before a dropped connection, which is half an answer and then
    the end of the connection; `slow_seconds` are waited in any case. A `random_share` of the requests, 0 to 1, meets
    one of the three by draw: the same requests and failures for the same `random_seed`.

    At ThriveCart only: with `insert_while_paging` a new live charge arrives in an account after every n-th of its pages
    of transactions. With `swapped_page` n the pages n and n + 1 of live transactions change places, whatever their
    size: nothing documents their order. With `access_denied` whoever is asked for access by OAuth says no.

    Raises ValueError for a share that is none.
    """

    rate_limited_every: int = 0
    server_error_every: int = 0
    drop_connection_every: int = 0
    slow_every: int = 0
    slow_seconds: float = 0.0
    random_share: float = 0.0
    random_seed: int = 0
    insert_while_paging: int = 0
    swapped_page: int = 0
    access_denied: bool = False

    def __post_init__(self) -> None:
        """Refuse a share that is none."""
        if not 0 <= self.random_share <= 1:
            raise ValueError(f"random_share {self.random_share} is not between 0 and 1")


@dataclass(frozen=True)
class Mishap:
    """What goes wrong with one request."""

    is_rate_limited: bool
    is_server_error: bool
    is_dropped: bool
    wait_seconds: float


class FaultCounter:
    """Tells of each request what goes wrong with it. For several threads."""

    def __init__(self, faults: Faults) -> None:
        """Begin to count."""
        self._lock = threading.Lock()
        self._set(faults)

    @property
    def faults(self) -> Faults:
        """The faults in force."""
        return self._faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        with self._lock:
            self._set(faults)

    def next_request(self) -> Mishap:
        """Count a request."""
        with self._lock:
            self._requests += 1
            count, faults, drawn = self._requests, self._faults, self._draws.random()
        # Three equal parts of the share: one for each kind of failure.
        kind = int(drawn / faults.random_share * 3) if drawn < faults.random_share else None
        return Mishap(
            is_rate_limited=_is_due(count, faults.rate_limited_every) or kind == 0,
            is_server_error=_is_due(count, faults.server_error_every) or kind == 1,
            is_dropped=_is_due(count, faults.drop_connection_every) or kind == 2,
            wait_seconds=faults.slow_seconds if _is_due(count, faults.slow_every) else 0.0,
        )

    def next_page(self, connection_id: str) -> bool:
        """Count a page of an account's transactions; return whether a sale arrives after it."""
        with self._lock:
            self._pages[connection_id] += 1
            return _is_due(self._pages[connection_id], self._faults.insert_while_paging)

    def _set(self, faults: Faults) -> None:
        self._faults = faults
        self._requests = 0
        self._draws = random.Random(faults.random_seed)
        self._pages: Counter[str] = Counter()


class RequestLimit:
    """Lets so many requests of each account pass in any 60 seconds; None lets all pass. For several threads.

    A refused request does not count.
    """

    def __init__(self, requests_per_minute: float | None) -> None:
        """Let the first requests pass."""
        self._requests_per_minute = requests_per_minute
        self._lock = threading.Lock()
        self._passed: dict[str, deque[float]] = {}

    def admits(self, connection_id: str) -> bool:
        """Tell whether the account may ask now, and count the request if so."""
        if self._requests_per_minute is None:
            return True
        now = time.monotonic()
        with self._lock:
            passed = self._passed.setdefault(connection_id, deque())
            while passed and passed[0] <= now - 60:
                passed.popleft()
            if len(passed) + 1 > self._requests_per_minute:
                return False
            passed.append(now)
            return True


def _is_due(count: int, every: int) -> bool:
    return every > 0 and count % every == 0
