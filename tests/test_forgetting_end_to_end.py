"""A buyer is erased by the real command: every file is looked through, and the money is all there."""

import csv
import gzip
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.road import PROJECT, Road

REVENUE = """
    select workspace_id, currency, occurred_date, sum(amount), sum(reporting_amount), count(*)
    from marts.fct_transactions group by all order by all
"""
ORDERS = "select workspace_id, currency, count(*), sum(net_amount) from marts.fct_orders group by all order by all"
MRR = """
    select workspace_id, currency, status, is_active, count(*), sum(mrr_amount)
    from marts.dim_subscriptions group by all order by all
"""


class ForgettingRoad(Road):
    """A copy of a road, with secrets of its own: the key of tombstones is written among them."""

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | {"DLT_PROJECT_DIR": str(self.folder / "project")}

    @property
    def tombstones(self) -> list[dict[str, str]]:
        with (self.business / "config" / "forgotten_people.csv").open() as file:
            return list(csv.DictReader(file))

    def money(self) -> tuple[list[Any], ...]:
        return self.rows(REVENUE), self.rows(ORDERS), self.rows(MRR)


class Buyer:
    """Whom a test forgets: a contact who pays, subscribes, and whom webhooks have told of."""

    def __init__(self, road: Road, row: tuple[Any, ...]) -> None:
        self.workspace_id, self.person_id, self.emails, self.names, self.paid = row
        # As the vendors wrote them, too.
        self.written = [text.casefold() for text in [*self.emails, *self.names]]


BUYERS = """
    with told as (
        select workspace_id, email, customer_name from staging.stg_thrivecart__transactions
        where email is not null and not is_test
    ),

    unique_names as (
        select customer_name from told where contains(customer_name, ' ')
        group by customer_name having count(distinct workspace_id || email) = 1
    )

    select
        people.workspace_id,
        people.person_id,
        list(distinct emails.email),
        list(distinct told.customer_name),
        any_value(people.reporting_lifetime_net_amount)
    from marts.dim_people as people
    inner join marts.bridge_person_emails as emails on people.person_id = emails.person_id
    inner join told on emails.workspace_id = told.workspace_id and emails.email = told.email
    where people.is_lead and people.active_subscription_count > 0 and people.reporting_lifetime_net_amount > 0
    and emails.email in (select email from staging.stg_kit__subscribers)
    and emails.email in (select email from staging.stg_thrivecart__customers)
    and emails.email in (select email from staging.stg_thrivecart__checkouts)
    group by all
    having bool_and(told.customer_name in (from unique_names))
    order by people.person_id
"""


def texts_of(path: Path) -> Iterator[str]:
    """Yield all that a file holds, as it lies there and as its readers see it, in lower case."""
    content = path.read_bytes()
    yield content.decode("utf-8", errors="replace").casefold()
    yield content.decode("utf-16-le", errors="replace").casefold()
    if content[:2] == b"\x1f\x8b":
        yield gzip.decompress(content).decode("utf-8", errors="replace").casefold()
    if content[8:12] == b"DUCK":
        with duckdb.connect(str(path), read_only=True) as connection:
            tables = connection.execute(
                "select table_schema, table_name from information_schema.tables "
                "where table_catalog = current_database()"
            ).fetchall()
            for schema, name in tables:
                rows = connection.execute(f'select * from "{schema}"."{name}"')
                while some := rows.fetchmany(5000):
                    yield f"{schema}.{name} {some}".casefold()
    if path.suffix == ".parquet":
        yield str(duckdb.sql(f"from '{path}'").fetchall()).casefold()


def places_of(road: Road, buyer: Buyer) -> list[str]:
    """Name the files of a user's set-up that hold a buyer. The business itself is the vendors'."""
    kept = road.business / "config"
    files = [
        path
        for path in road.folder.rglob("*")
        if path.is_file() and (kept in path.parents or road.business not in path.parents)
    ]
    assert len(files) > 20
    return sorted(
        str(path.relative_to(road.folder))
        for path in files
        if any(written in text for text in texts_of(path) for written in [*buyer.written, buyer.person_id])
    )


@pytest.fixture(scope="module")
def road(travelled_road: Road, tmp_path_factory: pytest.TempPathFactory) -> ForgettingRoad:
    """Copy the road that others only read, and what it needs of the project."""
    folder = tmp_path_factory.mktemp("forgetting")
    shutil.copytree(travelled_road.folder, folder, dirs_exist_ok=True)
    # It names the folder it was made for.
    shutil.rmtree(folder / "warehouse" / ".dbt_target")
    (folder / "project" / ".dlt").mkdir(parents=True)
    shutil.copy(PROJECT / ".dlt" / "config.toml", folder / "project" / ".dlt")
    return ForgettingRoad(folder, travelled_road.vendors)


@pytest.fixture(scope="module")
def buyers(road: ForgettingRoad) -> list[Buyer]:
    found = [Buyer(road, row) for row in road.warehouse_rows(BUYERS)]
    assert len(found) >= 3
    return found


