"""Turns that several processes take of one account."""

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from ingestion import http, pace
from ingestion.connections import ConfigurationError
from ingestion.pace import Pace
from tests.ingestion.conftest import Project
from tests.ingestion.fake_vendor import FakeVendor

# Twenty turns a second, in place of sixty a minute: nobody wants to wait for minutes.
TAKE_TURNS = """
import sys
from ingestion import pace
pace.WINDOW_SECONDS = 1.0
turns = pace.Pace(sys.argv[1], 20)
print("ready", flush=True)
sys.stdin.readline()
for _ in range(int(sys.argv[2])):
    turns.wait_for_turn()
    print("turn", flush=True)
"""


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path


def taker(account: str, turns: int) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", TAKE_TURNS, account, str(turns)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout and process.stdout.readline() == "ready\n"
    return process


def noted(state: Path) -> list[int]:
    """Return the milliseconds at which turns were taken, over all accounts."""
    moments: list[int] = []
    for file in (state / "dollartrail" / "requests").glob("*.sqlite"):
        with sqlite3.connect(file) as connection:
            moments += [moment for (moment,) in connection.execute("select item_timestamp from rate_bucket")]
    return sorted(moments)


def test_no_window_has_more_turns_than_allowed_over_all_processes(state: Path) -> None:
    takers = [taker("one account", turns=25) for _ in range(3)]
    for process in takers:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.wait() for process in takers] == [0, 0, 0]
    moments = noted(state)
    assert len(moments) == 75
    # Any 21 turns in a row span more than a second.
    assert [(a, b) for a, b in zip(moments, moments[20:], strict=False) if b - a < 1000] == []


def test_a_process_that_is_killed_holds_nobody_up_and_its_turns_count(state: Path) -> None:
    killed, other = taker("one account", turns=1000), taker("one account", turns=20)
    assert killed.stdin and killed.stdout
    killed.stdin.write("go\n")
    killed.stdin.flush()
    for _ in range(20):
        assert killed.stdout.readline() == "turn\n"
    killed.kill()
    assert killed.wait() == -signal.SIGKILL
    other.communicate("go\n")
    moments = noted(state)
    assert len(moments) >= 20 + 20
    assert [(a, b) for a, b in zip(moments, moments[20:], strict=False) if b - a < 1000] == []


def test_accounts_do_not_wait_for_one_another(state: Path) -> None:
    first, second = Pace("one", 1), Pace("other", 1)
    first.wait_for_turn()
    second.wait_for_turn()
    assert len(noted(state)) == 2


def test_sixty_requests_may_be_made_at_once_and_not_one_more() -> None:
    turns = Pace("one account", 60)
    for _ in range(60):
        turns.wait_for_turn()
    assert turns._limiter.try_acquire(blocking=False) is False


def test_a_key_is_not_written_down(state: Path) -> None:
    Pace("https://vendor.example key-of-acme", 60).wait_for_turn()
    written = b"".join(path.read_bytes() for path in state.rglob("*") if path.is_file())
    assert b"key-of-acme" not in written
    assert [path for path in state.rglob("*") if "key-of-acme" in path.name] == []


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with pytest.raises(ConfigurationError, match="let XDG_STATE_HOME name another folder"):
        Pace("one account", 60)


def test_connections_with_one_key_are_one_account(
    project: Project, vendor: FakeVendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts: list[str] = []

    class Noting(pace.Pace):
        def __init__(self, account: str, *limits: float) -> None:
            accounts.append(account)
            super().__init__(account, *limits)

    monkeypatch.setattr(http, "Pace", Noting)
    for connection in ("acme_kit", "other_kit", "third_kit"):
        project.connect(connection, "kit", vendor.url)
    monkeypatch.setenv("CONNECTIONS__OTHER_KIT__API_KEY", "key-of-acme_kit")
    vendor.routes["/tags"] = lambda _: {"tags": [], "pagination": {"has_next_page": False}}
    project.load("kit", "tags")
    assert len(set(accounts)) == 2


def test_a_limit_of_ten_seconds_is_its_part_of_a_minutes(state: Path) -> None:
    (rate,) = Pace("one account", 570, span_seconds=10)._bucket.rates
    # A sixth of 570 turns, in a sixth of 61 seconds.
    assert (rate.limit, rate.interval) == (95, 10_166)
