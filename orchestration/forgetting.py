"""A person is erased from everything that Dollartrail keeps, and kept from coming back.

Tombstones are written first. Whatever is interrupted after that is done again by the next time: every step erases all
who have a tombstone, and none needs to know what another has found.
"""

import os
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import dagster as dg
import duckdb

from ingestion import forgetting
from ingestion.connections import Connection
from ingestion.http import one_line
from ingestion.tombstones import Forgotten, forgotten_in, remember, tombstones_path
from ingestion.warehouse import once_unlocked, project_root, published_folder, warehouse_path
from orchestration import headless
from orchestration.console import console
from orchestration.erasing import erase_built_rows, write_anew
from orchestration.publish import log_of
from orchestration.schedules import REBUILD
from orchestration.transform import dbt_folders
from orchestration.warehouse import WRITERS

Say = Callable[[str], None]

SECONDS_FOR_A_LOCK = 60.0
"""How long to wait for Dagster, if it is writing into its history."""

CHANGES = "int_identity_changes"
"""Where dbt notes what links and people were made from, for each address."""

UNDER_WAY = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]


class NobodyKnown(Exception):
    """The address is nobody's here."""


class NotForgotten(Exception):
    """Something is in the way of erasing somebody."""


def run(address: str, workspace_id: str, say: Say = print) -> None:
    """Erase whoever has an address in a workspace, build the marts anew and publish them.

    Raises ConfigurationError and NobodyKnown before anything is changed, AnotherRun while a run is under way,
    NotForgotten where a step was not possible, and RunFailed if the marts could not be built anew: then the person is
    erased.
    """
    connections = forgetting.connections_of(workspace_id)
    if "@" not in address:
        raise NobodyKnown("EMAIL is no e-mail address; nothing was changed")
    with headless.alone() as instance:
        under_way = [run.run_id[:8] for run in instance.get_runs(dg.RunsFilter(statuses=UNDER_WAY))]
        if under_way:
            raise headless.AnotherRun(
                f"run {', '.join(under_way)} is under way in Dagster; wait for its end, then start again"
            )
        _in_turn(instance, lambda: _erase(address, workspace_id, connections, say))
    if warehouse_path().exists():
        say("Building the marts without them")
        headless.run_job(REBUILD, {})


def _in_turn(instance: dg.DagsterInstance, action: Callable[[], None]) -> None:
    """Do something when it is its turn among all that writes to the warehouse, and raise what it raises.

    Dagster notes down that it was done, and nothing about whom.
    """
    raised: list[Exception] = []

    @dg.op(pool=WRITERS)
    def erase() -> None:
        try:
            action()
        except Exception as error:
            raised.append(error)
            raise dg.Failure("not done; the terminal says why", allow_retries=False) from None

    @dg.job(executor_def=dg.in_process_executor, logger_defs={"console": console})
    def forget() -> None:
        erase()

    forget.execute_in_process(
        instance=instance,
        tags={headless.HEADLESS: "true"},
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        raise_on_error=False,
    )
    if raised:
        if type(raised[0]).__module__.split(".")[0] in ("ingestion", "orchestration"):
            raise raised[0]
        # The text of another's error may quote the person.
        reason = f"{type(raised[0]).__name__}: {one_line(str(raised[0]))}"
        raise NotForgotten(f"{reason}; start again once that is put right")


def _erase(address: str, workspace_id: str, connections: list[Connection], say: Say) -> None:
    earlier = forgotten_in(workspace_id)
    addresses = _addresses_of_the_person(address, workspace_id)
    if not (addresses or earlier.knows(address) or _is_known_elsewhere(address, workspace_id, connections)):
        raise NobodyKnown(f"nobody in workspace '{workspace_id}' is known by this address; nothing was changed")
    earlier = forgotten_in(workspace_id, makes_key=True)
    forgotten = earlier.and_also([address, *addresses])
    added = forgotten.not_in(earlier)
    if added:
        remember(workspace_id, added)
    _tell(say, tombstones_path(), len(added), "tombstone(s) written, so that no load brings them back")
    _tell(say, "webhook inbox and its archive", forgetting.erase_received_webhooks(connections, forgotten), "event(s)")
    _tell(say, "pages not landed yet", forgetting.erase_unlanded_pages(connections, forgotten), "row(s)")
    _tell(say, "dlt's working folder", forgetting.drop_working_folder(), "file(s) dropped; the next load makes it anew")
    _tell(say, forgetting.DECISIONS, forgetting.drop_decisions(workspace_id, forgotten), "line(s) taken out")
    if warehouse_path().exists():
        rows = once_unlocked(lambda: _erase_from_warehouse(workspace_id, connections, forgotten), say)
        for table, count in sorted(rows.items()):
            _tell(say, table, count, "row(s)")
        _tell(say, warehouse_path(), 1, "file written anew, so that none of its free blocks holds what was deleted")
    for path in sorted(published_folder().glob("*.duckdb")):
        _tell(say, path, _erase_from_published(path, workspace_id, connections, forgotten), "row(s)")
    for folder in dbt_folders():
        shutil.rmtree(folder, ignore_errors=True)
    home = headless.dagster_home()
    logs = [warehouse_path().parent, home, project_root() / "logs", project_root() / "dbt_project" / "logs"]
    _tell(say, "logs", forgetting.black_out_logs(logs, forgotten), "file(s) blacked out")
    _tell(say, "Dagster's history", _black_out_history(home, forgotten), "entries blacked out")
    _say_what_stays(connections, forgotten, say)


