"""Dagster's UI as a user has it, and Debian's Chromium to look at it."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from orchestration.demo import free_port
from tests.road import PROJECT, Road

CHROMIUM = shutil.which(os.environ.get("DOLLARTRAIL_CHROMIUM", "chromium"))
SECONDS_TO_START = 240
"""A machine that does other work too needs a minute; this is for one that is much slower."""

MILLISECONDS_TO_DRAW = 180_000
"""A page waits for the server, and a graph of 200 assets for the browser; on its own an expectation waits 5 s."""


class DagsterUI:
    """`make dev` over a road, and what its pages ask of it."""

    def __init__(self, road: Road, address: str) -> None:
        self.road = road
        self.address = address

    def ask(self, query: str, **variables: Any) -> Any:
        """Answer a GraphQL query, as the pages get it."""
        request = urllib.request.Request(
            f"{self.address}/graphql",
            json.dumps({"query": query, "variables": variables}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=300) as answer:
            content = json.load(answer)
        assert "errors" not in content, content["errors"]
        return content["data"]


@contextmanager
def served(road: Road) -> Iterator[tuple[DagsterUI, "subprocess.Popen[bytes]"]]:
    """Serve Dagster's UI and daemon as `make dev` does, until the context ends; with its first process."""
    port = free_port()
    log = road.folder / "dagster.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "orchestration", "dev", "--port", str(port)],
            cwd=PROJECT,
            env=road.environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            ui = DagsterUI(road, f"http://127.0.0.1:{port}")
            wait_for(server, f"{ui.address}/server_info", log)
            yield ui, server
        finally:
            server.terminate()
            server.wait()


def wait_for(server: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while server.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=10).close()
        except OSError:
            time.sleep(0.5)
        else:
            return
    pytest.fail(f"Dagster's UI does not answer:\n{log.read_text()[-5000:]}")


@pytest.fixture(scope="module")
def travelled_copy(travelled_road: Road, tmp_path_factory: pytest.TempPathFactory) -> Road:
    """Copy the travelled road for a file's own use: others only read that one."""
    folder = tmp_path_factory.mktemp("copied") / "road"
    shutil.copytree(travelled_road.folder, folder)
    return Road(folder, travelled_road.vendors)


@pytest.fixture(scope="module")
def dagster_ui(travelled_copy: Road) -> Iterator[DagsterUI]:
    """Dagster's UI and daemon over a road that was travelled."""
    with served(travelled_copy) as (ui, _):
        yield ui


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, only as long as a file needs it: its event loop keeps others in the process from having one."""
    assert CHROMIUM, "these tests look at pages with Chromium: `make browser` installs it"
    with sync_playwright() as playwright:
        # Without a sandbox of its own, as the tests may run as root; it opens pages of this machine alone.
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        expect.set_options(timeout=MILLISECONDS_TO_DRAW)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1600, "height": 1000})
    context.set_default_timeout(MILLISECONDS_TO_DRAW)
    yield context.new_page()
    context.close()
