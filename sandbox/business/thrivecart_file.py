"""A business as its ThriveCart account shows it: the catalogue, the transactions, and what it says of a customer."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sandbox.business.books import Books
from sandbox.business.catalogue import CATALOGUES, SYMBOLS, Catalogue, Item, PricingOption
from sandbox.business.customer_answers import customer_answers
from sandbox.business.records import Payment, Subscription
from sandbox.business.workspaces import Connection, Workspace

Row = dict[str, Any]


def thrivecart_file(books: Books, connection: Connection, now: datetime) -> Row:
    """Return what is kept of one account: catalogue, transactions (oldest first) and customers."""
    workspace, catalogue = books.workspace, CATALOGUES[books.workspace.workspace_id]
    by_type = {
        item_type: [item for item in catalogue.items if item.item_type == item_type]
        for item_type in ("product", "bump", "upsell", "downsell")
    }
    site = f"https://{workspace.workspace_id}.thrivecart.com"
    statuses = subscription_statuses(books.payments, now)
    secrets = connection.secrets
    return {
        "api_key": secrets["API_KEY"],
        "oauth_app": {"client_id": secrets["CLIENT_ID"], "client_secret": secrets["CLIENT_SECRET"]},
        "webhook_secret": secrets["WEBHOOK_SECRET"],
        "account": {
            "account_name": workspace.workspace_id,
            "account_id": connection.vendor_account_id,
            "account_version": "pro",
            "account_url": f"{site}/",
            "user_id": "1",
            "user_username": f"owner@{workspace.workspace_id}.example",
            "user_name": f"Owner of {workspace.name}",
            "custom_domain_enabled": False,
            "custom_domain": None,
        },
        "products": [_product(item, site) for item in by_type["product"]],
        "bumps": [_bump(item, catalogue, site) for item in by_type["bump"]],
        "upsells": [_offer(item) for item in by_type["upsell"]],
        "downsells": [_offer(item) for item in by_type["downsell"]],
        "product_details": {
            str(item.item_id): {"slug": item.slug, "payment_currency": item.currency} for item in by_type["product"]
        },
        "pricing_options": {
            item.path: [_pricing_option(item, option, workspace) for option in item.options]
            for item in catalogue.items
            if item.has_readable_pricing
        },
        "broken_pricing_options": [item.path for item in catalogue.items if not item.has_readable_pricing],
        "transactions": [_transaction(payment, workspace, statuses) for payment in books.payments],
        "customers": customer_answers(books.live_payments, statuses, now),
    }


def subscription_statuses(payments: Iterable[Payment], now: datetime) -> dict[Subscription, str]:
    """Return the word that ThriveCart shows for each subscription at a moment."""
    made: dict[Subscription, int] = {}
    for payment in payments:
        if payment.subscription:
            made[payment.subscription] = made.get(payment.subscription, 0) + (payment.kind in ("charge", "rebill"))
    return {subscription: subscription.status(now, count) for subscription, count in made.items()}


def transaction_id(payment: Payment) -> str:
    """Return the processor's name for a payment."""
    return f"ch_{payment.number:x}Sandbox" if payment.order.buyer.processor == "stripe" else f"PAY-{payment.number}"


def _product(item: Item, site: str) -> Row:
    return {
        "product_id": str(item.item_id),
        "name": item.name,
        "label": item.label,
        "url": f"{site}/{item.slug}/",
        "embed_type": "standard",
        **_kinds(item),
    }


def _bump(item: Item, catalogue: Catalogue, site: str) -> Row:
    product = catalogue.get("product", item.item_id)
    return {
        "product_id": str(product.item_id),
        "product_name": product.name,
        "product_label": product.label,
        "bump_id": str(item.item_id),
        "bump_name": item.name,
        "name": item.name,
        "id": str(item.item_id),
        "url": f"{site}/{product.slug}/",
        "embed_type": "standard",
        **_kinds(item),
        "payment_currency": item.currency,
        "payment_amount": item.options[0].price,
    }


def _offer(item: Item) -> Row:
    return {
        f"{item.item_type}_id": str(item.item_id),
        "name": item.name,
        "label": item.label,
        "type": "2" if item.is_physical else "1",
        "typeString": "physical" if item.is_physical else "digital",
    }


def _kinds(item: Item) -> Row:
    return {
        "status": "2" if item.is_live else "1",
        "statusString": "live" if item.is_live else "test",
        "type": "2" if item.is_physical else "1",
        "typeString": "physical" if item.is_physical else "digital",
    }


def _pricing_option(item: Item, option: PricingOption, workspace: Workspace) -> Row:
    recurring = str(option.recurring) if workspace.sends_numbers_as_text else option.recurring
    return {
        "id": _perhaps_text(option.option_id, workspace),
        "name": option.name,
        "preferred": option is item.options[0],
        "type": option.kind,
        "price": option.price,
        "price_str": _money(option.price, item.currency),
        "subscription_price": recurring if option.frequency else None,
        "subscription_price_str": _money(option.recurring, item.currency) if option.frequency else "",
        "trial_period": option.trial_days,
        "frequency": option.frequency or None,
        "payments": option.payments,
    }


def _transaction(payment: Payment, workspace: Workspace, statuses: dict[Subscription, str]) -> Row:
    order, item, option = payment.order, payment.item, payment.option
    is_negative = payment.kind == "refund" and workspace.sends_negative_refunds
    row: Row = {
        "mode": "test" if order.is_test else "live",
        "event_id": str(payment.number),
        "base_product": str(order.product.item_id),
        "date": f"{payment.at:%Y-%m-%d}",
        "time": f"{payment.at:%Y-%m-%d %H:%M:%S}",
        "timestamp": int(payment.at.timestamp()),
        "transaction_type": payment.kind,
        "item_type": item.item_type,
        "item_id": item.item_id,
        "item_name": item.name,
        "item_pricing_option_id": _perhaps_text(option.option_id, workspace),
        "item_pricing_option_name": option.name,
        "amount": -payment.cents if is_negative else payment.cents,
        "order_id": str(order.number),
        "invoice_id": str(order.invoice),
        "currency": item.currency,
        "processor": order.buyer.processor,
        "customer": {"id": order.buyer.customer_number, "name": order.buyer.name, "email": order.buyer.email},
        "quantity": payment.quantity,
    }
    # Keys that do not apply are sometimes there and empty, and sometimes not there at all.
    if order.buyer.processor == "stripe":
        row |= {"transaction_info": "", "coupon": order.coupon, "transaction_id": transaction_id(payment)}
    else:
        row |= {"transaction_id": transaction_id(payment)} | ({"coupon": order.coupon} if order.coupon else {})
    if item.item_type != "bump":
        row["reference"] = _reference(payment)
    if payment.subscription:
        row |= {
            "subscription_id": payment.processor_name,
            "internal_subscription_id": _perhaps_text(payment.subscription.number, workspace),
            "subscription_current_status": statuses[payment.subscription],
        }
    return row


def _reference(payment: Payment) -> str:
    stem = f"{payment.item.item_type}-{payment.item.item_id}"
    return f"{stem}-{payment.option.option_id}" if payment.subscription else stem


def _perhaps_text(number: int, workspace: Workspace) -> int | str:
    return str(number) if workspace.sends_numbers_as_text else number


def _money(cents: int, currency: str) -> str:
    return f"{SYMBOLS[currency]}{cents / 100:.2f}"
