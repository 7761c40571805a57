"""The raw tables of ActiveCampaign, with the fields of its API v3. Links to its other paths are left out."""

from ingestion.tables import COMMON_COLUMNS, REJECTED_ROWS, Table, columns_of

CONTACTS = Table(
    name="contacts",
    description="Every contact of every status as it was last seen; one that ActiveCampaign does not have any more "
    "stays as it was.",
    columns={
        **COMMON_COLUMNS,
        **columns_of("text", "id", "email", "phone", "first_name", "last_name", "orgid", "hash", "ip", "ua"),
        **columns_of("text", "email_local", "email_domain", "segmentio_id", "bounced_date", "deleted_at"),
        **columns_of("timestamp", "cdate", "udate", "adate"),
        **columns_of("bigint", "bounced_hard", "bounced_soft"),
        **columns_of("bool", "deleted", "anonymized"),
    },
    primary_key=("connection_id", "id"),
    required=("id", "cdate"),
    personal=(
        *("email", "phone", "first_name", "last_name", "hash", "ip", "ua", "email_local", "email_domain"),
        "segmentio_id",
    ),
    is_of_a_person=True,
)

MISSING_CONTACTS = Table(
    name="missing_contacts",
    description="Contacts that were here and that ActiveCampaign does not have any more: deleted, or merged into "
    "another. missed_at is the moment (UTC) this was noticed.",
    columns={**COMMON_COLUMNS, "contact_id": "text", "missed_at": "timestamp"},
    primary_key=("connection_id", "contact_id"),
    required=("contact_id", "missed_at"),
    follows=("contact_id", CONTACTS.name, "id"),
    needs_landed_rows=True,
)

FIELDS = Table(
    name="fields",
    description="The custom fields that contacts of the account can have. One that was deleted stays as it was.",
    columns={**COMMON_COLUMNS, **columns_of("text", "id", "title", "perstag", "type"), "cdate": "timestamp"},
    primary_key=("connection_id", "id"),
    required=("id", "title"),
)

FIELD_VALUES = Table(
    name="field_values",
    description="The value of a custom field of a contact, as text.",
    columns={
        **COMMON_COLUMNS,
        **columns_of("text", "id", "contact", "field", "value"),
        **columns_of("timestamp", "cdate", "udate"),
    },
    primary_key=("connection_id", "id"),
    required=("id", "contact", "field"),
    personal=("value",),
    follows=("contact", CONTACTS.name, "id"),
    needs_landed_rows=True,
)

TAGS = Table(
    name="tags",
    description="The tags of the account. One that was deleted stays as it was.",
    columns={**COMMON_COLUMNS, **columns_of("text", "id", "tag", "tag_type"), "cdate": "timestamp"},
    primary_key=("connection_id", "id"),
    required=("id", "tag"),
)

LISTS = Table(
    name="lists",
    description="The lists of the account, without their senders and keys. One that was deleted stays as it was.",
    columns={
        **COMMON_COLUMNS,
        **columns_of("text", "id", "name", "stringid"),
        **columns_of("timestamp", "cdate", "udate"),
    },
    primary_key=("connection_id", "id"),
    required=("id", "name"),
)

AUTOMATIONS = Table(
    name="automations",
    description="The automations of the account. One that was deleted stays as it was.",
    columns={
        **COMMON_COLUMNS,
        **columns_of("text", "id", "name", "status"),
        **columns_of("timestamp", "cdate", "mdate"),
    },
    primary_key=("connection_id", "id"),
    required=("id", "name"),
)

CONTACT_TAGS = Table(
    name="contact_tags",
    description="A tag that was given to a contact. read_at is the last reading that had it: a later one in "
    "collection_reads did not, as the tag was taken away.",
    columns={
        **COMMON_COLUMNS,
        **columns_of("text", "id", "contact", "tag"),
        **columns_of("timestamp", "cdate", "read_at"),
    },
    primary_key=("connection_id", "id"),
    required=("id", "contact", "tag", "cdate"),
    follows=("contact", CONTACTS.name, "id"),
    needs_landed_rows=True,
)

CONTACT_LISTS = Table(
    name="contact_lists",
    description="A contact on a list: since when (sdate), its status there, and until when (udate) where that says "
    "that it left. read_at is the last reading that had it.",
    columns={
        **COMMON_COLUMNS,
        **columns_of("text", "id", "contact", "list", "status", "sourceid", "form"),
        **columns_of("timestamp", "sdate", "udate", "read_at"),
    },
    primary_key=("connection_id", "id"),
    required=("id", "contact", "list"),
    follows=("contact", CONTACTS.name, "id"),
    needs_landed_rows=True,
)

CONTACT_AUTOMATIONS = Table(
    name="contact_automations",
    description="One way of a contact through an automation: entered at adddate, left at remdate. read_at is the last "
    "reading that had it.",
    columns={
        **COMMON_COLUMNS,
        **columns_of("text", "id", "contact", "automation", "status"),
        **columns_of("timestamp", "adddate", "remdate", "lastdate", "read_at"),
        "completed": "bool",
    },
    primary_key=("connection_id", "id"),
    required=("id", "contact", "automation", "adddate"),
    follows=("contact", CONTACTS.name, "id"),
    needs_landed_rows=True,
)

COLLECTION_READS = Table(
    name="collection_reads",
    description="One reading of a whole collection, such as contact_tags, that began at read_at (UTC) and came to its "
    "end.",
    columns={**COMMON_COLUMNS, "collection": "text", "read_at": "timestamp", "rows_read": "bigint"},
    primary_key=("connection_id", "collection", "read_at"),
    required=("collection", "read_at"),
    needs_landed_rows=True,
)

TABLES = (
    CONTACTS,
    MISSING_CONTACTS,
    FIELDS,
    FIELD_VALUES,
    TAGS,
    LISTS,
    AUTOMATIONS,
    CONTACT_TAGS,
    CONTACT_LISTS,
    CONTACT_AUTOMATIONS,
    COLLECTION_READS,
    REJECTED_ROWS,
)
