"""The raw tables of ThriveCart, with the fields of its API collection and those that live accounts send besides."""

from ingestion.tables import COMMON_COLUMNS, REJECTED_ROWS, Table


def _texts(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, "text")


TRANSACTIONS = Table(
    name="transactions",
    description="One item of an event (charge, rebill, refund or cancel), live and test mode. Amounts in cents as "
    "sent; `timestamp` in UTC epoch seconds.",
    columns={
        **COMMON_COLUMNS,
        **_texts("mode", "event_id", "base_product", "date", "time"),
        "timestamp": "bigint",
        **_texts("transaction_type", "transaction_info", "item_type", "item_id", "item_name"),
        **_texts("item_pricing_option_id", "item_pricing_option_name"),
        "amount": "bigint",
        **_texts("order_id", "invoice_id", "subscription_id", "internal_subscription_id", "transaction_id"),
        **_texts("currency", "processor", "coupon"),
        "quantity": "bigint",
        **_texts("reference", "campaign_id"),
        "customer": "json",
        "subscription_current_status": "text",
    },
    # A bump shares the event of its product.
    primary_key=("connection_id", "mode", "event_id", "item_type", "item_id"),
    required=("event_id", "transaction_type", "item_type", "item_id", "amount", "currency", "timestamp"),
    is_partitioned=True,
    personal=("customer",),
)

PRODUCTS = Table(
    name="products",
    description="The front-end products of the account.",
    columns={
        **COMMON_COLUMNS,
        **_texts("product_id", "name", "label", "url", "embed_type", "status", "status_string"),
        **_texts("type", "type_string", "slug", "payment_currency"),
    },
    primary_key=("connection_id", "product_id"),
    required=("product_id",),
)

BUMPS = Table(
    name="bumps",
    description="Bump offers; the id is that of the product they belong to. Amounts in cents.",
    columns={
        **COMMON_COLUMNS,
        **_texts("bump_id", "product_id", "name", "status", "payment_currency"),
        "payment_amount": "bigint",
    },
    primary_key=("connection_id", "bump_id"),
    required=("bump_id",),
)

UPSELLS = Table(
    name="upsells",
    description="Upsells of the account.",
    columns={**COMMON_COLUMNS, **_texts("upsell_id", "name", "label", "type", "type_string")},
    primary_key=("connection_id", "upsell_id"),
    required=("upsell_id",),
)

DOWNSELLS = Table(
    name="downsells",
    description="Downsells of the account.",
    columns={**COMMON_COLUMNS, **_texts("downsell_id", "name", "label", "type", "type_string")},
    primary_key=("connection_id", "downsell_id"),
    required=("downsell_id",),
)

PRICING_OPTIONS = Table(
    name="pricing_options",
    description="The ways to pay for an item. Prices in cents; `payments` 0 is open-ended; `trial_period` in days.",
    columns={
        **COMMON_COLUMNS,
        **_texts("item_type", "item_id", "id", "name", "type"),
        "price": "bigint",
        "subscription_price": "bigint",
        "trial_period": "bigint",
        "frequency": "text",
        "payments": "bigint",
        "preferred": "bool",
    },
    primary_key=("connection_id", "item_type", "item_id", "id"),
    required=("id",),
)

CUSTOMERS = Table(
    name="customers",
    description="What ThriveCart answered about a payer of a subscription, one row per time it was asked.",
    columns={
        **COMMON_COLUMNS,
        **_texts("email", "status"),
        **dict.fromkeys(("customer", "purchases", "subscriptions", "lifetime_value"), "json"),
    },
    primary_key=("connection_id", "email", "seen_at"),
    needs_landed_rows=True,
    personal=("email", "customer"),
)

WEBHOOK_EVENTS = Table(
    name="webhook_events",
    description="What ThriveCart delivered to the webhook receiver, an event once. `payload` is the whole delivery but "
    "for the secret, form and JSON alike: all its values are text (`null`, `true` and `false` too), no object or list "
    "in it is empty. seen_at is the moment it was received.",
    columns={**COMMON_COLUMNS, **_texts("event_key", "event", "encoding"), "payload": "json"},
    primary_key=("connection_id", "event_key"),
    required=("event_key", "event"),
    personal=("payload",),
)

TABLES = (TRANSACTIONS, PRODUCTS, BUMPS, UPSELLS, DOWNSELLS, PRICING_OPTIONS, CUSTOMERS, WEBHOOK_EVENTS, REJECTED_ROWS)
CATALOGUE = (PRODUCTS, BUMPS, UPSELLS, DOWNSELLS)
