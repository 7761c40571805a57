"""Who shared something with a forgotten person: the next build makes of them what a full rebuild would."""

from pathlib import Path

import pytest

from ingestion.connections import read_connections
from ingestion.tombstones import Forgotten
from orchestration import forgetting
from tests.dbt.raw_rows import CONNECTION, RawWarehouse, charge

SHARING = [f"{name}@x.example" for name in ("ann", "bob", "carl", "dora", "eve", "fay")]


def _build(warehouse: RawWarehouse) -> set[frozenset[str]]:
    selected = ("--select", "+bridge_person_emails", "--exclude-resource-type", "test", "unit_test")
    warehouse.dbt("build", *selected)
    rows = warehouse.rows("select list(email) from marts.bridge_person_emails group by person_id")
    return {frozenset(emails) for (emails,) in rows}


def test_a_number_that_six_shared_links_the_five_who_are_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warehouse = RawWarehouse(tmp_path)
    warehouse.put("transactions", [charge(place, 7, email) for place, email in enumerate(SHARING)])
    # More than five mailboxes of one number are several people: shared_address_people.
    assert _build(warehouse) == {frozenset({email}) for email in SHARING}

    monkeypatch.setenv("DOLLARTRAIL_CONFIG", str(warehouse.configuration))
    monkeypatch.setenv("DOLLARTRAIL_WAREHOUSE", str(warehouse.file))
    connections = [each for each in read_connections() if each.connection_id == CONNECTION]
    forgotten = Forgotten("acme", b"key").and_also(["fay@x.example"])
    forgetting._erase_from_warehouse("acme", connections, forgotten)

    assert _build(warehouse) == {frozenset(SHARING[:5])}
