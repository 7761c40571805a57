"""The raw tables of files. The columns of a file are those of its table but for the first few, which are ours."""

from ingestion.tables import COMMON_COLUMNS, Table, columns_of

OWN_COLUMNS = {**COMMON_COLUMNS, "source_file": "text", "row_number": "bigint"}
"""`row_number` is the line in the file as a text editor or Excel counts it; in Parquet rows count from 1."""

MADE_BY = "made_by"
"""Of touchpoints the make of web analytics that exported them, which no file says of itself."""


AD_SPEND = Table(
    name="ad_spend",
    description="One row of a spend file or an ad export: `spend` in `currency` units on a day of the ad account.",
    columns={
        **OWN_COLUMNS,
        "date": "date",
        **columns_of("text", "platform", "account_id", "account_name", "account_timezone", "currency", "campaign_id"),
        **columns_of("text", "campaign_name", "adset_id", "adset_name", "ad_id", "ad_name"),
        **columns_of("text", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"),
        "spend": "decimal",
        "impressions": "bigint",
        "clicks": "bigint",
    },
    primary_key=("connection_id", "source_file", "row_number"),
    required=("date", "platform", "currency", "spend"),
)

CONTACTS = Table(
    name="contacts",
    description=(
        "One row of a contacts file; tags, additional addresses and the ids of contacts that were merged into this one "
        "are separated by semicolons."
    ),
    columns={
        **OWN_COLUMNS,
        **columns_of("text", "email", "contact_id", "first_name", "last_name", "phone", "postal_code"),
        **columns_of("text", "additional_emails", "merged_contact_ids"),
        "created_at": "timestamp",
        **columns_of("text", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "referrer", "tags"),
    },
    primary_key=("connection_id", "source_file", "row_number"),
    required=("email", "created_at"),
    personal=("email", "additional_emails", "first_name", "last_name", "phone", "postal_code"),
    is_of_a_person=True,
)

TOUCHPOINTS = Table(
    name="touchpoints",
    description=(
        "One row of a touchpoints file or of an export of web analytics: something reached a person, who is known by "
        "address, by an id that the site gave a user, or by an anonymous id. Of an export all events are here, also "
        "those that came from nowhere; made_by is the program that wrote it, and event_id tells its events apart."
    ),
    columns={
        **OWN_COLUMNS,
        **columns_of("text", MADE_BY, "event_id", "email", "anonymous_id", "user_id"),
        "occurred_at": "timestamp",
        **columns_of("text", "kind", "referrer", "landing_page"),
        **columns_of("text", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"),
        **columns_of("text", "campaign_id", "adset_id", "ad_id"),
        **columns_of("text", "gclid", "gbraid", "wbraid", "fbclid", "msclkid", "ttclid", "li_fat_id", "twclid", "epik"),
    },
    primary_key=("connection_id", "source_file", "row_number"),
    required=("occurred_at", "kind"),
    personal=(
        *("event_id", "email", "anonymous_id", "user_id", "referrer", "landing_page"),
        *("gclid", "gbraid", "wbraid", "fbclid", "msclkid", "ttclid", "li_fat_id", "twclid", "epik"),
    ),
    is_of_a_person=True,
)

REJECTED_FILE_ROWS = Table(
    name="rejected_rows",
    description="All rows of refused files, with field, value and reason, until a good version of the file is found.",
    columns={
        **OWN_COLUMNS,
        **columns_of("text", "resource", "row_key", "field", "value", "reason"),
        "row": "json",
    },
    primary_key=("connection_id", "resource", "row_key"),
    personal=("value", "row"),
    is_of_a_person=True,
)

TABLES = (AD_SPEND, CONTACTS, TOUCHPOINTS, REJECTED_FILE_ROWS)
