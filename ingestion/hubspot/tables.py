"""The raw tables of HubSpot, with the fields of its API. Values of properties are text, as sent."""

from ingestion.tables import COMMON_COLUMNS, REJECTED_ROWS, Table, columns_of

CONTACTS = Table(
    name="contacts",
    description="Every contact as it was last seen, archived ones too; one that HubSpot does not show any more stays "
    "as it was. `properties` are all of the account's, custom ones included; those without a value are left out.",
    columns={
        **COMMON_COLUMNS,
        "id": "text",
        "properties": "json",
        **dict.fromkeys(("created_at", "updated_at"), "timestamp"),
        "archived": "bool",
        "archived_at": "timestamp",
    },
    primary_key=("connection_id", "id"),
    required=("id", "properties", "created_at"),
    personal=("properties",),
    is_of_a_person=True,
)

PROPERTIES = Table(
    name="properties",
    description="The properties that contacts of the account can have.",
    columns={
        **COMMON_COLUMNS,
        **columns_of("text", "name", "label", "description", "type", "field_type", "group_name"),
        "options": "json",
        "hubspot_defined": "bool",
        "calculated": "bool",
    },
    primary_key=("connection_id", "name"),
    required=("name",),
)

PROPERTY_HISTORY = Table(
    name="property_history",
    description="The values that a property of a contact has had, and from when. Only of some properties.",
    columns={
        **COMMON_COLUMNS,
        **columns_of("text", "contact_id", "property", "value"),
        "timestamp": "timestamp",
        **columns_of("text", "source_type", "source_id", "source_label"),
    },
    primary_key=("connection_id", "contact_id", "property", "timestamp"),
    required=("contact_id", "property", "timestamp"),
    follows=("contact_id", "contacts", "id"),
    needs_landed_rows=True,
)

MISSING_CONTACTS = Table(
    name="missing_contacts",
    description="Contacts that were here and that HubSpot does not list any more, neither live nor archived, and does "
    "not give by their id: deleted for good, or merged into another. missed_at is the moment (UTC) this was noticed.",
    columns={**COMMON_COLUMNS, "contact_id": "text", "missed_at": "timestamp"},
    primary_key=("connection_id", "contact_id"),
    required=("contact_id", "missed_at"),
    follows=("contact_id", "contacts", "id"),
    needs_landed_rows=True,
)

LISTS = Table(
    name="lists",
    description="The lists of contacts. One that was deleted stays as it was.",
    columns={
        **COMMON_COLUMNS,
        **columns_of("text", "list_id", "name", "object_type_id", "processing_type", "processing_status"),
        **dict.fromkeys(("created_at", "updated_at", "deleted_at"), "timestamp"),
        "additional_properties": "json",
    },
    primary_key=("connection_id", "list_id"),
    required=("list_id", "name"),
)

LIST_MEMBERSHIPS = Table(
    name="list_memberships",
    description="One stay of a contact on a list. read_at is the last reading of the list that had it: a later reading "
    "in list_reads did not.",
    columns={
        **COMMON_COLUMNS,
        **columns_of("text", "list_id", "record_id"),
        **dict.fromkeys(("membership_timestamp", "read_at"), "timestamp"),
    },
    primary_key=("connection_id", "list_id", "record_id", "membership_timestamp"),
    required=("list_id", "record_id", "membership_timestamp"),
    follows=("record_id", "contacts", "id"),
)

LIST_READS = Table(
    name="list_reads",
    description="One reading of all that a list holds, which began at read_at (UTC). is_found is false where the list "
    "was not there any more.",
    columns={**COMMON_COLUMNS, "list_id": "text", "read_at": "timestamp", "is_found": "bool", "members": "bigint"},
    primary_key=("connection_id", "list_id", "read_at"),
    required=("list_id", "read_at"),
)

TABLES = (
    CONTACTS,
    PROPERTIES,
    PROPERTY_HISTORY,
    MISSING_CONTACTS,
    LISTS,
    LIST_MEMBERSHIPS,
    LIST_READS,
    REJECTED_ROWS,
)
