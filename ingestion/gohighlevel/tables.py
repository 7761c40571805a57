"""The raw tables of GoHighLevel, with the fields of its API. What it nests stays nested."""

from ingestion.tables import COMMON_COLUMNS, REJECTED_ROWS, Table, columns_of

CONTACTS = Table(
    name="contacts",
    description="Every contact of the location, whatever it may be sent, as it was last seen; one that GoHighLevel "
    "does not have any more stays as it was. attribution_source is what first brought it, last_attribution_source what "
    "did so last; attributions has both where they come as a list. custom_fields are by id.",
    columns={
        **COMMON_COLUMNS,
        **columns_of("text", "id", "location_id", "contact_name", "first_name", "last_name"),
        **columns_of("text", "first_name_lower_case", "last_name_lower_case", "email", "phone"),
        **columns_of("text", "company_name", "business_name", "business_id", "address", "address1", "city", "state"),
        **columns_of("text", "postal_code", "country", "website", "timezone", "date_of_birth", "type", "source"),
        **columns_of("text", "assigned_to"),
        "dnd": "bool",
        **columns_of("json", "dnd_settings", "tags", "custom_fields", "additional_emails", "additional_phones"),
        **columns_of("json", "attribution_source", "last_attribution_source", "attributions"),
        **columns_of("timestamp", "date_added", "date_updated"),
    },
    primary_key=("connection_id", "id"),
    required=("id", "date_added"),
    personal=(
        *("contact_name", "first_name", "last_name", "first_name_lower_case", "last_name_lower_case", "email", "phone"),
        *("company_name", "business_name", "address", "address1", "city", "state", "postal_code", "website"),
        *("date_of_birth", "custom_fields", "additional_emails", "additional_phones", "attribution_source"),
        *("last_attribution_source", "attributions"),
    ),
    is_of_a_person=True,
)

MISSING_CONTACTS = Table(
    name="missing_contacts",
    description="Contacts that were here and that GoHighLevel does not have any more: deleted, or merged into another. "
    "missed_at is the moment (UTC) this was noticed.",
    columns={**COMMON_COLUMNS, "contact_id": "text", "missed_at": "timestamp"},
    primary_key=("connection_id", "contact_id"),
    required=("contact_id", "missed_at"),
    follows=("contact_id", CONTACTS.name, "id"),
    needs_landed_rows=True,
)

CONTACT_TAGS = Table(
    name="contact_tags",
    description="A difference between two readings of a contact: the later one, at read_at (UTC), had a tag that the "
    "one before lacked (is_given), or lacked one that it had. GoHighLevel tells of neither.",
    columns={**COMMON_COLUMNS, **columns_of("text", "contact_id", "tag"), "read_at": "timestamp", "is_given": "bool"},
    primary_key=("connection_id", "contact_id", "tag", "read_at"),
    required=("contact_id", "tag", "read_at"),
    follows=("contact_id", CONTACTS.name, "id"),
    needs_landed_rows=True,
)

CUSTOM_FIELDS = Table(
    name="custom_fields",
    description="The custom fields that contacts of the location can have. One that was deleted stays as it was.",
    columns={**COMMON_COLUMNS, **columns_of("text", "id", "name", "field_key", "data_type", "model", "parent_id")},
    primary_key=("connection_id", "id"),
    required=("id", "name"),
)

TABLES = (CONTACTS, MISSING_CONTACTS, CONTACT_TAGS, CUSTOM_FIELDS, REJECTED_ROWS)
