"""The raw tables of Kit, with the fields of its API v4."""

from ingestion.tables import COMMON_COLUMNS, REJECTED_ROWS, Table

SUBSCRIBERS = Table(
    name="subscribers",
    description="Every subscriber, whatever the state.",
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

TAGS = Table(
    name="tags",
    description="The tags of the account.",
    columns={**COMMON_COLUMNS, "id": "text", "name": "text", "created_at": "timestamp"},
    primary_key=("connection_id", "id"),
    required=("id",),
)

SUBSCRIBER_TAGS = Table(
    name="subscriber_tags",
    description="Which subscriber got which tag, and when. A tag taken away again stays.",
    columns={**COMMON_COLUMNS, "tag_id": "text", "subscriber_id": "text", "tagged_at": "timestamp"},
    primary_key=("connection_id", "tag_id", "subscriber_id"),
    required=("tag_id", "subscriber_id", "tagged_at"),
    is_of_a_person=True,
    follows=("subscriber_id", SUBSCRIBERS.name, "id"),
)

TABLES = (SUBSCRIBERS, TAGS, SUBSCRIBER_TAGS, REJECTED_ROWS)
