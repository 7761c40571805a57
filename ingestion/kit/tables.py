"""The raw tables of Kit, with the fields of its API v4."""

from ingestion.tables import COMMON_COLUMNS, REJECTED_ROWS, Table, columns_of

SUBSCRIBERS = Table(
    name="subscribers",
    description="Every subscriber of every state as last seen; one that Kit does not have any more stays as it was.",
    columns={
        **COMMON_COLUMNS,
        **dict.fromkeys(("id", "first_name", "email_address", "state"), "text"),
        "created_at": "timestamp",
        **dict.fromkeys(("fields", "attribution", "tags", "location"), "json"),
        "canceled_at": "timestamp",
    },
    primary_key=("connection_id", "id"),
    required=("id", "email_address", "created_at"),
    personal=("first_name", "email_address", "fields", "attribution", "location"),
    is_of_a_person=True,
)

MISSING_SUBSCRIBERS = Table(
    name="missing_subscribers",
    description="Subscribers who were here and whom Kit does not have any more. missed_at is the moment (UTC) this was "
    "noticed.",
    columns={**COMMON_COLUMNS, "subscriber_id": "text", "missed_at": "timestamp"},
    primary_key=("connection_id", "subscriber_id"),
    required=("subscriber_id", "missed_at"),
    follows=("subscriber_id", SUBSCRIBERS.name, "id"),
    needs_landed_rows=True,
)

TAGS = Table(
    name="tags",
    description="The tags of the account. One that was deleted stays as it was.",
    columns={**COMMON_COLUMNS, "id": "text", "name": "text", "created_at": "timestamp"},
    primary_key=("connection_id", "id"),
    required=("id",),
)

SUBSCRIBER_TAGS = Table(
    name="subscriber_tags",
    description="Which subscriber got which tag, and when. read_at is the last reading that had it: of a tag of which "
    "tag_reads has a later one it was taken away.",
    columns={
        **COMMON_COLUMNS,
        **columns_of("text", "tag_id", "subscriber_id"),
        **columns_of("timestamp", "tagged_at", "read_at"),
    },
    primary_key=("connection_id", "tag_id", "subscriber_id", "tagged_at"),
    required=("tag_id", "subscriber_id", "tagged_at"),
    is_of_a_person=True,
    follows=("subscriber_id", SUBSCRIBERS.name, "id"),
)

TAG_READS = Table(
    name="tag_reads",
    description="One reading of all who have a tag, that began at read_at (UTC) and came to its end.",
    columns={**COMMON_COLUMNS, "tag_id": "text", "read_at": "timestamp", "rows_read": "bigint"},
    primary_key=("connection_id", "tag_id", "read_at"),
    required=("tag_id", "read_at"),
)

TABLES = (SUBSCRIBERS, MISSING_SUBSCRIBERS, TAGS, SUBSCRIBER_TAGS, TAG_READS, REJECTED_ROWS)
