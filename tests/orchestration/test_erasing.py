"""Forgotten people in DuckDB files and in Dagster's history."""

import sqlite3
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from ingestion.tombstones import Forgotten
from orchestration import daemon, forgetting, headless
from orchestration.erasing import erase_built_rows, write_anew
from orchestration.locks import held

ADA = Forgotten("acme", b"key").and_also(["ada@example.com"])


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("""
            create schema marts; create schema staging; create schema raw_kit;
            create table marts.bridge_person_emails (workspace_id varchar, person_id varchar, email varchar);
            create table marts.fct_transactions (transaction_id varchar primary key, workspace_id varchar,
                person_id varchar, amount decimal(18, 2));
            create table marts.dim_people (person_id varchar primary key, workspace_id varchar,
                net_amount decimal(18, 2));
            create table marts.rpt_reviews (workspace_id varchar, person_id varchar, evidence varchar);
            create table raw_kit.subscribers (connection_id varchar, email_address varchar);
            create view staging.stg_people as select * from "warehouse".marts.dim_people;
            comment on table marts.dim_people is 'Grain: one person.';
            comment on column marts.dim_people.net_amount is 'In the reporting currency.';
            insert into marts.bridge_person_emails values
                ('acme', 'p-ada', 'ada@example.com'), ('acme', 'p-bob', 'bob@example.com'),
                ('other', 'p-ada-there', 'ada@example.com');
            insert into marts.fct_transactions values
                ('t1', 'acme', 'p-ada', 49.00), ('t2', 'acme', 'p-bob', 10.00), ('t3', 'other', 'p-ada-there', 5.00);
            insert into marts.dim_people values
                ('p-ada', 'acme', 49), ('p-bob', 'acme', 10), ('p-ada-there', 'other', 5);
            insert into marts.rpt_reviews values
                ('acme', 'p-bob', 'bob@example.com may be ADA@example.com'), ('acme', 'p-bob', 'bob@example.com');
            insert into raw_kit.subscribers values ('acme_kit', 'ada@example.com');
        """)
        connection.execute("checkpoint")
    return path


