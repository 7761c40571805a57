"""Two businesses into a folder: the vendors' files, the drop folders, and the true answers."""

import json
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from sandbox.business.business import Business, live
from sandbox.business.drop_files import write_drop_files
from sandbox.business.kit_file import kit_file
from sandbox.business.meta_file import meta_file
from sandbox.business.span import Span, months_after
from sandbox.business.thrivecart_file import thrivecart_file
from sandbox.business.truth_files import write_truth
from sandbox.business.webhook_events import webhooks_since
from sandbox.business.webhook_file import write_webhooks
from sandbox.business.workspaces import CONNECTIONS, WORKSPACES, Connection
from sandbox.collection import no_collection

_MONTHS_OF_HISTORY = 24


def generate(
    folder: Path, seed: int = 7, start: date | None = None, today: date | None = None, scale: float = 1.0
) -> None:
    """Write both businesses into a folder, from `start` (24 months back if left out) to noon UTC of `today`.

    The same arguments give the same bytes, and a later `today` the same past: numbers and rows are added, and only
    what shows a present state (of subscriptions and contacts) moves on. Without `today` it is the machine's UTC day,
    of which nothing after the machine's time is written. `scale` multiplies the crowd and its spend; 1.0 gives more
    than 32,000 live transactions and 16,000 subscribers, and the named cast is there at any scale. Webhooks are those
    of the last 120 days, which begin at `webhooks_since` of business.json.
    Raises ValueError if `start` lies after `today`, or `scale` is negative.
    """
    now = _present(today)
    start = start or months_after(now, -_MONTHS_OF_HISTORY).date()
    if start > now.date():
        raise ValueError(f"start {start} lies after today, {now.date()}")
    if scale < 0:
        raise ValueError(f"scale {scale} is negative")
    with no_collection():
        _write(live(seed, Span(start, now), scale), folder)


def _write(business: Business, folder: Path) -> None:
    _write_json(folder / "business.json", _description(business))
    for connection in CONNECTIONS:
        if connection.source == "files":
            write_drop_files(business, connection, folder)
        else:
            vendor = connection.source.removesuffix("_ads")
            _write_json(folder / vendor / f"{connection.connection_id}.json", _vendor_file(business, connection))
    write_webhooks(business, folder)
    write_truth(business, folder)


def _present(today: date | None) -> datetime:
    machine = datetime.now(UTC).replace(microsecond=0)
    noon = datetime.combine(today or machine.date(), time(12), UTC)
    return noon if today else min(noon, machine)


def _vendor_file(business: Business, connection: Connection) -> dict[str, Any]:
    if connection.source == "meta_ads":
        return meta_file(business, connection)
    books = next(books for books in business.books if books.workspace.workspace_id == connection.workspace_id)
    if connection.source == "kit":
        return kit_file(books, connection, business.span)
    return thrivecart_file(books, connection, business.span.now)


def _description(business: Business) -> dict[str, Any]:
    return {
        "seed": business.seed,
        "start": business.span.start.isoformat(),
        "today": business.span.today.isoformat(),
        "webhooks_since": f"{webhooks_since(business.span):%Y-%m-%dT%H:%M:%SZ}",
        "workspaces": [
            {
                "workspace_id": workspace.workspace_id,
                "name": workspace.name,
                "reporting_time_zone": workspace.time_zone,
                "reporting_currency": workspace.currency,
            }
            for workspace in WORKSPACES
        ],
        "connections": [asdict(connection) for connection in CONNECTIONS],
        "identity_decisions": [
            asdict(decision) | {"decided_at": f"{decision.decided_at:%Y-%m-%dT%H:%M:%SZ}"}
            for books in business.books
            for decision in books.decisions
        ],
        "exchange_rates": [
            {
                "rate_date": day.isoformat(),
                "currency": currency,
                "reporting_currency": reporting_currency,
                "rate": f"{rate / 10000:.4f}",
            }
            for (currency, reporting_currency), walk in business.rates.by_day.items()
            for day, rate in walk.items()
        ],
    }


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
