"""What ActiveCampaign's documentation and other connectors say, and how far back we look. One home for each number."""

from datetime import timedelta

BASE_PATH = "/api/3"
"""The version in every path; what stands before it is the account's own and is never built from its name."""

WHERE_TO_RENEW = "ActiveCampaign > Settings > Developer, where the account's URL stands too"

PAGE_SIZE = 100
"""The most that `limit` gives."""

ANY_STATUS = "-1"
"""Contacts of every status: unconfirmed, active, unsubscribed, bounced."""

OVERLAP_DAYS = 2
"""`updated_after` knows only days, and those in the account's time zone."""

FULL_READ = timedelta(days=7)
"""Nothing tells of merged and deleted contacts, nor whether every change moves `updated_after`: all is read again once
a week, and what is not there any more is noticed."""

PAGES_PER_LANDING = 200
"""A reading of all contacts is landed in parts of so many pages, and goes on there if it is interrupted."""

MOST_STEPS_BACK = 20
"""A list from which rows vanish while it is read is read on from further before, so often at most."""

NO_RESULT = "No Result found"
"""What ActiveCampaign says of a contact that it does not have."""

ZERO_DATE = "0000-00-00"
"""What a date begins with that is none."""

FORBIDDEN_ATTEMPTS = 3
"""403 says that the key is wrong; but single ones come to a right key too, as other connectors found."""

PATIENCE_SECONDS = 600.0
"""A Retry-After is waited for; a longer one than this is a case for the next run."""

BURST_SECONDS = 1.0

PACE = {
    # The documented limit is 5 in any second, of the account and not of a key: one is left to its other integrations.
    "requests_per_minute": 240.0,
    "attempts": 8,
    "retry_wait_seconds": 2.0,
    "longest_wait_seconds": PATIENCE_SECONDS,
}