@pytest.fixture(scope="module")
def buyer(buyers: list[Buyer]) -> Buyer:
    return max(buyers, key=lambda buyer: len(buyer.emails))


@pytest.fixture(scope="module")
def money_before(road: ForgettingRoad) -> tuple[list[Any], ...]:
    return road.money()


@pytest.fixture(scope="module")
def said(road: ForgettingRoad, buyer: Buyer, money_before: Any) -> str:
    assert len(places_of(road, buyer)) >= 3
    # As somebody may write it who asks to be forgotten.
    return road.succeed("forget", buyer.workspace_id, EMAIL=f"  {buyer.emails[0].upper()} ")


def test_no_file_holds_who_was_forgotten(road: ForgettingRoad, buyer: Buyer, said: str) -> None:
    assert places_of(road, buyer) == []


def test_what_is_said_names_places_and_nobody(buyer: Buyer, said: str) -> None:
    assert [text for text in buyer.written if text in said.casefold()] == []
    assert "raw_thrivecart.transactions: " in said
    assert "raw_kit.subscribers: 1 row(s)" in said
    assert "What this command cannot erase:" in said


def test_all_money_is_there_to_the_cent(road: ForgettingRoad, buyer: Buyer, money_before: Any, said: str) -> None:
    assert buyer.paid > Decimal(0)
    assert road.money() == money_before


def test_their_transactions_are_nobodys(road: ForgettingRoad, buyer: Buyer, said: str) -> None:
    assert road.rows("select count(*) from marts.dim_people where person_id = ?", buyer.person_id) == [(0,)]
    (nobodys,) = road.rows(
        "select sum(amount) > 0, bool_or(is_matched) from marts.fct_transactions where person_id is null"
    )
    assert nobodys == (True, False)


def test_the_file_of_tombstones_tells_no_address(road: ForgettingRoad, buyer: Buyer, said: str) -> None:
    assert {row["workspace_id"] for row in road.tombstones} == {buyer.workspace_id}
    assert len(road.tombstones) >= len(buyer.emails)
    key = (road.folder / "project" / ".dlt" / "secrets.toml").read_text()
    assert "tombstone_key" in key
    assert oct((road.folder / "project" / ".dlt" / "secrets.toml").stat().st_mode & 0o777) == "0o600"


@pytest.fixture(scope="module")
def loaded_again(road: ForgettingRoad, said: str) -> None:
    """Let everything come once more that tells of them: webhooks, and all history where old rows change."""
    road.receive_webhooks()
    loads = "import ingestion as i; [i.load(name, is_full=source.drifts) for name, source in i.SOURCES.items()]"
    subprocess.run([sys.executable, "-c", loads], cwd=PROJECT, env=road.environment, check=True, capture_output=True)


def test_neither_a_load_nor_a_webhook_nor_all_history_brings_them_back(
    road: ForgettingRoad, buyer: Buyer, loaded_again: None
) -> None:
    assert places_of(road, buyer) == []


def test_a_second_time_finds_nothing_to_erase_and_builds_the_same(
    road: ForgettingRoad, buyer: Buyer, money_before: Any, loaded_again: None
) -> None:
    tombstones = road.tombstones
    again = road.succeed("forget", buyer.workspace_id, EMAIL=buyer.emails[0])
    assert "0 tombstone(s) written" in again
    assert "raw_thrivecart" not in again
    assert road.tombstones == tombstones
    assert places_of(road, buyer) == []
    assert road.money() == money_before


def test_who_is_killed_at_it_finishes_the_next_time(
    road: ForgettingRoad, buyers: list[Buyer], buyer: Buyer, money_before: Any, said: str
) -> None:
    other = next(each for each in buyers if each is not buyer)
    tombstones = len(road.tombstones)
    process = road.start("forget", other.workspace_id, EMAIL=other.emails[-1])
    while len(road.tombstones) == tombstones and process.poll() is None:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert len(road.tombstones) > tombstones
    assert places_of(road, other) != []
    road.succeed("forget", other.workspace_id, EMAIL=other.emails[-1])
    assert places_of(road, other) == []
    assert road.money() == money_before


def test_an_address_that_nobody_has_changes_nothing(road: ForgettingRoad, said: str) -> None:
    tombstones = road.tombstones
    code, output = road.run("forget", road.tombstones[0]["workspace_id"], EMAIL="nobody.at.all@example.org")
    assert code == 1
    assert output.splitlines()[-1].startswith("forget failed: nobody in workspace ")
    assert "nobody.at.all" not in output
    assert road.tombstones == tombstones


def test_an_unknown_workspace_is_named_with_those_there_are(road: ForgettingRoad) -> None:
    code, output = road.run("forget", "no_such_business", EMAIL="nobody.at.all@example.org")
    assert code == 1
    assert output.splitlines()[-1].startswith("forget failed: workspace 'no_such_business' is not in workspaces.csv")
