"""Ad exports of every make: to the cent, or refused with the row to mend."""

from decimal import Decimal

import pytest

from ingestion.files.reading import read_file
from tests.ingestion.export_files import BAD, GOOD, Bad, Good


@pytest.mark.parametrize("file", [pytest.param(file, id=file.name) for file in GOOD])
def test_an_export_loads_to_the_cent(file: Good) -> None:
    read = read_file(file.name, file.content, file.connection_currency)
    assert read.defects == []
    assert read.kind == "ad_spend"
    assert len(read.rows) == file.rows
    assert sum(row["spend"] for row in read.rows) == Decimal(file.spend)
    assert {type(row["spend"]) for row in read.rows} == {Decimal}
    assert {row["platform"] for row in read.rows if file.platform != "podcast"} <= {file.platform}
    assert read.rows[0]["platform"] == file.platform
    assert {row["currency"] for row in read.rows} == {file.currency}
    days = [row["date"].isoformat() for row in read.rows]
    assert (min(days), max(days)) == file.days
    if file.impressions is not None:
        assert sum(row.get("impressions") or 0 for row in read.rows) == file.impressions
    if file.clicks is not None:
        assert sum(row.get("clicks") or 0 for row in read.rows) == file.clicks
    assert {name: read.rows[0][name] for name in file.first_row} == file.first_row


@pytest.mark.parametrize("file", [pytest.param(file, id=file.name) for file in BAD])
def test_an_export_that_cannot_be_right_is_refused_with_the_row_to_mend(file: Bad) -> None:
    read = read_file(file.name, file.content)
    assert read.rows == []
    assert [(found.line, found.field, found.value) for found in read.defects] == [(file.line, file.field, file.value)]
    assert file.reason in read.defects[0].reason
