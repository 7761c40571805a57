"""`python -m orchestration run|backfill|history|forget|demo|dev|metrics`: what the Makefile calls."""

import argparse
import os
import sys
from datetime import date

from dotenv import load_dotenv

from ingestion.connections import ConfigurationError
from ingestion.warehouse import WarehouseLocked, project_root


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit code; the reason of a failure is the last line."""
    load_dotenv(project_root() / ".env")
    # Imported only now: where things lie is read when they are.
    from orchestration import demo, forgetting, headless, metrics, partitions, ui

    parser = argparse.ArgumentParser(prog="python -m orchestration", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="load what is new on every connection, build, check and publish")
    backfill = commands.add_parser("backfill", help="load these days again, build, check and publish")
    backfill.add_argument("first_day", type=_day, metavar="FROM")
    backfill.add_argument("last_day", type=_day, metavar="TO")
    commands.add_parser("history", help="read all history again where old rows change in silence, build, publish")
    forget = commands.add_parser("forget", help="erase a person; the address is in EMAIL, or typed, never an argument")
    forget.add_argument("workspace_id", metavar="WORKSPACE")
    commands.add_parser("demo", help="the same as run, against generated businesses on this machine")
    dev = commands.add_parser("dev", help="Dagster's UI on loopback")
    dev.add_argument("--demo", action="store_true", help="over the demo's warehouse and its vendors")
    dev.add_argument("--port", type=int, default=3000)
    asking = commands.add_parser("metrics", help="ask for metrics by name, with the arguments of `mf query`")
    asking.add_argument("--demo", action="store_true", help="of the demo's warehouse")
    given, query = parser.parse_known_args(arguments)
    if query and given.command != "metrics":
        parser.error(f"unrecognized arguments: {' '.join(query)}")
    address = _address() if given.command == "forget" else ""
    try:
        if given.command == "run":
            headless.run_job("daily", partitions.daily_tags())
        elif given.command == "backfill":
            headless.run_job("backfill", partitions.day_tags(given.first_day, given.last_day))
        elif given.command == "history":
            headless.run_job("history", partitions.history_tags())
        elif given.command == "forget":
            forgetting.run(address, given.workspace_id)
        elif given.command == "demo":
            demo.run()
        elif given.command == "metrics":
            return metrics.query(query, given.demo)
        else:
            ui.serve(given.port, given.demo)
    except (
        *(ConfigurationError, ValueError, WarehouseLocked, demo.SandboxFailed, headless.AnotherRun),
        *(headless.RunFailed, forgetting.NobodyKnown, forgetting.NotForgotten),
    ) as error:
        print(f"\n{given.command} failed: {error}", file=sys.stderr)
        return 1
    return 0


def _address() -> str:
    """Return the address of whom to forget; nothing that is started from here is given it."""
    address = os.environ.pop("EMAIL", "")
    # Make hands its own command line on.
    for name in ("MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES"):
        os.environ.pop(name, None)
    return address.strip() or input("E-mail address of the person to forget: ").strip()


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day such as 2026-01-31") from None


if __name__ == "__main__":
    sys.exit(main())
