"""The file of secrets: changed whole or not at all, and nobody else's to read."""

import os
import stat
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dlt
import pytest

from ingestion.connections import ConfigurationError
from ingestion.secrets_file import change_entry, secrets_path, stored_entry
from ingestion.warehouse import project_root

GIVEN = """\
# Keys of Acme
[connections.acme_thrivecart]
api_key = "old"  # made by Ada

[sources.kit]
attempts = 3 # fewer

[connections.acme_kit]
api_key = "kept"
"""


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def wide_umask(secrets_file: Path) -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def test_a_value_is_stored_where_dlt_reads_it_at_once(secrets_file: Path) -> None:
    assert change_entry("acme_thrivecart", {"api_key": "new"}) == secrets_file
    assert dlt.secrets.get("connections.acme_thrivecart.api_key", str) == "new"


def test_comments_and_other_entries_stay(secrets_file: Path) -> None:
    secrets_file.write_text(GIVEN)
    change_entry("acme_thrivecart", {"api_key": "new", "is_oauth": True})
    assert secrets_file.read_text() == GIVEN.replace(
        'api_key = "old"  # made by Ada', 'api_key = "new"  # made by Ada\nis_oauth = true'
    )


def test_a_value_is_taken_out_and_the_others_stay(secrets_file: Path) -> None:
    secrets_file.write_text(GIVEN)
    change_entry("acme_thrivecart", {"api_key": None, "is_oauth": None})
    assert secrets_file.read_text() == GIVEN.replace('api_key = "old"  # made by Ada\n', "")


def test_what_is_stored_of_a_connection_is_returned(secrets_file: Path) -> None:
    secrets_file.write_text(GIVEN)
    assert stored_entry("acme_thrivecart") == {"api_key": "old"}


def test_nothing_is_stored_where_there_is_no_file(secrets_file: Path) -> None:
    assert stored_entry("acme_thrivecart") == {}


@pytest.mark.parametrize(
    "given",
    [
        pytest.param("", id="empty"),
        pytest.param("# none yet", id="comment without end of line"),
        pytest.param('[connections.acme_kit]\r\napi_key = "kept"\r\n', id="lines of Windows"),
        pytest.param('[connections]\nacme_kit.api_key = "kept"\n', id="dotted keys"),
        pytest.param(
            "[connections.acme_thrivecart.deeper]\nkept = 1\n[sources.kit]\nattempts = 3\n", id="deeper table"
        ),
        pytest.param("[connections.acme_thrivecart]\n[sources]\n[connections.acme_kit]\nkept = 1\n", id="scattered"),
    ],
)
def test_a_value_is_added_to_any_form_of_file(secrets_file: Path, given: str) -> None:
    secrets_file.write_bytes(given.encode())
    expected = tomllib.loads(given)
    expected.setdefault("connections", {}).setdefault("acme_thrivecart", {})["api_key"] = "new"
    change_entry("acme_thrivecart", {"api_key": "new"})
    assert tomllib.loads(secrets_file.read_text()) == expected


@pytest.mark.parametrize(
    ("given", "value"),
    [
        pytest.param('[connections]\nacme_thrivecart.api_key = "old"\n', None, id="dotted keys"),
        pytest.param('connections = {acme_kit = {api_key = "kept"}}\n', "new", id="inline table"),
    ],
)
def test_a_form_that_cannot_be_changed_is_left_to_the_user(secrets_file: Path, given: str, value: str | None) -> None:
    secrets_file.write_text(given)
    with pytest.raises(ConfigurationError) as raised:
        change_entry("acme_thrivecart", {"api_key": value})
    assert str(raised.value) == (
        f"{secrets_file}: only you can change what it says of acme_thrivecart; "
        "write it under [connections.acme_thrivecart]"
    )
    assert secrets_file.read_text() == given


@pytest.mark.parametrize("given", ["connections = 1\n", "[connections]\nacme_thrivecart = 'key'\n"])
def test_an_entry_that_is_no_table_is_left_to_the_user(secrets_file: Path, given: str) -> None:
    secrets_file.write_text(given)
    with pytest.raises(ConfigurationError, match="only you can change what it says of acme_thrivecart"):
        change_entry("acme_thrivecart", {"api_key": "new"})
    assert secrets_file.read_text() == given


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        pytest.param(b'[connections]\napi_key = = "hidden"\n', "is no TOML (at line 2, column 11)", id="no TOML"),
        pytest.param(b'api_key = "hidden', "is no TOML (at end of document)", id="cut off"),
        pytest.param(b'api_key = "hidden\xff"\n', "is not UTF-8", id="not UTF-8"),
    ],
)
def test_an_unreadable_file_is_named_and_left_alone(secrets_file: Path, given: bytes, problem: str) -> None:
    secrets_file.write_bytes(given)
    for attempt in (lambda: stored_entry("acme_kit"), lambda: change_entry("acme_kit", {"api_key": "new"})):
        with pytest.raises(ConfigurationError) as raised:
            attempt()
        assert str(raised.value) == f"{secrets_file} {problem}; nothing was changed: put that right, then start again"
    assert secrets_file.read_bytes() == given


