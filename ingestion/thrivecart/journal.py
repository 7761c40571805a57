"""Pages that are read but not landed yet, on disk: a reading that is killed goes on where it was."""

import gzip
import json
import os
import shutil
import zlib
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from ingestion.personal import without_forgotten
from ingestion.thrivecart.seeking import Page
from ingestion.thrivecart.tables import TRANSACTIONS
from ingestion.tombstones import Forgotten

DESCRIPTION, PAGE = "reading.json", ".json.gz"


class Journal:
    """The folder of one connection's unfinished reading, one file a page. Customers' data: for the owner only."""

    def __init__(self, folder: Path) -> None:
        """Touch nothing yet."""
        self._folder = folder

    def description(self) -> dict[str, Any] | None:
        """Return what was begun with, None where nothing was begun that can be read."""
        try:
            described = json.loads((self._folder / DESCRIPTION).read_text())
        except (OSError, ValueError):
            return None
        return described if isinstance(described, dict) else None

    def begin(self, description: dict[str, Any]) -> None:
        """Forget every other reading, and keep the pages of this one from now on."""
        self.clear()
        self._folder.mkdir(parents=True, mode=0o700)
        self._write(DESCRIPTION, json.dumps(description).encode())

    def keep(self, mode: str, page: Page) -> None:
        """Put a page on disk; it is there for good when this returns."""
        content = asdict(page) | {"seen_at": page.seen_at.isoformat()}
        self._write(_name(mode, page.number), gzip.compress(json.dumps(content).encode(), compresslevel=1))

    def recall(self, mode: str, number: int) -> Page | None:
        """Return a page that was kept, None if it was not."""
        try:
            content = json.loads(gzip.decompress((self._folder / _name(mode, number)).read_bytes()))
        except (OSError, ValueError, EOFError):
            # Whatever cannot be read is asked for again.
            return None
        return Page(**content | {"seen_at": datetime.fromisoformat(content["seen_at"])})

    def holds(self, people: Forgotten) -> bool:
        """Tell whether people are in any page."""
        for path in self._folder.glob(f"*{PAGE}"):
            with suppress(OSError, EOFError, zlib.error):
                if people.is_in(gzip.decompress(path.read_bytes()).decode(errors="replace")):
                    return True
        return False

    def forget(self, forgotten: Forgotten) -> int:
        """Take forgotten people out of all pages, and return of how many rows. What cannot be read goes."""
        changed = 0
        for path in self._folder.glob(f"*{PAGE}"):
            mode, _, number = path.name.removesuffix(PAGE).partition("-")
            page = self.recall(mode, int(number))
            if page is None:
                path.unlink()
                continue
            rows = [without_forgotten(TRANSACTIONS, row, forgotten) for row in page.rows]
            if rows != page.rows:
                changed += sum(kept != row for kept, row in zip(rows, page.rows, strict=True))
                self.keep(mode, replace(page, rows=rows))
        for unfinished in self._folder.glob("*.unfinished"):
            unfinished.unlink()
        return changed

    def drop(self, mode: str, last_number: int) -> None:
        """Forget the pages that have landed."""
        for path in self._folder.glob(f"{mode}-*"):
            if path.name <= _name(mode, last_number):
                path.unlink()

    def clear(self) -> None:
        """Forget everything."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _write(self, name: str, content: bytes) -> None:
        path = self._folder / name
        unfinished = path.with_suffix(".unfinished")
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)


def _name(mode: str, number: int) -> str:
    return f"{mode}-{number:08}{PAGE}"
