"""Locks of Dagster's home, which the system takes back from a process that dies."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def held(path: Path, refusal: Exception) -> Iterator[int]:
    """Hold a lock; a process that is given the file's number holds it too. Raises `refusal` if another has it."""
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise refusal from None
        yield lock.fileno()