def test_a_folder_in_the_place_of_the_file_is_named(secrets_file: Path) -> None:
    secrets_file.mkdir()
    with pytest.raises(ConfigurationError, match=r"secrets.toml cannot be read or written \(Is a directory\)"):
        change_entry("acme_kit", {"api_key": "new"})


@pytest.mark.usefixtures("wide_umask")
def test_a_new_file_is_its_owners_alone_whatever_the_umask(secrets_file: Path) -> None:
    change_entry("acme_thrivecart", {"api_key": "new"})
    assert mode_of(secrets_file) == 0o600


def test_a_file_that_others_could_read_becomes_its_owners_alone(secrets_file: Path) -> None:
    secrets_file.write_text(GIVEN)
    secrets_file.chmod(0o644)
    change_entry("acme_thrivecart", {"api_key": None})
    assert mode_of(secrets_file) == 0o600


@pytest.mark.usefixtures("wide_umask")
def test_the_unfinished_file_is_its_owners_alone_from_the_start(
    secrets_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes = []
    fsync = os.fsync

    def note(number: int) -> None:
        modes.append(stat.S_IMODE(os.fstat(number).st_mode))
        fsync(number)

    monkeypatch.setattr(os, "fsync", note)
    change_entry("acme_thrivecart", {"api_key": "new"})
    assert modes == [0o600]


def test_no_secret_is_written_where_the_drive_knows_no_owner(
    secrets_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fstat = os.fstat

    def everyones(number: int) -> os.stat_result:
        found = fstat(number)
        return os.stat_result((found.st_mode | 0o777, *found[1:]))

    with monkeypatch.context() as drive:
        drive.setattr(os, "fstat", everyones)
        with pytest.raises(ConfigurationError, match="lies on a drive that keeps no file from other users"):
            change_entry("acme_thrivecart", {"api_key": "new"})
    assert sorted(path.name for path in secrets_file.parent.iterdir()) == ["config.toml", "secrets.toml.lock"]


def test_a_folder_that_everyone_can_change_is_refused(secrets_file: Path) -> None:
    secrets_file.parent.chmod(0o777)
    with pytest.raises(ConfigurationError) as raised:
        change_entry("acme_thrivecart", {"api_key": "new"})
    folder = secrets_file.parent
    assert str(raised.value) == f"every user can change files in {folder}; take that away with chmod o-w {folder}"
    assert not secrets_file.exists()


def test_a_link_stays_a_link_and_the_file_behind_it_is_changed(secrets_file: Path, tmp_path: Path) -> None:
    behind = tmp_path / "vault" / "keys.toml"
    behind.parent.mkdir()
    behind.write_text(GIVEN)
    secrets_file.symlink_to(behind)
    change_entry("acme_thrivecart", {"api_key": "new"})
    assert secrets_file.is_symlink()
    assert stored_entry("acme_thrivecart") == {"api_key": "new"}
    assert mode_of(behind) == 0o600


KILLED = """
import os, sys
from pathlib import Path
from ingestion.secrets_file import change_entry
Path.replace = lambda *_: os._exit(9)
change_entry("acme_thrivecart", {"api_key": "new"})
"""


def test_a_kill_before_the_file_is_replaced_leaves_the_old_one(secrets_file: Path) -> None:
    secrets_file.write_text(GIVEN)
    killed = subprocess.run([sys.executable, "-c", KILLED], cwd=project_root(), check=False)
    assert killed.returncode == 9
    assert secrets_file.read_text() == GIVEN
    unfinished = list(secrets_file.parent.glob("secrets.toml.unfinished-*"))
    assert [mode_of(path) for path in unfinished] == [0o600]
    change_entry("acme_thrivecart", {"api_key": "newer"})
    assert not unfinished[0].exists()


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    secrets_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    secrets_file.write_text(GIVEN)
    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        with pytest.raises(ConfigurationError, match=r"cannot be read or written \(No space left on device\)"):
            change_entry("acme_thrivecart", {"api_key": "new"})
    assert secrets_file.read_text() == GIVEN
    assert list(secrets_file.parent.glob("secrets.toml.unfinished-*")) == []


def test_two_writers_lose_no_value(secrets_file: Path) -> None:
    names = [f"acme_{number}" for number in range(20)]
    with ThreadPoolExecutor(8) as writers:
        list(writers.map(lambda name: change_entry(name, {"api_key": name}), names))
    assert tomllib.loads(secrets_file.read_text())["connections"] == {name: {"api_key": name} for name in names}


def test_the_file_is_the_one_of_the_project_that_dlt_is_told_of(secrets_file: Path) -> None:
    assert secrets_path() == secrets_file


@pytest.mark.parametrize("name", ["secrets.toml", "secrets.toml.lock", "secrets.toml.unfinished-abc"])
def test_git_takes_none_of_its_files(name: str) -> None:
    ignored = subprocess.run(["git", "check-ignore", "-q", f".dlt/{name}"], cwd=project_root(), check=False)
    assert ignored.returncode == 0
