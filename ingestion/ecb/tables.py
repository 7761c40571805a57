"""The raw table of the European Central Bank's reference rates."""

from ingestion.tables import COMMON_COLUMNS, REJECTED_ROWS, Table, columns_of

RATES = Table(
    name="rates",
    description="What one euro was worth in a currency on a day, with the digits that were published.",
    columns={**COMMON_COLUMNS, **columns_of("text", "rate_date", "currency", "rate")},
    primary_key=("connection_id", "rate_date", "currency"),
    required=("rate_date", "currency", "rate"),
)

TABLES = (RATES, REJECTED_ROWS)