def rows(path: Path, table: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(f"select * from {table} order by all").fetchall()


@pytest.fixture
def erased(warehouse: Path) -> Path:
    with duckdb.connect(str(warehouse)) as connection:
        counts = erase_built_rows(connection, "acme", ["acme_kit"], ADA)
    assert counts == {
        "marts.bridge_person_emails": 1,
        "marts.dim_people": 1,
        "marts.fct_transactions": 1,
        "marts.rpt_reviews": 1,
    }
    return warehouse


def test_a_row_about_money_stays_without_its_person(erased: Path) -> None:
    assert [(row[0], row[2], float(row[3])) for row in rows(erased, "marts.fct_transactions")] == [
        ("t1", None, 49.0),
        ("t2", "p-bob", 10.0),
        ("t3", "p-ada-there", 5.0),
    ]


def test_a_row_about_a_person_goes_and_another_workspaces_stays(erased: Path) -> None:
    assert rows(erased, "marts.bridge_person_emails") == [
        ("acme", "p-bob", "bob@example.com"),
        ("other", "p-ada-there", "ada@example.com"),
    ]
    assert [row[0] for row in rows(erased, "marts.dim_people")] == ["p-ada-there", "p-bob"]


def test_a_text_that_names_them_goes_and_who_else_it_names_is_not_forgotten(erased: Path) -> None:
    assert rows(erased, "marts.rpt_reviews") == [("acme", "p-bob", "bob@example.com")]


def test_raw_rows_are_not_built_ones(erased: Path) -> None:
    assert rows(erased, "raw_kit.subscribers") == [("acme_kit", "ada@example.com")]


def test_a_second_time_finds_nothing(erased: Path) -> None:
    with duckdb.connect(str(erased)) as connection:
        assert erase_built_rows(connection, "acme", ["acme_kit"], ADA) == {}


def test_a_file_that_is_written_anew_has_all_but_what_was_deleted(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("delete from raw_kit.subscribers")
        connection.execute("delete from marts.bridge_person_emails")
        connection.execute("delete from marts.rpt_reviews")
        connection.execute("checkpoint")
    assert b"ada@example.com" in warehouse.read_bytes()
    people = rows(warehouse, "staging.stg_people")
    write_anew(warehouse, warehouse)
    assert b"ada@example.com" not in warehouse.read_bytes()
    assert rows(warehouse, "staging.stg_people") == people
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        comments = connection.execute(
            "select comment from duckdb_tables() where comment is not null "
            "union all select comment from duckdb_columns() where comment is not null and not internal"
        ).fetchall()
        keys = connection.execute(
            "select table_name from duckdb_constraints() where constraint_type = 'PRIMARY KEY' order by 1"
        ).fetchall()
    assert ("Grain: one person.",) in comments and ("In the reporting currency.",) in comments
    assert keys == [("dim_people",), ("fct_transactions",)]
    assert [path.name for path in warehouse.parent.iterdir()] == ["warehouse.duckdb"]


def test_dagsters_history_is_blacked_out(tmp_path: Path) -> None:
    path = tmp_path / "history" / "runs.db"
    path.parent.mkdir()
    with sqlite3.connect(path) as history:
        history.execute("create table event_logs (id integer primary key, event text, run_id varchar)")
        history.execute(
            "insert into event_logs (event) values ('no INT: ada@EXAMPLE.com'), ('bob@example.com'), (null)"
        )
    assert forgetting._black_out_history(tmp_path, ADA) == 1
    assert forgetting._black_out_history(tmp_path, ADA) == 0
    assert b"ada@" not in path.read_bytes().lower()
    with sqlite3.connect(path) as history:
        assert history.execute("select event from event_logs order by id").fetchall() == [
            ("no INT: <address>",),
            ("bob@example.com",),
            (None,),
        ]


@pytest.fixture
def configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "workspaces.csv").write_text(
        "workspace_id,name,reporting_time_zone,reporting_currency\nacme,Acme,Etc/UTC,USD\n"
    )
    (folder / "connections.csv").write_text(
        "connection_id,workspace_id,source,name,vendor_account_id,base_url,time_zone,currency,in_use_from,in_use_until\n"
    )
    monkeypatch.setenv("DOLLARTRAIL_CONFIG", str(folder))
    monkeypatch.setenv("DOLLARTRAIL_WAREHOUSE", str(tmp_path / "warehouse" / "dollartrail.duckdb"))
    monkeypatch.setenv("DOLLARTRAIL_PUBLISHED", str(tmp_path / "published"))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    return folder


def test_while_another_run_is_under_way_nothing_is_changed(configuration: Path, tmp_path: Path) -> None:
    home = headless.dagster_home()
    with (
        held(home / "headless.lock", AssertionError("not taken")),
        pytest.raises(headless.AnotherRun, match="another run is under way"),
    ):
        forgetting.run("ada@example.com", "acme")
    assert not (configuration / "forgotten_people.csv").exists()


@pytest.mark.parametrize(
    "status", [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
)
def test_while_a_run_of_the_daemon_is_under_way_nothing_is_changed(
    configuration: Path, tmp_path: Path, status: dg.DagsterRunStatus
) -> None:
    @dg.op
    def nothing() -> None: ...

    @dg.job
    def daily() -> None:
        nothing()

    with daemon.only_one(headless.dagster_home()), dg.DagsterInstance.get() as instance:
        run = instance.create_run_for_job(daily, status=status)
        with pytest.raises(headless.AnotherRun, match=f"run {run.run_id[:8]} is under way in Dagster"):
            forgetting.run("ada@example.com", "acme")
        known = instance.get_run_by_id(run.run_id)
        assert known is not None and known.status is status
    assert not (configuration / "forgotten_people.csv").exists()


def test_an_address_that_nobody_has_leaves_no_tombstone_and_no_key(configuration: Path) -> None:
    with pytest.raises(forgetting.NobodyKnown, match="nobody in workspace 'acme' is known by this address"):
        forgetting.run("ada@example.com", "acme")
    assert not (configuration / "forgotten_people.csv").exists()
