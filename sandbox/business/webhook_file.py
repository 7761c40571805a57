"""A file of webhook deliveries, for whoever wants to send them."""

import json
from pathlib import Path

from sandbox.business.business import Business
from sandbox.business.webhook_bodies import WebhookBodies


def write_webhooks(business: Business, folder: Path) -> None:
    """Write `webhooks/<connection_id>.jsonl`: a delivery a line, {"delivered_at", "encoding", "body"}, oldest first."""
    dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    (folder / "webhooks").mkdir(parents=True, exist_ok=True)
    for books in business.books:
        connection_id, bodies = books.workspace.thrivecart, WebhookBodies(books, business.span)
        with (folder / "webhooks" / f"{connection_id}.jsonl").open("w", encoding="utf-8") as file:
            for delivery in business.delivered[connection_id]:
                line = {
                    "delivered_at": f"{delivery.at:%Y-%m-%dT%H:%M:%SZ}",
                    "encoding": books.workspace.webhook_encoding,
                    "body": bodies.body(delivery.event),
                }
                file.write(dump(line) + "\n")
