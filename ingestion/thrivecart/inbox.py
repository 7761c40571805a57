"""The inbox of one connection's webhooks: files in a folder, so that receiving never waits for the warehouse.

`arriving` holds what is being written. `waiting` holds one file an event, named after its key, until a load has landed
it. `archive` holds what was landed, compressed, one file a load, named after its moment (UTC), so that a warehouse that
is put back from a copy can be given what it lacks. All are lines of JSON.
"""

import gzip
import hashlib
import json
import os
import time
import uuid
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any, BinaryIO

from ingestion.personal import without_forgotten
from ingestion.thrivecart.tables import WEBHOOK_EVENTS
from ingestion.tombstones import NOBODY, Forgotten

WAITING, ARCHIVED = ".json", ".jsonl.gz"
LEFTOVER_SECONDS = 3600.0
"""What has been arriving for so long belongs to a process that was killed."""


def archive_name() -> str:
    """Return the name of the next archived file; later ones sort after it."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H%M%S.%f}Z{ARCHIVED}"


@dataclass(frozen=True)
class ReceivedEvent:
    """An event as it lies in the inbox; `seen_at` is the moment (ISO 8601, UTC) it was received."""

    seen_at: str
    event_key: str
    event: str
    encoding: str
    payload: dict[str, Any]


class Inbox:
    """A folder of received events. One receiver and one load may use it at a time. Raises OSError."""

    def __init__(self, folder: Path, forgotten: Forgotten = NOBODY) -> None:
        """Make nothing yet. What is archived is archived without the people who were forgotten."""
        self._folder = folder
        self._forgotten = forgotten
        self._arriving, self._waiting, self._archive = (folder / name for name in ("arriving", "waiting", "archive"))

    def make(self) -> None:
        """Make the folders, for their owner only, and clear away what a killed process left half written."""
        self._folder.parent.parent.mkdir(parents=True, exist_ok=True)
        for folder in (self._folder.parent, self._folder, self._arriving, self._waiting, self._archive):
            folder.mkdir(mode=0o700, exist_ok=True)
            _sync_folder(folder.parent)
        for path in self._arriving.iterdir():
            with suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > LEFTOVER_SECONDS:
                    path.unlink()

    def store(self, event: ReceivedEvent) -> None:
        """Keep an event: once this returns it survives a power failure. If it waits already, the first stays."""
        try:
            self._store(event)
        except FileNotFoundError:
            # Somebody has cleared the warehouse's folder away under a running receiver.
            self.make()
            self._store(event)

    def waiting(self) -> list[Path]:
        """Return the files that are to be landed, one an event."""
        return _files(self._waiting, WAITING)

    def archived_after(self, name: str) -> list[Path]:
        """Return the archived files that are newer than the one of this name; the empty name is older than all."""
        return [path for path in _files(self._archive, ARCHIVED) if path.name > name]

    def read(self, files: Iterable[Path]) -> Iterator[dict[str, Any]]:
        """Yield the events of files; for what cannot be read its `file`, `text` and `problem`."""
        for path in files:
            try:
                with _opened(path) as file:
                    is_empty = True
                    for line in file:
                        is_empty = False
                        yield _event(path, line)
                    if is_empty:
                        yield _problem(path, b"", "is empty")
            except (OSError, EOFError, zlib.error) as error:
                reason = getattr(error, "strerror", None) or type(error).__name__
                yield _problem(path, b"", f"cannot be read ({reason})")

    def archive(self, files: Sequence[Path], name: str) -> None:
        """Move files that were landed into an archived file of the name that `archive_name` gave.

        They leave `waiting` only once that is safely on disk: killed in between, they are landed again, on their keys.
        A file that the system does not let us read stays where it is.
        """
        self.make()
        for path in self._compress(files, name):
            path.unlink()
        _sync_folder(self._waiting)

    def drop_archived(self, keep_days: int) -> None:
        """Drop what was archived more than so many days (UTC) ago; 0 keeps nothing."""
        newest_dropped = datetime.now(UTC).date() - timedelta(days=keep_days + 1 if keep_days > 0 else 0)
        for path in _files(self._archive, ARCHIVED):
            if path.name[:10] <= newest_dropped.isoformat():
                path.unlink()

    def holds_forgotten(self) -> bool:
        """Tell whether forgotten people are in what waits or is archived."""
        files = [*_files(self._waiting, WAITING), *_files(self._archive, ARCHIVED)]
        return any(self._forgotten.is_in(json.dumps(event, ensure_ascii=False)) for event in self.read(files))

    def forget(self) -> int:
        """Take forgotten people out of all that lies here, and return of how many events.

        A file that is still arriving was not answered for, so it is delivered again: it goes whole.
        """
        changed = 0
        for path in [*_files(self._waiting, WAITING), *_files(self._archive, ARCHIVED)]:
            try:
                with _opened(path) as file:
                    before = file.readlines()
            except (EOFError, zlib.error, gzip.BadGzipFile):
                # Of a broken file nobody can say whom it holds.
                path.unlink()
                continue
            after = [_without_forgotten(line, self._forgotten) for line in before]
            if after != before:
                changed += sum(kept != line for kept, line in zip(after, before, strict=True))
                self._rewrite(path, b"".join(after))
        if self._arriving.exists():
            for path in self._arriving.iterdir():
                with suppress(FileNotFoundError):
                    if self._forgotten.is_in(path.read_bytes().decode(errors="replace")):
                        path.unlink()
        return changed

    def _rewrite(self, path: Path, content: bytes) -> None:
        unfinished = self._arriving / f"{path.name}.{uuid.uuid4().hex}"
        with _private_file(unfinished) as file:
            file.write(gzip.compress(content) if path.name.endswith(ARCHIVED) else content)
            _sync_file(file)
        unfinished.replace(path)
        _sync_folder(path.parent)

    def _store(self, event: ReceivedEvent) -> None:
        name = hashlib.sha256(event.event_key.encode()).hexdigest() + WAITING
        if not (self._waiting / name).exists():
            arriving = self._arriving / f"{name}.{uuid.uuid4().hex}"
            try:
                with _private_file(arriving) as file:
                    file.write(json.dumps(vars(event)).encode() + b"\n")
                    _sync_file(file)
                arriving.replace(self._waiting / name)
            except OSError:
                arriving.unlink(missing_ok=True)
                raise
        # Also of an event that is there already: who wrote it may not have come so far yet.
        _sync_folder(self._waiting)

    def _compress(self, files: Iterable[Path], name: str) -> list[Path]:
        """Write files into one of the archive, and return those that could be read."""
        read = []
        with _private_file(self._arriving / name) as file:
            with gzip.GzipFile(fileobj=file, mode="wb") as packed:
                for path in files:
                    try:
                        content = path.read_bytes()
                    except OSError:
                        continue
                    for line in content.splitlines(keepends=True):
                        kept = _without_forgotten(line, self._forgotten)
                        packed.write(kept if kept.endswith(b"\n") else kept + b"\n")
                    read.append(path)
            _sync_file(file)
        (self._arriving / name).replace(self._archive / name)
        _sync_folder(self._archive)
        return read


def without_forgotten_people(payload: dict[str, Any], forgotten: Forgotten) -> dict[str, Any]:
    """Return what was delivered without the people who were forgotten: numbers, amounts and moments stay."""
    kept: dict[str, Any] = without_forgotten(WEBHOOK_EVENTS, {"payload": payload}, forgotten)["payload"]
    return kept


def _without_forgotten(line: bytes, forgotten: Forgotten) -> bytes:
    """Return a line of a file without forgotten people, byte for byte as it was if there are none in it."""
    text = line.decode(errors="replace")
    if not forgotten.is_in(text):
        return line
    try:
        read = json.loads(line)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict) or not isinstance(read.get("payload"), dict):
        # What cannot be read stays, but for its words, so that it is still set aside and counted.
        return b"{}\n"
    return json.dumps(read | {"payload": without_forgotten_people(read["payload"], forgotten)}).encode() + b"\n"


def _event(path: Path, line: bytes) -> dict[str, Any]:
    try:
        read = json.loads(line)
    except (ValueError, RecursionError):
        return _problem(path, line, "is broken")
    if not isinstance(read, dict) or not isinstance(read.get("payload"), dict):
        return _problem(path, line, "holds no received event")
    return read


def _problem(path: Path, line: bytes, reason: str) -> dict[str, Any]:
    return {"file": path.name, "text": line.decode(errors="replace"), "problem": reason}


def _files(folder: Path, suffix: str) -> list[Path]:
    """Return the files of a folder by name; none if it is not there."""
    try:
        with os.scandir(folder) as entries:
            return sorted(Path(entry) for entry in entries if entry.name.endswith(suffix) and entry.is_file())
    except FileNotFoundError:
        return []


def _opened(path: Path) -> BinaryIO | gzip.GzipFile:
    return gzip.open(path, "rb") if path.name.endswith(ARCHIVED) else path.open("rb")


def _private_file(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _sync_file(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
