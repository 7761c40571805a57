"""ThriveCart's words in webhooks, and how it writes money and moments there: everything is text."""

from datetime import datetime

EVENT_NAMES = {
    "form": {
        "order": "order.success",
        "rebill": "order.subscription_payment",
        "rebill_failed": "order.rebill_failed",
        "cancelled": "order.subscription_cancelled",
        "paused": "order.subscription_paused",
        "resumed": "order.subscription_resumed",
        "refund": "order.refund",
        "cart_abandoned": "cart.abandoned",
        "customer_updated": "customer_updated",
        "commission_earned": "affiliate.commission_earned",
        "commission_payout": "affiliate.commission_payout",
        "commission_refund": "affiliate.commission_refund",
    },
    "json": {
        "order": "order_created",
        "charge": "order_payment_{item_type}",
        "rebill": "order_rebill",
        "rebill_failed": "order_rebill_failed",
        "completed": "order_rebill_completed",
        "cancelled": "order_rebill_cancelled",
        "paused": "subscription_paused",
        "resumed": "subscription_resumed",
        "refund": "order_refund_{item_type}",
        "cart_abandoned": "cart_abandoned",
        "customer_updated": "customer_updated",
        "commission_earned": "affiliate_commission_earned",
        "commission_payout": "affiliate_commission_payout",
        "commission_refund": "affiliate_commission_refund",
    },
}
"""Names of the kinds of events by encoding: of account webhooks, and of subscriptions to events.

A kind without a name is not delivered there.
"""
PROCESSORS = {"stripe": "stripe_connect+", "paypal": "paypal"}
FREQUENCY_DAYS = {"week": 7, "month": 30, "quarter": 91, "year": 365}


def amount(name: str, cents: int) -> dict[str, str]:
    """Return an amount in cents, and in units beside."""
    return {name: str(cents), f"{name}_str": f"{cents // 100}.{cents % 100:02d}"}


def moment(at: datetime) -> dict[str, str]:
    """Return a moment as it stands in events and orders."""
    return {"date": clock(at), "date_iso8601": at.isoformat(), "date_unix": unix(at)}


def clock(at: datetime) -> str:
    """Return the UTC time without saying that it is UTC."""
    return at.isoformat(" ")[:19]


def unix(at: datetime) -> str:
    """Return seconds since 1970."""
    return str(int(at.timestamp()))
