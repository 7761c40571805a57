"""The sandbox over a tiny business written by hand, and a client that has its keys."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.serving import Sandbox
from tests.sandbox.serving_folder import Client, write_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path)


@pytest.fixture
def sandbox(folder: Path) -> Iterator[Sandbox]:
    with Sandbox(folder, requests_per_minute=None) as sandbox:
        yield sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> Client:
    return Client(sandbox)
