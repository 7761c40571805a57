"""The raw tables of ThriveCart, with the fields of its API collection and those that live accounts send besides."""

from ingestion.tables import COMMON_COLUMNS, REJECTED_ROWS, Table, columns_of

TRANSACTIONS = Table(
    name="transactions",
    description="One item of an event (charge, rebill, refund or cancel), live and test mode. Amounts in cents as "
    "sent; `timestamp` in UTC epoch seconds.",
    columns={
        **COMMON_COLUMNS,
        **columns_of("text", "mode", "event_id", "base_product", "date", "time"),
        "timestamp": "bigint",
        **columns_of("text", "transaction_type", "transaction_info", "item_type", "item_id", "item_name"),
        **columns_of("text", "item_pricing_option_id", "item_pricing_option_name"),
        "amount": "bigint",
        **columns_of("text", "order_id", "invoice_id", "subscription_id", "internal_subscription_id", "transaction_id"),
        **columns_of("text", "currency", "processor", "coupon"),
        "quantity": "bigint",
        **columns_of("text", "reference", "campaign_id"),
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
        **columns_of("text", "product_id", "name", "label", "url", "embed_type", "status", "status_string"),
        **columns_of("text", "type", "type_string", "slug", "payment_currency"),
    },
    primary_key=("connection_id", "product_id"),
    required=("product_id",),
)

BUMPS = Table(
    name="bumps",
    description="Bump offers; the id is that of the product they belong to. Amounts in cents.",
    columns={
        **COMMON_COLUMNS,
        **columns_of("text", "bump_id", "product_id", "name", "status", "payment_currency"),
        "payment_amount": "bigint",
    },
    primary_key=("connection_id", "bump_id"),
    required=("bump_id",),
)

UPSELLS = Table(
    name="upsells",
    description="Upsells of the account.",
    columns={**COMMON_COLUMNS, **columns_of("text", "upsell_id", "name", "label", "type", "type_string")},
    primary_key=("connection_id", "upsell_id"),
    required=("upsell_id",),
)

DOWNSELLS = Table(
    name="downsells",
    description="Downsells of the account.",
    columns={**COMMON_COLUMNS, **columns_of("text", "downsell_id", "name", "label", "type", "type_string")},
    primary_key=("connection_id", "downsell_id"),
    required=("downsell_id",),
)

PRICING_OPTIONS = Table(
    name="pricing_options",
    description="The ways to pay for an item. Prices in cents; `payments` 0 is open-ended; `trial_period` in days.",
    columns={
        **COMMON_COLUMNS,
        **columns_of("text", "item_type", "item_id", "id", "name", "type"),
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
        **columns_of("text", "email", "status"),
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
    columns={**COMMON_COLUMNS, **columns_of("text", "event_key", "event", "encoding"), "payload": "json"},
    primary_key=("connection_id", "event_key"),
    required=("event_key", "event"),
    personal=("payload",),
)

TABLES = (TRANSACTIONS, PRODUCTS, BUMPS, UPSELLS, DOWNSELLS, PRICING_OPTIONS, CUSTOMERS, WEBHOOK_EVENTS, REJECTED_ROWS)
CATALOGUE = (PRODUCTS, BUMPS, UPSELLS, DOWNSELLS)
