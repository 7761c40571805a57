"""What Google's documentation of the Ads API says, and how far back we look. One home for each number."""

BASE_URL = "https://googleads.googleapis.com"
VERSION = "v26"
"""Released in October 2026, and answered until November 2027."""

TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105
TOKEN_PATH = "/token"  # noqa: S105
"""Where tokens are given below a base_url that is not Google's own."""

TOKEN_MARGIN_SECONDS = 300
"""A token that ends sooner is renewed first: a request may have to wait for its turn."""

WHERE_TO_RENEW = "Google's page of consent, for the scope https://www.googleapis.com/auth/adwords"
WHERE_THE_APP_IS = "Google Cloud console > APIs & Services > Credentials"

LOOK_BACK_DAYS = 90
"""Conversions are posted to the day of their click for up to 90 days, and costs fall by credits for invalid clicks."""

HISTORY_MONTHS = 37
"""Older days are refused (DateRangeError.REQUESTED_DATE_GRANULARITY_NOT_SUPPORTED)."""

WINDOW_DAYS = 366
"""Asked for in one search. A search is one operation of the day's quota, however many pages of 10,000 rows it has."""

BUSY_CODES = frozenset(
    {
        "RESOURCE_EXHAUSTED",
        "RESOURCE_TEMPORARILY_EXHAUSTED",
        "EXCESSIVE_SHORT_TERM_QUERY_RESOURCE_CONSUMPTION",
    }
)
BUSY_KINDS = frozenset({"internalError"})
"""These codes of QuotaError, and all of InternalError, mean: later, whatever the status. Other quotas are for a day."""

ADVICE = {
    "USER_PERMISSION_DENIED": "give the Google user access in Google Ads > Admin > Access and security; if "
    "it comes by a manager account, write vendor_account_id as manager/account",
    "CUSTOMER_NOT_FOUND": "check the digits of vendor_account_id",
    "CUSTOMER_NOT_ENABLED": "the account is not set up yet or is closed: set in_use_until in connections.csv",
    "NOT_ADS_USER": "the Google user has no Google Ads account: consent with a user who has access to it",
    "REQUESTED_METRICS_FOR_MANAGER": "it is a manager account, which spends nothing: name the account below it, as "
    "manager/account",
    "CLOUD_PROJECT_NOT_APPROVED_FOR_PRODUCTION": "the Google Cloud project of client_id has test access only: "
    "apply for access in the Google Cloud console",
    "UNSUPPORTED_VERSION": "Google answers this version of its API no more: update Dollartrail",
}
"""What to do about a refusal, by Google's code for it."""

PACE = {
    # Google meters by account and by load and names no number; this is far below what is refused.
    "requests_per_minute": 120.0,
    "attempts": 8,
    "retry_wait_seconds": 5.0,
    # What Google's answer says to wait counts more, up to this; a day's quota that is used up is not waited for.
    "longest_wait_seconds": 900.0,
}
