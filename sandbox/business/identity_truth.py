"""The true answers about who is who."""

from sandbox.business.business import Business
from sandbox.business.identity import Identities

Row = dict[str, object]


def identity_rows(business: Business) -> list[Row]:
    """Return every address that any connection has shown, and the human being whose it is."""
    rows: list[Row] = []
    for books in business.books:
        identities = Identities(books, business)
        rows.extend(
            {"workspace_id": books.workspace.workspace_id, "email": address, "human": identities.human(address)}
            for address in sorted(identities.seen())
        )
    return rows


def pair_rows(business: Business) -> list[Row]:
    """Return the planted pairs of addresses: see AddressPair for the kinds."""
    return [
        {
            "workspace_id": books.workspace.workspace_id,
            "email": pair.email,
            "other_email": pair.other_email,
            "kind": pair.kind,
            "how": pair.how,
        }
        for books in business.books
        for pair in Identities(books, business).pairs()
    ]
