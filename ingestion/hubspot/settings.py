"""What HubSpot's documentation and its own client libraries say, and how far back we look. One home for each number."""

from datetime import timedelta

BASE_URL = "https://api.hubapi.com"
VERSION = "2026-09"
"""The dated version in every path. One is supported for 18 months at least; v1 to v4 end in 2027."""

WHERE_TO_RENEW = (
    "HubSpot > Settings > Integrations > Service Keys, with crm.objects.contacts.read, crm.schemas.contacts.read "
    "and crm.lists.read"
)

CONTACT_TYPE = "0-1"
"""HubSpot's id of the type contact."""

LIST_PAGE_SIZE = 100
SEARCH_PAGE_SIZE = 200
BATCH_SIZE = 100
"""The most that each of them takes or gives."""

HISTORY_BATCH_SIZE = 50
"""With histories of properties a batch may hold half as many."""

LISTS_PAGE_SIZE = 250
MEMBERS_PAGE_SIZE = 250

URL_LENGTH = 15_000
"""Longer addresses are refused now and then, as other connectors found: so properties are asked for in portions."""

OVERLAP = timedelta(hours=1)
"""The index behind the search is behind the contacts by "a few moments": changes are looked for that much further back.
It also evens out clocks that differ."""

SWEEP_DAYS = 7
"""Contacts deleted for good are told of nowhere: all ids are listed once a week, and what is missing is noticed."""

MEMBERS_IN_FULL_DAYS = 7
"""A list whose size and last changes are as before is not read again, but for once a week."""

PAGES_PER_LANDING = 200
"""A first reading is landed in parts of so many pages, and goes on there if it is interrupted."""

HISTORIES_PER_LANDING = 10_000
"""The histories of so many contacts are landed at once."""

HISTORY_PROPERTIES = ("lifecyclestage",)
"""The properties whose past values are loaded too."""

MODIFIED = "lastmodifieddate"
"""Of contacts; other objects call it hs_lastmodifieddate."""

LOCKED = 423
MIGRATING = 477
BAD_TOKEN = 530
"""HubSpot's edge answers so to a token that is none; a token that was revoked gets 401."""

DAILY_POLICY = "DAILY"
WAIT_SECONDS = {"TEN_SECONDLY_ROLLING": 10.0, "SECONDLY": 1.0}
"""How long to wait after a 429, by its policyName, where Retry-After is missing: the span that the policy counts."""

LOCKED_WAIT_SECONDS = 2.0
PATIENCE_SECONDS = 600.0
"""An account that is being moved says for how long, up to a day. Longer than this is a case for the next run."""

BURST_SECONDS = 10.0

PACE = {
    # 100 in any ten seconds on the smallest plans; others have more. The search has a limit of its own, 5 a second,
    # and this stays below it, as each search is followed by a reading of what it found.
    "requests_per_minute": 570.0,
    "attempts": 9,
    "retry_wait_seconds": 2.0,
    "longest_wait_seconds": 60.0,
}
