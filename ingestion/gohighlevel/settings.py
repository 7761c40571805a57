"""What GoHighLevel's documentation and other clients say, and how far back we look. One home for each number."""

import re
from datetime import timedelta

BASE_URL = "https://services.leadconnectorhq.com"

VERSION = "2021-07-28"
"""The header `Version`, which every call has to have."""

WHERE_TO_RENEW = (
    "the location's Settings > Private Integrations, with contacts.readonly and locations/customFields.readonly"
)

PAGE_SIZE = 500
"""The most that `pageLimit` of the search gives."""

ADDED, UPDATED = "dateAdded", "dateUpdated"
"""Moments of a contact that the search filters by. The first one never changes: pages are sorted by it."""

OVERLAP = timedelta(hours=1)
"""The index behind the search is behind the contacts by "a few seconds": changes are looked for that much further back.
It also evens out clocks that differ."""

FULL_READ = timedelta(hours=23)
"""Nothing tells of deleted and merged contacts, nor whether a tag moves `dateUpdated`. A page has so many contacts that
all are read again once a day: by hours that are fewer than a day's, so that a daily load that begins a minute earlier
does so too."""

PAGES_PER_LANDING = 40
"""A reading of all contacts is landed in parts of so many pages, and goes on there if it is interrupted."""

GONE = (400, 404, 422)
GONE_WORDS = re.compile(r"not found|not exist|no (such )?contact|deleted", re.IGNORECASE)
"""How a contact is refused that is not there. The documentation knows 400 and no words: what counts is what is said."""

BURST_SECONDS = 10.0
"""How long to wait after a 429 that says nothing itself: the span that the limit counts."""

PATIENCE_SECONDS = 600.0
"""A Retry-After is waited for; a longer one than this is a case for the next run."""

PACE = {
    # The documented limit is 100 in any ten seconds, of an app in a location: a private integration is one. Another is
    # 200,000 a day.
    "requests_per_minute": 540.0,
    "attempts": 8,
    "retry_wait_seconds": 2.0,
    "longest_wait_seconds": PATIENCE_SECONDS,
}