def _tell(say: Say, place: object, count: int, what: str) -> None:
    if isinstance(place, Path):
        place = os.path.relpath(place, project_root())
    say(f"  {place}: {count} {what}")


def _black_out_history(home: Path, forgotten: Forgotten) -> int:
    """Black addresses of forgotten people out of what Dagster notes down, and return of how many entries.

    There should be none; but an error that a database gave may quote a row.
    """
    blacked_out = 0
    for path in sorted(home.rglob("*.db")):
        with closing(sqlite3.connect(path, timeout=SECONDS_FOR_A_LOCK)) as history:
            history.create_function("without_forgotten", 1, lambda text: forgetting.blacked_out(text, forgotten))
            names = [name for (name,) in history.execute("select name from sqlite_master where type = 'table'")]
            changed = 0
            for table in names:
                for _, column, kind, *_ in history.execute(f'pragma table_info("{table}")').fetchall():
                    if "CHAR" in kind.upper() or "TEXT" in kind.upper():
                        changed += history.execute(
                            f'update "{table}" set "{column}" = without_forgotten("{column}") '  # noqa: S608
                            f"""where (instr("{column}", '@') or instr("{column}", '%40')) """
                            f'and "{column}" <> without_forgotten("{column}")'
                        ).rowcount
            history.commit()
            if changed:
                # What was written over stands in free pages until then.
                history.execute("vacuum")
            blacked_out += changed
    return blacked_out


def _say_what_stays(connections: Iterable[Connection], forgotten: Forgotten, say: Say) -> None:
    say("What this command cannot erase:")
    for file in forgetting.files_of_the_user(connections, forgotten):
        say(f"  {file}: your own file; its rows about them stay out of every load, but take them out of it yourself")
    for path in sorted(published_folder().glob("*")):
        if path.suffix != ".duckdb":
            say(f"  {path}: not made by Dollartrail; look yourself")
    say("  what the vendors have (ThriveCart, the CRM), backups, and copies of the marts that other tools made")


def _addresses_of_the_person(address: str, workspace_id: str) -> list[str]:
    """Return all addresses of whoever has one, as far as the last build knows."""
    if not warehouse_path().exists():
        return []
    with duckdb.connect(str(warehouse_path()), read_only=True) as warehouse:
        try:
            rows = warehouse.execute(
                "select person_id, email from marts.bridge_person_emails where workspace_id = ?", [workspace_id]
            ).fetchall()
        except duckdb.CatalogException:
            # Nothing was built yet.
            return []
    wanted = _whoever_has(address)
    people = {person_id for person_id, email in rows if wanted.knows(email)}
    return [email for person_id, email in rows if person_id in people]


def _is_known_elsewhere(address: str, workspace_id: str, connections: Iterable[Connection]) -> bool:
    """Tell whether what is not built yet, or not even landed, has an address."""
    wanted = _whoever_has(address)
    if forgetting.are_waiting(connections, wanted):
        return True
    if not warehouse_path().exists():
        return False
    with duckdb.connect(str(warehouse_path()), read_only=True) as warehouse:
        return any(map(wanted.knows, forgetting.addresses_of_raw_rows(warehouse, workspace_id)))


def _whoever_has(address: str) -> Forgotten:
    """Return who has an address, to look for: with a key for the moment."""
    return Forgotten(key=os.urandom(16)).and_also([address])


def _erase_from_warehouse(workspace_id: str, connections: Iterable[Connection], forgotten: Forgotten) -> Counter[str]:
    path = warehouse_path()
    with duckdb.connect(str(path)) as warehouse:
        warehouse.execute("set TimeZone = 'UTC'")
        warehouse.begin()
        connection_ids = [connection.connection_id for connection in connections]
        erased = erase_built_rows(warehouse, workspace_id, connection_ids, forgotten)
        erased += forgetting.erase_raw_rows(warehouse, workspace_id, forgotten)
        if erased:
            _make_people_anew(warehouse, workspace_id)
        warehouse.commit()
        warehouse.execute("checkpoint")
    write_anew(path, path)
    # DuckDB puts there what does not fit into memory.
    shutil.rmtree(path.with_name(f"{path.name}.tmp"), ignore_errors=True)
    return erased


def _make_people_anew(warehouse: duckdb.DuckDBPyConnection, workspace_id: str) -> None:
    """Let the next build make all links and people of a workspace anew.

    Of an erased row it is told nothing, and what others shared with the forgotten ties them no more.
    """
    found = warehouse.execute(
        "select 1 from information_schema.tables "
        "where table_catalog = current_database() and table_schema = 'intermediate' and table_name = ?",
        [CHANGES],
    ).fetchone()
    if found:
        warehouse.execute(
            f"update intermediate.{CHANGES} set inputs_fingerprint = 0 "  # noqa: S608
            "where workspace_id = ? and inputs_fingerprint is not null",
            [workspace_id],
        )


def _erase_from_published(
    path: Path, workspace_id: str, connections: Iterable[Connection], forgotten: Forgotten
) -> int:
    """Erase forgotten people from a published file, which readers may have open, and return from how many rows."""
    copy = path.with_name(f"{path.stem}.being_erased")
    for leftover in (copy, log_of(copy)):
        leftover.unlink(missing_ok=True)
    if path.name.endswith(".being_written.duckdb"):
        # Of a publication that was killed.
        path.unlink()
        return 0
    shutil.copyfile(path, copy)
    with duckdb.connect(str(copy)) as file:
        erased = erase_built_rows(file, workspace_id, [each.connection_id for each in connections], forgotten)
        file.execute("checkpoint")
    if erased:
        write_anew(copy, path)
    copy.unlink()
    return erased.total()
