"""`python -m ingestion connect|revoke|webhooks`: what concerns a vendor and needs no orchestrator."""

import argparse
import sys

from dotenv import load_dotenv

from ingestion.connections import ConfigurationError
from ingestion.http import VendorError
from ingestion.warehouse import project_root


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit code; the reason of a failure is the last line."""
    load_dotenv(project_root() / ".env")
    parser = argparse.ArgumentParser(prog="python -m ingestion", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    connect = commands.add_parser("connect", help="let Dollartrail into a ThriveCart account, by key or by OAuth")
    connect.add_argument("connection_id")
    connect.add_argument("--oauth", action="store_true", help="by ThriveCart's own page of consent, not by a key")
    connect.add_argument("--port", type=int, default=8721, help="of the address that ThriveCart sends you back to")
    revoke = commands.add_parser("revoke", help="take the token of a connection back, at ThriveCart and here")
    revoke.add_argument("connection_id")
    webhooks = commands.add_parser("webhooks", help="receive ThriveCart's webhooks")
    webhooks.add_argument("--host", default="127.0.0.1")
    webhooks.add_argument("--port", type=int, default=8720)
    given = parser.parse_args(arguments)
    try:
        # Imported only where they are needed: a receiver starts without what it takes to connect an account.
        if given.command == "connect":
            from ingestion.thrivecart import authorization

            authorization.connect(given.connection_id, is_oauth=given.oauth, port=given.port)
        elif given.command == "revoke":
            from ingestion.thrivecart import authorization

            authorization.revoke(given.connection_id)
        else:
            from ingestion.thrivecart import receiver

            receiver.serve(given.host, given.port)
    except (ConfigurationError, VendorError) as error:
        print(f"\n{given.command} failed: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
