"""The drop folder: on this machine, or in an object store through fsspec, as dlt's own filesystem source opens one."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

import fsspec
from dlt.common.configuration import resolve_configuration
from dlt.common.configuration.exceptions import ConfigurationException
from dlt.common.exceptions import MissingDependencyException
from dlt.common.storages import FilesystemConfiguration, fsspec_from_config

from ingestion.connections import ConfigurationError, Connection
from ingestion.files.settings import ANNOUNCEMENTS, EXTENSIONS, REFUSED_EXTENSIONS
from ingestion.http import without_addresses
from ingestion.warehouse import project_root

FAILURES = (OSError, ConfigurationException, MissingDependencyException, ImportError, ValueError)


@dataclass(frozen=True)
class DropFile:
    """A file in the folder. `content` reads all of it."""

    name: str
    _path: str
    _filesystem: Any

    def content(self) -> bytes:
        """Return what is in the file."""
        with self._filesystem.open(self._path, "rb") as file:
            return bytes(file.read())


def drop_files(connection: Connection) -> Iterator[DropFile]:
    """Yield the files of the connection's folder that may be tables, by name; folders inside it are not looked into.

    `base_url` is a path (relative ones from the project's folder), a file:// address, or one of an object store, such
    as s3://bucket/folder, whose keys are dlt's: CONNECTIONS__<ID>__CREDENTIALS__AWS_ACCESS_KEY_ID and so on.
    Raises ConfigurationError if the folder cannot be opened.
    """
    try:
        filesystem, path = _opened(connection)
        # What was listed on an earlier run may have changed.
        filesystem.invalidate_cache()
        found = filesystem.ls(path, detail=True)
    except FAILURES as error:
        cause = f"{type(error).__name__}: {without_addresses(' '.join(str(error).split()))[:200]}"
        raise ConfigurationError(
            f"{connection.connection_id}: {connection.base_url} cannot be opened ({cause}); correct base_url in "
            "connections.csv, or the keys"
        ) from None
    names = {PurePosixPath(str(entry["name"])).name: str(entry["name"]) for entry in found if entry["type"] == "file"}
    for name in sorted(names):
        is_announcement = name.lower().endswith(ANNOUNCEMENTS)
        is_table = name.lower().endswith((*EXTENSIONS, *REFUSED_EXTENSIONS)) and not is_announcement
        if is_table and not name.startswith((".", "~$")):
            yield DropFile(name, names[name], filesystem)


def _opened(connection: Connection) -> tuple[Any, str]:
    """Return the file system of the folder's address and its path there. One on this machine has to be there."""
    address = connection.base_url
    parts = urlsplit(address)
    if "://" in address and parts.scheme != "file":
        settings = resolve_configuration(
            FilesystemConfiguration(bucket_url=address), sections=("connections", connection.connection_id)
        )
        return fsspec_from_config(settings)
    folder = Path(unquote(parts.path)) if parts.scheme == "file" else project_root() / Path(address).expanduser()
    if not folder.is_dir():
        raise ConfigurationError(
            f"{connection.connection_id}: folder {folder} is not there; correct base_url in connections.csv"
        )
    return fsspec.filesystem("file"), str(folder)
