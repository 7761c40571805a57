"""`python -m ingestion connect|revoke|webhooks`: what concerns a vendor and needs no orchestrator."""

import argparse
import sys
from functools import partial

from dotenv import load_dotenv

from ingestion.connections import ConfigurationError
from ingestion.http import VendorError
from ingestion.warehouse import project_root


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit code; the reason of a failure is the last line."""
    load_dotenv(project_root() / ".env")
    # Whoever reads along through a pipe waits for the address to open.
    say = partial(print, flush=True)
    parser = argparse.ArgumentParser(prog="python -m ingestion", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    connect = commands.add_parser("connect", help="let Dollartrail into a ThriveCart account, by key or by OAuth")
    connect.add_argument("connection_id")
    connect.add_argument("--oauth", action="store_true", help="by ThriveCart's own page of consent, not by a key")
    connect.add_argument("--port", type=int, default=8721, help="of the address that ThriveCart sends you back to")
    connect.add_argument(
        "--no-browser", dest="is_browser_opened", action="store_false", help="only print the address to open"
    )
    revoke = commands.add_parser("revoke", help="take the token of a connection back, at ThriveCart and here")
    revoke.add_argument("connection_id")
    webhooks = commands.add_parser("webhooks", help="receive ThriveCart's webhooks")
    webhooks.add_argument("--host", default="127.0.0.1")
    webhooks.add_argument("--port", type=int, default=8720)
    given = parser.parse_args(arguments)
    try:
        # Each part is imported only when it is asked for, and after where things lie is known.
        if given.command == "connect":
            from ingestion.thrivecart import authorization

            authorization.connect(given.connection_id, given.oauth, given.port, given.is_browser_opened, report=say)
        elif given.command == "revoke":
            from ingestion.thrivecart import authorization

            authorization.revoke(given.connection_id, report=say)
        else:
            from ingestion.thrivecart import receiver

            receiver.serve(given.host, given.port)
    except (ConfigurationError, VendorError) as error:
        print(f"\n{given.command} failed: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\n{given.command} was stopped", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
