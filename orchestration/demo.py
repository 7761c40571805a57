"""The whole road against generated businesses: their vendors are served on loopback by the sandbox."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from dotenv import load_dotenv

from ingestion.warehouse import project_root
from orchestration import headless, partitions, report

SETTINGS = {
    # The vendors' limits are slow on purpose; the sandbox keeps none in the demo.
    "SOURCES__THRIVECART__REQUESTS_PER_MINUTE": "1000000",
    "SOURCES__KIT__REQUESTS_PER_MINUTE": "1000000",
    "SOURCES__META_ADS__REQUESTS_PER_MINUTE": "1000000",
    # All customers at once: a second run finds nothing left to ask.
    "SOURCES__THRIVECART__CUSTOMER_BUDGET": "100000",
}


class SandboxFailed(RuntimeError):
    """The sandbox did not start, or not do what it was asked for."""


def folder() -> Path:
    """Return the folder of everything that the demo writes (DOLLARTRAIL_DEMO, default `demo`)."""
    return (project_root() / os.environ.get("DOLLARTRAIL_DEMO", "demo")).resolve()


def run() -> None:
    """Generate the businesses unless that is done, load, build and publish them, and show what came of it."""
    started = time.monotonic()
    settle()
    generate()
    with vendors():
        receive_webhooks()
        headless.run_job("daily", partitions.daily_tags())
    print(f"\n{report.text()}\n\nIt took {time.monotonic() - started:.0f} seconds.")


def settle() -> None:
    """Point everything at the demo's folder, so that it shares no file with a real set-up."""
    os.environ.update(
        {
            "DOLLARTRAIL_CONFIG": str(folder() / "business" / "config"),
            "DOLLARTRAIL_WAREHOUSE": str(folder() / "warehouse" / "dollartrail.duckdb"),
            "DOLLARTRAIL_PUBLISHED": str(folder() / "published"),
            "DAGSTER_HOME": str(folder() / ".dagster"),
            **SETTINGS,
        }
    )


def generate() -> None:
    """Generate the businesses up to today; on another day the same ones, grown by the days between."""
    business = folder() / "business"
    description = business / "business.json"
    arguments = []
    if description.exists():
        known = json.loads(description.read_text())
        if known["today"] == datetime.now(UTC).date().isoformat():
            return
        arguments = ["--start", known["start"]]
    print("Making up two businesses and 24 months of their sales, contacts and ads", flush=True)
    _sandbox("generate", "--folder", str(business), *arguments)


@contextmanager
def vendors() -> Iterator[None]:
    """Serve the businesses' vendors as long as the context lasts, with configuration and keys that lead there."""
    business, port = folder() / "business", free_port()
    command = ["sandbox", "serve", "--folder", str(business), "--port", str(port), "--requests-per-minute", "0"]
    with _serving(command, f"http://127.0.0.1:{port}", "sandbox.log"):
        load_dotenv(business / "secrets.env", override=True)
        yield


def receive_webhooks() -> None:
    """Let the sandbox deliver what its ThriveCart accounts have told by webhook, and receive it as a user does."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    print("Receiving the webhooks of the last months", flush=True)
    with _serving(["ingestion", "webhooks", "--port", str(port)], f"{address}/health", "webhooks.log"):
        _sandbox("deliver", "--folder", str(folder() / "business"), "--to", address)


@contextmanager
def _serving(module: list[str], address: str, log_name: str) -> Iterator[None]:
    """Run a module of the project that serves, from when it answers at an address to the end of the context."""
    with (folder() / log_name).open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", *module], cwd=project_root(), stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _wait_for(server, address)
            yield
        finally:
            server.terminate()
            server.wait()


def _sandbox(command: str, *arguments: str) -> None:
    if subprocess.run([sys.executable, "-m", "sandbox", command, *arguments], cwd=project_root()).returncode:
        raise SandboxFailed(f"python -m sandbox {command} failed; its own words stand above")


def _wait_for(server: "subprocess.Popen[bytes]", address: str) -> None:
    deadline = time.monotonic() + 60
    while server.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(address, timeout=5)
        except urllib.error.HTTPError:
            # Any answer is one.
            return
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SandboxFailed(f"nobody answers at {address}; the logs in {folder()} say why")


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
