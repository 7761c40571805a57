"""Connecting a ThriveCart account by OAuth, loading with its token, and taking that back, by the real commands."""

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.demo import free_port
from sandbox import Sandbox
from tests.road import PROJECT
from tests.sandbox.serving_folder import transaction

LOAD = "import ingestion; ingestion.load('thrivecart', ['transactions'])"


class Account:
    """A seller's set-up with one ThriveCart connection and no key for it yet."""

    def __init__(self, folder: Path, vendor: Sandbox) -> None:
        self.settings = folder / "project" / ".dlt"
        self.settings.mkdir(parents=True)
        shutil.copy(PROJECT / ".dlt" / "config.toml", self.settings)
        config = folder / "config"
        shutil.copytree(PROJECT / "config", config)
        with (config / "workspaces.csv").open("a") as file:
            file.write("acme,Acme,Etc/UTC,USD\n")
        with (config / "connections.csv").open("a") as file:
            file.write(f"acme_thrivecart,acme,thrivecart,Shop,,{vendor.base_url}/thrivecart,,,,\n")
        self.environment = {
            **os.environ,
            "DOLLARTRAIL_CONFIG": str(config),
            "DOLLARTRAIL_WAREHOUSE": str(folder / "warehouse.duckdb"),
            "DLT_PROJECT_DIR": str(self.settings.parent),
            "CONNECTIONS__ACME_THRIVECART__CLIENT_ID": "app",
            "CONNECTIONS__ACME_THRIVECART__CLIENT_SECRET": "app-secret",
            "SOURCES__THRIVECART__REQUESTS_PER_MINUTE": "100000",
        }

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=PROJECT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str) -> tuple[int, str]:
        process = self.start(*arguments)
        output, _ = process.communicate()
        return process.returncode, output

    def connect_by_oauth(self) -> str:
        """Connect, and give consent as the owner of the account does in a browser; return what was printed."""
        connecting = self.start(
            "-m", "ingestion", "connect", "acme_thrivecart", "--oauth", "--no-browser", "--port", str(free_port())
        )
        assert connecting.stdout
        printed = ""
        while not (address := re.search(r"http://\S+/authorization/new\S+", printed)):
            line = connecting.stdout.readline()
            assert line, printed
            printed += line
        urllib.request.urlopen(address[0], timeout=10).read()
        rest, _ = connecting.communicate()
        assert connecting.returncode == 0, printed + rest
        return printed + rest

    def stored_token(self) -> str:
        text = (self.settings / "secrets.toml").read_text()
        token = re.search(r'api_key = "(.+)"', text)
        assert token, "no token is stored"
        return token[1]


@pytest.fixture(scope="module")
def business(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("business")
    account = {
        "api_key": "key-nobody-was-given",
        "oauth_app": {"client_id": "app", "client_secret": "app-secret"},
        "account": {
            "account_id": "41007",
            "account_name": "acme",
            "account_url": "https://acme.example",
            "user_name": "Ada",
        },
        "transactions": [transaction(1), transaction(2)],
    }
    (folder / "business.json").write_text("{}")
    (folder / "thrivecart").mkdir()
    (folder / "thrivecart" / "acme_thrivecart.json").write_text(json.dumps(account))
    return folder


@pytest.fixture
def account(business: Path, tmp_path: Path) -> Iterator[Account]:
    with Sandbox(business) as vendor:
        yield Account(tmp_path, vendor)


def test_an_account_is_connected_named_and_loaded(account: Account) -> None:
    printed = account.connect_by_oauth()
    assert "acme_thrivecart: connected to acme (account 41007, https://acme.example)" in printed
    assert account.stored_token() not in printed
    code, output = account.run("-c", LOAD)
    assert code == 0, output
    assert "acme_thrivecart: landed 2 transactions" in output


def test_a_token_that_was_taken_back_opens_nothing_and_is_gone(account: Account) -> None:
    account.connect_by_oauth()
    token = account.stored_token()
    code, output = account.run("-m", "ingestion", "revoke", "acme_thrivecart")
    assert code == 0, output
    assert token not in (account.settings / "secrets.toml").read_text()
    account.environment["CONNECTIONS__ACME_THRIVECART__API_KEY"] = token
    code, output = account.run("-c", LOAD)
    assert code != 0
    assert "it is wrong or revoked" in output
    assert "make connect CONNECTION=acme_thrivecart" in output
