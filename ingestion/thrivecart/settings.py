"""What ThriveCart's own API collection and SDK say, and how far back we look. One home for each number."""

BASE_URL = "https://thrivecart.com/api/external"
WHERE_TO_RENEW = "ThriveCart > Settings > API & webhooks > API tokens"

COMMAND_TO_RENEW = "make connect CONNECTION={connection_id}"

API_PATH = "/api/external"
"""Where the API lies on ThriveCart's host. Beside it are, per the SDK and its demo, the pages of OAuth 2:"""
CONSENT_PATH = "/authorization/new"
TOKEN_PATH = "/authorization/token"  # noqa: S105
REVOCATION_PATH = "/authorization/revoke"

MODES = ("live", "test")
"""The values of the header X-TC-Mode; what it means to leave it out is not documented."""

PAGE_SIZE = 100
"""The most that `perPage` gives, per the SDK's notes; `limit` and the like are silently ignored."""

PAGES_LANDED_AT_ONCE = 200
"""Of a long history: more are landed in parts, so that what is read is soon in the warehouse and memory stays small."""

LOOK_BACK_DAYS = 3
"""Re-read on every load, for rows that arrived late."""

PACE = {
    # The documented limit of an account.
    "requests_per_minute": 60.0,
    "attempts": 8,
    "retry_wait_seconds": 2.0,
    "longest_wait_seconds": 60.0,
}

CATALOGUE_REST_DAYS = 7
"""An item of the catalogue whose row in the list has not changed is not asked about again within these days."""

CUSTOMER_BUDGET = 200
"""Customers asked for in one load, unless dlt's config says otherwise (`sources.thrivecart.customer_budget`)."""

DAYS_BETWEEN_SEARCHES = 7
"""Where ThriveCart counts more transactions than are here, all pages are read; not more often than this."""

CUSTOMER_RECENT_DAYS = 35
"""So long after its last event an ended subscription may still change; later its payer is not asked about again."""

CUSTOMER_REST_HOURS = 20
"""A customer is not asked for again within these hours, so that a daily job asks once a day."""

WHERE_TO_ADD_WEBHOOKS = "Settings > API & webhooks > Webhooks & notifications"
WHERE_TO_FIND_THE_SECRET = "Settings > API & webhooks > ThriveCart order validation"  # noqa: S105

WEBHOOK_BODY_LIMIT_BYTES = 1024 * 1024
"""No delivery on record has a hundredth of it; it is also what nginx lets through by default."""

WEBHOOK_BODY_SECONDS = 30.0
"""How long a sender may take over its body."""

WEBHOOK_FIELD_LIMIT = 5000
"""Fields of a form. The large orders on record have some hundred."""

WEBHOOK_DEPTH_LIMIT = 20
"""Levels of nesting; ThriveCart's own go down three."""

WEBHOOKS_AT_A_TIME = 1000
"""Events that a load holds in memory."""

WEBHOOK_KEEP_DAYS = 30
"""Days that landed events are kept beside the warehouse, unless dlt's config says otherwise
(`sources.thrivecart.webhook_keep_days`); 0 keeps none."""
