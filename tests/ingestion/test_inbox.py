"""The inbox of received events, and how a load lands it: nothing lost and nothing twice, whenever a process dies."""

import gzip
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingestion import LoadFailed
from ingestion.thrivecart import inbox as inbox_module
from ingestion.thrivecart import settings
from ingestion.thrivecart.inbox import Inbox, ReceivedEvent
from ingestion.warehouse import inbox_folder
from tests.ingestion.conftest import Project

EVENTS = "select event_key, event, encoding, payload, seen_at from raw_thrivecart.webhook_events order by event_key"
KEYS = "select event_key from raw_thrivecart.webhook_events order by event_key"
REJECTED = "select field, reason, row from raw_thrivecart.rejected_rows order by reason"

# A load that dies where the first argument says.
DIE = """
import os, signal, sys
from ingestion import load
from ingestion.thrivecart import inbox
die = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[1] == "before the archive is written":
    inbox.Inbox.archive = die
elif sys.argv[1] == "while the archive is written":
    inbox._sync_file = die
elif sys.argv[1] == "after the archive is written":
    inbox.Path.unlink = die
load("thrivecart", ("webhook_events",))
"""


def event(key: str, seen_at: str = "2026-11-24T09:00:00+00:00", **payload: str) -> ReceivedEvent:
    return ReceivedEvent(seen_at, key, "order.success", "form", {"order_id": key, **payload})


def landed(project: Project) -> list[str]:
    return [key for (key,) in project.rows(KEYS)]


@pytest.fixture
def inbox(project: Project) -> Inbox:
    project.connect("acme_thrivecart", "thrivecart", "http://127.0.0.1:9")
    return Inbox(inbox_folder("acme_thrivecart"))


@pytest.fixture
def folder(inbox: Inbox) -> Path:
    inbox.make()
    return inbox_folder("acme_thrivecart")


def load(project: Project) -> None:
    project.load("thrivecart", "webhook_events")


def content_of(folder: Path) -> list[dict[str, Any]]:
    texts = [gzip.decompress(path.read_bytes()) for path in sorted(folder.glob("archive/*.jsonl.gz"))]
    return [json.loads(line) for text in texts for line in text.splitlines()]


def test_an_event_is_landed_with_the_moment_it_was_received(project: Project, inbox: Inbox) -> None:
    inbox.store(event("7", email="noor@example.com"))
    load(project)
    assert [(*row[:3], json.loads(row[3]), row[4]) for row in project.rows(EVENTS)] == [
        (
            "7",
            "order.success",
            "form",
            {"order_id": "7", "email": "noor@example.com"},
            datetime(2026, 11, 24, 9, tzinfo=UTC),
        )
    ]
    assert "acme_thrivecart: 1 webhook event(s) are waiting" in project.lines
    assert "acme_thrivecart: landed 1 webhook_events" in project.lines


def test_raw_has_no_column_but_the_declared_ones(project: Project, inbox: Inbox) -> None:
    inbox.store(event("7"))
    load(project)
    columns = project.rows(
        "select column_name from information_schema.columns where table_schema = 'raw_thrivecart'"
        " and table_name = 'webhook_events' and column_name not like '\\_dlt%' escape '\\' order by 1"
    )
    assert [name for (name,) in columns] == ["connection_id", "encoding", "event", "event_key", "payload", "seen_at"]


def test_a_connection_without_an_inbox_is_loaded(project: Project) -> None:
    project.connect("acme_thrivecart", "thrivecart")
    load(project)
    assert project.lines == ["acme_thrivecart: nothing new"]
    assert not inbox_folder("acme_thrivecart").exists()


def test_of_one_event_delivered_twice_the_first_is_kept(inbox: Inbox) -> None:
    inbox.store(event("7", "2026-11-24T09:00:00+00:00"))
    inbox.store(event("7", "2026-11-24T09:05:00+00:00"))
    assert [read["seen_at"] for read in inbox.read(inbox.waiting())] == ["2026-11-24T09:00:00+00:00"]


def test_one_event_delivered_by_many_at_once_is_one(inbox: Inbox) -> None:
    threads = [threading.Thread(target=inbox.store, args=[event("7")]) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [read["event_key"] for read in inbox.read(inbox.waiting())] == ["7"]


def test_keys_that_no_file_could_be_named_after_are_kept_apart(project: Project, inbox: Inbox) -> None:
    keys = ["../../7", "..", "7/8", "x" * 5000, "ключ 😀", "A", "a"]
    for key in keys:
        inbox.store(event(key))
    load(project)
    assert landed(project) == sorted(keys)


def test_only_their_owner_may_read_the_events(inbox: Inbox, folder: Path, project: Project) -> None:
    inbox.store(event("7"))
    load(project)
    inbox.store(event("8"))
    found = [folder.parent, *folder.parent.rglob("*")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in found if path.is_dir()} == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in found if path.is_file()} == {0o600}


