"""What Meta's Marketing API documentation says, and how far back we look. One home for each number."""

BASE_URL = "https://graph.facebook.com"
VERSION = "v26.0"
WHERE_TO_RENEW = "Meta Business settings > System users > Generate token, with ads_read"
WHERE_TO_ALLOW = "give the system user the ad account with ads_read, in Meta Business settings > System users"

LOOK_BACK_DAYS = 28
"""Insights do not change after 28 days of being reported, per Meta's best practices."""

HISTORY_MONTHS = 37
"""Older insights are not kept."""

WINDOW_DAYS = 14
"""Asked for in one call; halved while Meta finds it too much or takes too long. Meta advises small windows."""

REPORT_ATTEMPTS = 3
"""How often a report that Meta makes in its own time is asked for, before its days count as failed."""

REPORT_BEGINS_SECONDS = 300.0
REPORT_ENDS_SECONDS = 1800.0
"""How long a report may wait, and take, counted from when it was asked for: what common connectors allow."""

REPORT_LOOK_SECONDS = 60.0
"""The longest pause between two looks at a report. The first is `retry_wait_seconds`, each further one twice that."""

REPORT_FIELDS = ("async_status", "async_percent_completion", "error_code", "error_message", "error_user_msg")
REPORT_DONE = "Job Completed"
REPORT_NOT_BEGUN = frozenset({"Job Not Started"})
REPORT_GIVEN_UP = frozenset({"Job Failed", "Job Skipped"})

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

ACCOUNT_ITSELF = ("account_id", "name", "currency", "timezone_name", "account_status")
STATUSES = ("ACTIVE", "PAUSED", "ARCHIVED", "DELETED", "IN_PROCESS", "WITH_ISSUES")
EDGE_FIELDS = {
    "campaigns": ("id", "account_id", "name", "status", "effective_status"),
    "adsets": ("id", "account_id", "campaign_id", "name", "status", "effective_status"),
    "ads": ("id", "account_id", "campaign_id", "adset_id", "name", "status", "effective_status"),
}
EDGE_STATUSES = {
    "campaigns": STATUSES,
    "adsets": (*STATUSES, "CAMPAIGN_PAUSED"),
    "ads": (
        *(*STATUSES, "CAMPAIGN_PAUSED", "ADSET_PAUSED", "DISAPPROVED", "PENDING_REVIEW", "PREAPPROVED"),
        "PENDING_BILLING_INFO",
    ),
}
"""Without these the lists leave out what is archived or deleted. Each list knows only its own: EffectiveStatus of
Campaign, AdSet and Ad in facebook-business-sdk-codegen."""

BUSY_CODES = frozenset({1, 2, 4, 17, 32, 341, 613, *range(80000, 80015)})
"""Codes of the error object that mean: later. They come with status 400, and even 200."""

DENIED_CODES = frozenset({102, 190})
NO_PERMISSION_CODES = frozenset({10, *range(200, 300)})
NO_SUCH_OBJECT = (100, 33)
"""Code and subcode of an account that is not there, or that the token may not see."""

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
