"""One form for all addresses of a mailbox, by what its provider documents.

The rules are the seed `mailbox_providers`. The model int_identity_addresses applies them to all addresses at once; this
is for one address where there are no models.
"""

import csv
from functools import cache
from pathlib import Path

from identity.addresses import canonical_email

_PROVIDERS = Path(__file__).resolve().parents[1] / "dbt_project" / "seeds" / "mailbox_providers.csv"


def mailbox_of(email: str) -> str:
    """Return the mailbox that an address leads to; where nothing is known of its provider, its canonical form."""
    canonical = canonical_email(email)
    local_part, _, domain = canonical.rpartition("@")
    provider = _providers().get(domain)
    if provider is None:
        return canonical
    # A tag without a name before it is the name.
    name = (provider["tag_separator"] and local_part.split(provider["tag_separator"])[0]) or local_part
    dot = {"ignored": "", "as_hyphen": "-", "counts": "."}[provider["dot_rule"]]
    return f"{name.replace('.', dot)}@{provider['mailbox_domain']}"


@cache
def _providers() -> dict[str, dict[str, str]]:
    with _PROVIDERS.open(encoding="utf-8", newline="") as file:
        return {row["domain"]: row for row in csv.DictReader(file)}
