"""What Kit's API v4 documentation says, and how far back we look. One home for each number."""

from datetime import timedelta

BASE_URL = "https://api.kit.com/v4"
WHERE_TO_RENEW = "Kit > Settings > Developer > API keys (version 4)"

PAGE_SIZE = 1000
"""The most that `per_page` gives."""

INCLUDE = "attribution,tags,location"
"""Without it the list leaves these out. `canceled_at` is refused unless only cancelled subscribers are asked for."""

OVERLAP_DAYS = 2
"""`updated_after` and `tagged_after` know only days, and not in whose zone."""

FULL_READ = timedelta(days=7) - timedelta(hours=2)
"""Whether every change moves `updated_after` is not documented, and nothing tells who was deleted or lost a tag: all is
read again once a week, even if that day's run begins somewhat earlier than the one before."""

PACE = {
    # The documented limit of an API key is 120 in any 60 seconds.
    "requests_per_minute": 110.0,
    "attempts": 8,
    # Kit says to wait up to a minute and sends no Retry-After: 5 + 10 + 20 + 40 outlast it.
    "retry_wait_seconds": 5.0,
    "longest_wait_seconds": 60.0,
}
