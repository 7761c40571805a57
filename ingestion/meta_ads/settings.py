"""What Meta's Marketing API documentation says, and how far back we look. One home for each number."""

BASE_URL = "https://graph.facebook.com"
VERSION = "v26.0"
WHERE_TO_RENEW = "Meta Business settings > System users > Generate token, with ads_read"

LOOK_BACK_DAYS = 28
"""Insights do not change after 28 days of being reported, per Meta's best practices."""

HISTORY_MONTHS = 37
"""Older insights are not kept."""

WINDOW_DAYS = 28
"""Asked for in one call; halved while Meta finds it too much."""

PAGE_SIZE = 500

ACCOUNT_FIELDS = ("account_id", "account_currency", "account_name", "impressions", "clicks", "spend")
AD_FIELDS = (
    *ACCOUNT_FIELDS,
    "campaign_id",
    "campaign_name",
    "adset_id",
    "adset_name",
    "ad_id",
    "ad_name",
    "inline_link_clicks",
    "reach",
    "attribution_setting",
    "actions",
    "action_values",
)

BUSY_CODES = frozenset({1, 2, 4, 17, 32, 341, 613, *range(80000, 80015)})
"""Codes of the error object that mean: later. They come with status 400, and even 200."""

DENIED_CODES = frozenset({102, 190})
TOO_MUCH_CODE = 1
TOO_MUCH_TEXT = "reduce the amount of data"
TOO_MUCH = (100, 1487534)
"""Code and subcode that mean the same as the text."""

PACE = {
    "requests_per_minute": 120.0,
    "attempts": 9,
    "retry_wait_seconds": 5.0,
    # Meta says in a header how many minutes to keep away; an hour is its usual longest.
    "longest_wait_seconds": 3600.0,
}
