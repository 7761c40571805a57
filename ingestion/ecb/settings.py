"""What the European Central Bank says of its reference rates, and how far back we look. One home for each number.

https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/
"""

BASE_URL = "https://www.ecb.europa.eu/stats/eurofxref"

HISTORY = "/eurofxref-hist.zip"
"""All reference rates since 1999-01-04 as one CSV file, about 650 KB: a line a working day, a column a currency."""

NO_RATE = ("", "N/A")
"""What stands in the file where a currency has no rate on a day."""

LOOK_BACK_DAYS = 7
"""Rates are published once, at about 16:00 CET, and corrected rarely and soon."""

PACE = {
    # One file a load; no limit is documented.
    "requests_per_minute": 30.0,
    "attempts": 6,
    "retry_wait_seconds": 2.0,
    "longest_wait_seconds": 60.0,
}
