"""Both businesses, as they have lived until now."""

from dataclasses import dataclass

from sandbox.business.books import Books, kept_books
from sandbox.business.exchange import Rates, drawn_rates
from sandbox.business.span import Span
from sandbox.business.spend import Spend, drawn_spend
from sandbox.business.webhook_deliveries import Delivery, deliveries
from sandbox.business.workspaces import WORKSPACES


@dataclass(frozen=True)
class Business:
    """Both workspaces, and what they share. What was delivered by webhook is by ThriveCart connection."""

    seed: int
    span: Span
    rates: Rates
    spend: Spend
    books: tuple[Books, ...]
    delivered: dict[str, list[Delivery]]


def live(seed: int, span: Span, scale: float) -> Business:
    """Let both businesses live until now. The same seed, start and scale give the same past at any later time."""
    books = tuple(kept_books(seed, workspace, span, scale) for workspace in WORKSPACES)
    delivered = {kept.workspace.thrivecart: deliveries(kept, span) for kept in books}
    return Business(seed, span, drawn_rates(seed, span), drawn_spend(seed, span, scale), books, delivered)
