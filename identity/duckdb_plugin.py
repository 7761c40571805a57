"""The plugin of dbt-duckdb that profiles.yml names: gives the warehouse's SQL the functions of this package.

They live as long as dbt's connection: only tables may use them. A view that did could not be read without dbt.
"""

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from identity.addresses import canonical_email, canonical_rules
from identity.resemblance import has_known_suffix, name_agreement, name_key, phone_key, slip
from identity.separation import separate


class Plugin(BasePlugin):
    """Found by dbt-duckdb under this name."""

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Register the functions. Null in gives null out."""
        conn.create_function("canonical_email", canonical_email)
        conn.create_function("canonical_email_rules", canonical_rules)
        conn.create_function("separate_kept_apart", separate)
        conn.create_function("has_known_suffix", has_known_suffix)
        conn.create_function("name_agreement", name_agreement)
        conn.create_function("name_key", name_key)
        conn.create_function("phone_key", phone_key)
        conn.create_function("slip", slip)
