"""The published copy of the marts."""

import threading
from pathlib import Path

import duckdb
import pytest

from orchestration.publish import publish_marts


@pytest.fixture
def warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a warehouse with one mart."""
    path = tmp_path / "warehouse.duckdb"
    monkeypatch.setenv("DOLLARTRAIL_WAREHOUSE", str(path))
    monkeypatch.setenv("DOLLARTRAIL_PUBLISHED", str(tmp_path / "published"))
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts; create schema staging")
        connection.execute("create table staging.stg_orders as select 1 as order_id")
        connection.execute(
            "create table marts.fct_orders (order_id integer primary key, net_amount decimal(18, 2) not null)"
        )
        connection.execute("comment on table marts.fct_orders is 'One order; it''s cash.'")
        connection.execute("comment on column marts.fct_orders.net_amount is 'In \"currency\".'")
        connection.execute("insert into marts.fct_orders values (1, 10.25), (2, -3.00)")
    return path


@pytest.fixture
def published(warehouse: Path) -> Path:
    publish_marts()
    return warehouse.parent / "published" / "marts.duckdb"


def query(file: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_rows_are_published_to_the_cent(published: Path) -> None:
    assert query(published, "select order_id, net_amount::varchar from fct_orders order by 1") == [
        (1, "10.25"),
        (2, "-3.00"),
    ]


def test_a_query_of_the_warehouse_works_on_the_copy(published: Path) -> None:
    assert query(published, "select sum(net_amount)::varchar from marts.fct_orders") == [("7.25",)]


def test_nothing_but_the_marts_is_published(published: Path) -> None:
    assert query(published, "select table_name from information_schema.tables") == [("fct_orders",)]


def test_primary_keys_are_kept(published: Path) -> None:
    sql = "select constraint_column_names from duckdb_constraints() where constraint_type = 'PRIMARY KEY'"
    assert query(published, sql) == [(["order_id"],)]


def test_comments_are_kept(published: Path) -> None:
    assert query(published, "select comment from duckdb_tables()") == [("One order; it's cash.",)]
    assert query(published, "select comment from duckdb_columns() where comment is not null") == [('In "currency".',)]


def test_the_copy_has_the_storage_version_that_older_tools_read(published: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{published}' as copy (read_only)")
        (tags,) = connection.execute("select tags from duckdb_databases() where database_name = 'copy'").fetchone()
    assert tags["storage_version"].startswith("v1.2.0")


def test_a_second_publication_replaces_the_first(warehouse: Path, published: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("delete from marts.fct_orders where order_id = 2")
    publish_marts()
    assert query(published, "select order_id from fct_orders") == [(1,)]


def test_a_log_that_an_older_file_left_behind_is_not_replayed_into_the_new_one(published: Path) -> None:
    log = published.with_name("marts.duckdb.wal")
    log.write_bytes(b"what a killed process left")
    publish_marts()
    assert not log.exists()
    assert query(published, "select count(*) from fct_orders") == [(2,)]


def test_a_publication_that_was_killed_before_leaves_nothing_in_the_next(published: Path) -> None:
    published.with_name("marts.being_written.duckdb").write_bytes(b"half a file")
    publish_marts()
    assert sorted(path.name for path in published.parent.iterdir()) == ["marts.duckdb"]


def test_a_failed_publication_keeps_the_last_good_copy(warehouse: Path, published: Path) -> None:
    warehouse.unlink()
    with pytest.raises(duckdb.Error):
        publish_marts()
    assert query(published, "select count(*) from fct_orders") == [(2,)]


def test_readers_never_meet_a_lock_or_half_a_copy_while_it_is_replaced(published: Path) -> None:
    seen: list[object] = []
    is_over = threading.Event()

    def read() -> None:
        while not is_over.is_set():
            try:
                seen.append(query(published, "select count(*), sum(net_amount)::varchar from marts.fct_orders"))
            except duckdb.Error as error:
                seen.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(10):
        publish_marts()
    is_over.set()
    reader.join()
    assert len(seen) > 10
    assert [answer for answer in seen if answer != [(2, "7.25")]] == []


def test_a_reader_in_another_process_does_not_keep_the_next_copy_from_being_published(published: Path) -> None:
    import subprocess
    import sys

    open_it = f"c = duckdb.connect({str(published)!r}, read_only=True)"
    script = f"import duckdb, sys; {open_it}; print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as tool:
        assert tool.stdout is not None and tool.stdout.readline() == "open\n"
        publish_marts()
        tool.communicate()
    assert query(published, "select count(*) from fct_orders") == [(2,)]
