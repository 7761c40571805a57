"""The file of secrets that dlt reads, changed by program: whole or not at all, and for its owner's eyes only."""

import fcntl
import os
import stat
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tomlkit
from dlt.common.configuration.container import Container
from dlt.common.configuration.providers.toml import SECRETS_TOML
from dlt.common.configuration.specs import PluggableRunContext
from dlt.common.known_env import DLT_PROJECT_DIR
from dlt.common.runtime.run_context import DOT_DLT
from tomlkit.exceptions import TOMLKitError

from ingestion.connections import ConfigurationError

SECTION = "connections"
LOCK = f"{SECRETS_TOML}.lock"
UNFINISHED = f"{SECRETS_TOML}.unfinished-"
"""How the name of a file begins that is still being written."""

OTHER_USERS = stat.S_IRWXG | stat.S_IRWXO


def secrets_path() -> Path:
    """Return the file, whether it is there or not: dlt itself would first want to read what is in it."""
    return Path(os.environ[DLT_PROJECT_DIR], DOT_DLT, SECRETS_TOML)


def stored_entry(connection_id: str) -> dict[str, Any]:
    """Return what the file holds of a connection, whatever the environment says; empty if it holds nothing.

    Raises ConfigurationError if the file cannot be read.
    """
    with _told_in_one_line(secrets_path()):
        return dict(_section_in(tomllib.loads(_text_of(secrets_path())), (SECTION, connection_id)))


def change_entry(connection_id: str, values: Mapping[str, str | bool | None]) -> Path:
    """Set values of a connection; see `change_section`."""
    return change_section((SECTION, connection_id), values)


def change_section(names: Sequence[str], values: Mapping[str, str | bool | None]) -> Path:
    """Set values of the section with this dotted name, take out those that are None, leave all else as it stands.

    The file, whose path is returned, is replaced in one step by one that only its owner can read or write. Raises
    ConfigurationError, with the file as it was, if it is no TOML or cannot be written.
    """
    path = secrets_path()
    with _told_in_one_line(path):
        path.parent.mkdir(mode=stat.S_IRWXU, parents=True, exist_ok=True)
        # Who has put a link here wants the file behind it changed.
        target = path.resolve()
        with _alone_in(target.parent):
            before = _text_of(target)
            expected = _expected(tomllib.loads(before), names, values)
            after = _changed(before, names, values)
            # Read by another library than the one that wrote it: a lost secret would not be found again.
            if tomllib.loads(after) != expected:
                raise ConfigurationError(_unchangeable(path, names))
            _replace(target, after)
    # dlt has read the file when it was first asked for anything.
    Container()[PluggableRunContext].reload_providers()
    return path


def _text_of(path: Path) -> str:
    try:
        # Not as text: line ends stay what they are.
        return path.read_bytes().decode()
    except FileNotFoundError:
        return ""


def _expected(document: dict[str, Any], names: Sequence[str], values: Mapping[str, Any]) -> dict[str, Any]:
    section = {**_section_in(document, names), **values}
    return _with_section(document, names, {name: value for name, value in section.items() if value is not None})


def _with_section(document: dict[str, Any], names: Sequence[str], section: dict[str, Any]) -> dict[str, Any]:
    first, *others = names
    return document | {first: _with_section(document.get(first, {}), others, section) if others else section}


def _changed(text: str, names: Sequence[str], values: Mapping[str, str | bool | None]) -> str:
    document: Any = tomlkit.parse(text)
    try:
        section = document
        for place, name in enumerate(names, start=1):
            if name not in section:
                section[name] = tomlkit.table(is_super_table=place < len(names))
            section = section[name]
        for name, value in values.items():
            if value is not None:
                section[name] = value
            elif name in section:
                del section[name]
        return tomlkit.dumps(document)
    except (TOMLKitError, LookupError, ValueError):
        # TOML has many forms: some of them tomlkit cannot change, and it says so in as many ways.
        raise ConfigurationError(_unchangeable(secrets_path(), names)) from None


def _section_in(document: Mapping[str, Any], names: Sequence[str]) -> Mapping[str, Any]:
    section: Any = document
    for name in names:
        section = section.get(name, {})
        if not isinstance(section, Mapping):
            raise ConfigurationError(_unchangeable(secrets_path(), names))
    return section  # type: ignore[no-any-return]


def _unchangeable(path: Path, names: Sequence[str]) -> str:
    return f"{path}: only you can change what it says of {names[-1]}; write it under [{'.'.join(names)}]"


def _replace(target: Path, text: str) -> None:
    # Created for its owner alone, whatever the umask.
    number, name = tempfile.mkstemp(prefix=UNFINISHED, dir=target.parent)
    unfinished = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            if os.fstat(number).st_mode & OTHER_USERS:
                raise ConfigurationError(
                    f"{target.parent} lies on a drive that keeps no file from other users; set the secret in the "
                    "environment instead, or move the project"
                )
            file.write(text.encode())
            file.flush()
            os.fsync(number)
        unfinished.replace(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Let one writer after the other into the folder, and see that no other user can swap its files."""
    if folder.stat().st_mode & stat.S_IWOTH:
        raise ConfigurationError(f"every user can change files in {folder}; take that away with chmod o-w {folder}")
    number = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, stat.S_IRUSR | stat.S_IWUSR)
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
        for left_behind in folder.glob(f"{UNFINISHED}*"):
            # By a writer that was killed, as no other is at work.
            left_behind.unlink()
        yield
    finally:
        os.close(number)


@contextmanager
def _told_in_one_line(path: Path) -> Iterator[None]:
    """Say what is wrong with the file without quoting it."""
    try:
        yield
    except tomllib.TOMLDecodeError as error:
        problem = "is no TOML" + "".join(str(error).rpartition(" (at ")[1:])
    except UnicodeDecodeError:
        problem = "is not UTF-8"
    except OSError as error:
        problem = f"cannot be read or written ({error.strerror})"
    else:
        return
    raise ConfigurationError(f"{path} {problem}; nothing was changed: put that right, then start again")