def test_an_event_is_synced_before_it_has_its_name_and_its_folder_after(
    inbox: Inbox, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    replace, sync = Path.replace, os.fsync

    def note_replace(path: Path, target: Path) -> Path:
        done.append(f"rename into {target.parent.name}")
        return replace(path, target)

    def note_sync(handle: int) -> None:
        done.append("sync " + Path(f"/dev/fd/{handle}").resolve().parent.name)
        sync(handle)

    monkeypatch.setattr(Path, "replace", note_replace)
    monkeypatch.setattr(os, "fsync", note_sync)
    inbox.store(event("7"))
    assert done == ["sync arriving", "rename into waiting", "sync acme_thrivecart"]


def test_an_event_that_cannot_be_written_leaves_nothing_behind(
    inbox: Inbox, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill_the_disk(_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(inbox_module, "_sync_file", fill_the_disk)
    with pytest.raises(OSError, match="No space left"):
        inbox.store(event("7"))
    assert list(folder.rglob("*.json*")) == []


def test_an_inbox_that_was_cleared_away_is_made_again(inbox: Inbox, folder: Path) -> None:
    shutil.rmtree(folder)
    inbox.store(event("7"))
    assert len(inbox.waiting()) == 1


def test_what_a_killed_process_left_half_written_is_cleared_away_after_an_hour(inbox: Inbox, folder: Path) -> None:
    old, young = folder / "arriving" / "old", folder / "arriving" / "young"
    for path, seconds in ((old, 3700), (young, 3500)):
        path.write_text("{")
        moment = datetime.now(UTC).timestamp() - seconds
        os.utime(path, (moment, moment))
    inbox.make()
    assert list((folder / "arriving").iterdir()) == [young]


def test_half_written_events_are_not_landed(project: Project, inbox: Inbox, folder: Path) -> None:
    (folder / "arriving" / "7.json").write_text('{"event_key"')
    load(project)
    assert landed(project) == []
    assert project.rows(REJECTED) == []


def test_what_was_landed_moves_into_one_compressed_file_of_the_day(
    project: Project, inbox: Inbox, folder: Path
) -> None:
    before = datetime.now(UTC).date()
    for key in "789":
        inbox.store(event(key))
    load(project)
    assert inbox.waiting() == []
    assert sorted(kept["event_key"] for kept in content_of(folder)) == ["7", "8", "9"]
    (archived,) = folder.glob("archive/*")
    assert before.isoformat() <= archived.name[:10] <= datetime.now(UTC).date().isoformat()


def test_an_event_that_comes_while_others_are_landed_waits_for_the_next_load(
    project: Project, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.store(event("7"))
    archive = Inbox.archive

    def receive_another_first(self: Inbox, *arguments: Any) -> None:
        self.store(event("8"))
        archive(self, *arguments)

    monkeypatch.setattr(Inbox, "archive", receive_another_first)
    load(project)
    assert landed(project) == ["7"]
    assert [waiting["event_key"] for waiting in inbox.read(inbox.waiting())] == ["8"]


def test_an_event_repeated_after_it_was_landed_stays_one_row(project: Project, inbox: Inbox) -> None:
    inbox.store(event("7"))
    load(project)
    inbox.store(event("7", "2026-11-25T09:00:00+00:00"))
    load(project)
    assert landed(project) == ["7"]


@pytest.mark.parametrize(
    ("moment", "archived"),
    [("before the archive is written", 0), ("while the archive is written", 0), ("after the archive is written", 2)],
)
def test_a_load_killed_while_it_archives_loses_nothing_and_doubles_nothing(
    project: Project, inbox: Inbox, folder: Path, moment: str, archived: int
) -> None:
    for key in "78":
        inbox.store(event(key))
    killed = subprocess.run([sys.executable, "-c", DIE, moment], capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert landed(project) == ["7", "8"]
    assert (len(inbox.waiting()), len(content_of(folder))) == (2, archived)
    inbox.store(event("9"))
    load(project)
    assert landed(project) == ["7", "8", "9"]
    assert inbox.waiting() == []


def test_a_load_that_fails_leaves_the_events_waiting(project: Project, inbox: Inbox) -> None:
    inbox.store(event("7"))
    with pytest.raises(LoadFailed, match="could not be reached for GET /transactions"):
        project.load("thrivecart", "transactions", "webhook_events")
    assert len(inbox.waiting()) == 1
    load(project)
    assert landed(project) == ["7"]


UNREADABLE = {
    "cut.json": (b'{"event_key": "9", "pay', "is broken"),
    "deep.json": (b"[" * 100_000, "is broken"),
    "empty.json": (b"", "is empty"),
    "list.json": (b"[]", "holds no received event"),
    "no_payload.json": (b'{"event_key": "9"}', "holds no received event"),
    "no_text.json": (b"\xff\xfe\n", "is broken"),
}


def test_files_that_cannot_be_read_are_set_aside_and_stop_no_other(
    project: Project, inbox: Inbox, folder: Path
) -> None:
    inbox.store(event("7"))
    for name, (content, _) in UNREADABLE.items():
        (folder / "waiting" / name).write_bytes(content)
    load(project)
    assert landed(project) == ["7"]
    rejected = [(json.loads(row)["file"], field, reason) for field, reason, row in project.rows(REJECTED)]
    assert sorted(rejected) == [(name, "file", reason) for name, (_, reason) in UNREADABLE.items()]
    assert inbox.waiting() == []


def test_an_event_that_does_not_say_what_happened_is_set_aside_with_all_it_said(project: Project, inbox: Inbox) -> None:
    inbox.store(ReceivedEvent("2026-11-24T09:00:00+00:00", "7", "", "json", {"order_id": "7"}))
    load(project)
    ((field, reason, row),) = project.rows(REJECTED)
    assert (field, reason, json.loads(row)["payload"]) == ("event", "is missing", {"order_id": "7"})


def test_a_file_that_the_system_does_not_let_us_read_stays_and_is_told_of(
    project: Project, inbox: Inbox, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.store(event("7"))
    (locked,) = inbox.waiting()
    inbox.store(event("8"))
    readable = Path.open

    def refuse(path: Path, *arguments: Any, **options: Any) -> Any:
        if path == locked:
            raise PermissionError(13, "Permission denied")
        return readable(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", refuse)
    load(project)
    monkeypatch.undo()
    assert landed(project) == ["8"]
    assert [reason for _, reason, _ in project.rows(REJECTED)] == ["cannot be read (Permission denied)"]
    assert inbox.waiting() == [locked]


def test_more_events_than_are_held_at_a_time_are_all_landed(
    project: Project, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "WEBHOOKS_AT_A_TIME", 4)
    for number in range(10):
        inbox.store(event(str(number)))
    load(project)
    assert landed(project) == [str(number) for number in range(10)]


def archived_on(folder: Path, day: str, *keys: str) -> Path:
    path = folder / "archive" / f"{day}T090000.000000Z.jsonl.gz"
    with gzip.open(path, "wt") as file:
        file.writelines(json.dumps(vars(event(key))) + "\n" for key in keys)
    return path


@pytest.mark.parametrize(("configured", "days"), [(None, 30), ("3", 3)])
def test_archived_events_are_dropped_after_as_many_days_as_are_set(
    project: Project, folder: Path, monkeypatch: pytest.MonkeyPatch, configured: str | None, days: int
) -> None:
    if configured:
        monkeypatch.setenv("SOURCES__THRIVECART__WEBHOOK_KEEP_DAYS", configured)
    today = datetime.now(UTC).date()
    kept = archived_on(folder, (today - timedelta(days=days)).isoformat(), "7")
    dropped = archived_on(folder, (today - timedelta(days=days + 1)).isoformat(), "8")
    load(project)
    assert kept.exists()
    assert not dropped.exists()


def test_zero_days_keep_nothing(project: Project, inbox: Inbox, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCES__THRIVECART__WEBHOOK_KEEP_DAYS", "0")
    inbox.store(event("7"))
    load(project)
    assert landed(project) == ["7"]
    assert list(folder.rglob("*.json*")) == []


@pytest.mark.parametrize("copy", ["deleted", "put back from a copy"])
def test_a_warehouse_that_lacks_archived_events_is_given_them(
    project: Project, inbox: Inbox, empty_warehouse: Path, copy: str
) -> None:
    inbox.store(event("7"))
    load(project)
    inbox.store(event("8"))
    project.warehouse.unlink()
    if copy != "deleted":
        shutil.copy(empty_warehouse, project.warehouse)
    load(project)
    assert landed(project) == ["7", "8"]
    told = "1 file(s) of archived webhook events are not in this warehouse: landing them again"
    assert f"acme_thrivecart: {told}" in project.lines


def test_archived_events_that_are_in_the_warehouse_are_not_read_again(project: Project, inbox: Inbox) -> None:
    inbox.store(event("7"))
    load(project)
    project.lines.clear()
    load(project)
    assert project.lines == ["acme_thrivecart: nothing new"]


def test_two_connections_have_two_inboxes(project: Project, inbox: Inbox) -> None:
    project.connect("other_thrivecart", "thrivecart")
    inbox.store(event("7"))
    Inbox(inbox_folder("other_thrivecart")).store(event("7"))
    load(project)
    assert project.rows("select connection_id from raw_thrivecart.webhook_events order by 1") == [
        ("acme_thrivecart",),
        ("other_thrivecart",),
    ]
