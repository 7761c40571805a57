"""The sandbox from the command line: `python -m sandbox generate`, `serve` and `deliver`."""

import argparse
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from sandbox.business.generation import generate
from sandbox.delivery import deliver
from sandbox.serving import Faults, serve


def main(arguments: Sequence[str] | None = None) -> None:
    """Do what the arguments ask for. Raises SystemExit on arguments that cannot be used, with the reason."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    generating = commands.add_parser("generate", help="write two businesses and the true answers into a folder")
    generating.add_argument("--folder", type=Path, required=True)
    generating.add_argument("--seed", type=int, default=7)
    generating.add_argument("--start", type=date.fromisoformat, help="first day; 24 months before today if left out")
    generating.add_argument("--today", type=date.fromisoformat, help="last day; the machine's UTC day if left out")
    generating.add_argument("--scale", type=float, default=1.0, help="multiplies the crowd; 1.0 if left out")
    serving = commands.add_parser("serve", help="serve a generated folder until SIGTERM or SIGINT")
    serving.add_argument("--folder", type=Path, required=True)
    serving.add_argument("--port", type=int, default=8753)
    serving.add_argument(
        "--requests-per-minute", type=float, default=60.0, help="of each account; 0 has no limit, 60 if left out"
    )
    serving.add_argument("--faults", type=Path, help="a JSON file with the fields of Faults")
    delivering = commands.add_parser("deliver", help="post the webhooks of a generated folder to a receiver")
    delivering.add_argument("--folder", type=Path, required=True)
    delivering.add_argument("--to", required=True, help="an address; /thrivecart/<connection_id> is added to it")
    delivering.add_argument("--parallel", type=int, default=20, help="deliveries at a time, 20 if left out")
    delivering.add_argument("--connection", help="the one account whose webhooks are posted; all if left out")
    asked = parser.parse_args(arguments)
    if asked.command == "generate":
        try:
            generate(asked.folder, asked.seed, asked.start, asked.today, asked.scale)
        except ValueError as error:
            parser.error(str(error))
    elif asked.command == "deliver":
        try:
            delivered = deliver(asked.folder, asked.to, asked.connection, asked.parallel, report=print)
        except (OSError, ValueError) as error:
            parser.exit(1, f"{error}\n")
        print(delivered)
        if delivered.given_up or delivered.left:
            parser.exit(1)
    else:
        try:
            faults = Faults(**json.loads(asked.faults.read_text(encoding="utf-8"))) if asked.faults else Faults()
        except (OSError, TypeError, ValueError) as error:
            parser.error(f"--faults {asked.faults} cannot be used: {error}")
        serve(asked.folder, asked.port, asked.requests_per_minute or None, faults)


if __name__ == "__main__":
    main()
