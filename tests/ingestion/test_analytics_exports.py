"""Exports of web analytics: every event lands as what it says, or the file is refused with the row to mend."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from ingestion.files import event_files
from ingestion.files.analytics import makes
from ingestion.files.reading import ReadFile, read_file
from ingestion.files.tables import TOUCHPOINTS
from tests.ingestion.analytics_exports import EXPORTS, GA4, POSTHOG, REFUSED, Export, Refused, json_lines
from tests.ingestion.conftest import Project

LANDED = "select source_file, row_number, event_id from raw_files.touchpoints order by all"


def rows_of(read: ReadFile) -> list[dict[str, object]]:
    return [
        {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
        for row in read.events.to_pylist()
    ]


@pytest.mark.parametrize("export", [pytest.param(each, id=each.name) for each in EXPORTS])
def test_every_event_is_read_as_what_it_says(export: Export) -> None:
    read = read_file(export.name, export.content)
    assert read.defects == []
    assert read.kind == "touchpoints"
    assert [
        {name: row[name] for name in known} for row, known in zip(rows_of(read), export.rows, strict=True)
    ] == export.rows


@pytest.mark.parametrize("export", [pytest.param(each, id=each.name) for each in EXPORTS])
def test_chunks_make_no_difference(export: Export, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = read_file(export.name, export.content)
    monkeypatch.setattr(event_files, "ROWS_AT_A_TIME", 2)
    assert read_file(export.name, export.content).events.equals(whole.events)


@pytest.mark.parametrize("file", [pytest.param(each, id=each.name) for each in REFUSED])
def test_an_export_that_cannot_be_right_is_refused_with_the_row_to_mend(file: Refused) -> None:
    read = read_file(file.name, file.content)
    assert read.row_count == 0
    assert [(found.line, found.field, found.value) for found in read.defects] == [(file.line, file.field, file.value)]
    assert file.reason in read.defects[0].reason


def test_each_place_of_the_map_is_for_a_column_that_is_kept() -> None:
    assert {column for make in makes().values() for column in make.sources} <= set(TOUCHPOINTS.columns)


@pytest.fixture
def drop(project: Project, tmp_path: Path) -> Path:
    folder = tmp_path / "drop"
    folder.mkdir()
    project.connect("acme_files", "files", str(folder))
    (folder / "events_20260301.jsonl").write_bytes(json_lines(GA4))
    return folder


def test_an_export_lands_beside_a_table_of_touchpoints(project: Project, drop: Path) -> None:
    (drop / "touchpoints.csv").write_text(
        "occurred_at,kind,email,utm_source\n2026-03-01T12:00:00Z,click,ada@example.com,letter\n"
    )
    project.load("files")
    landed = (
        "select source_file, row_number, made_by, occurred_at::varchar, email from raw_files.touchpoints order by all"
    )
    assert project.rows(landed) == [
        ("events_20260301.jsonl", 1, "ga4", "2026-03-01 12:30:00.5+00", None),
        ("events_20260301.jsonl", 2, "ga4", "2026-03-01 12:31:00.5+00", None),
        ("events_20260301.jsonl", 3, "ga4", "2026-03-01 12:32:00.5+00", "ada@example.com"),
        ("touchpoints.csv", 2, None, "2026-03-01 12:00:00+00", "ada@example.com"),
    ]


def test_an_export_put_back_replaces_its_own_events_only(project: Project, drop: Path) -> None:
    (drop / "posthog.jsonl").write_bytes(json_lines(POSTHOG))
    project.load("files")
    (drop / "posthog.jsonl").write_bytes(json_lines(POSTHOG[2:]))
    project.load("files")
    assert [(file, row) for file, row, _ in project.rows(LANDED)] == [
        *(("events_20260301.jsonl", row) for row in (1, 2, 3)),
        ("posthog.jsonl", 1),
    ]


def test_an_export_that_is_as_it_was_is_not_read_again(project: Project, drop: Path) -> None:
    project.load("files")
    before = project.rows("select max(seen_at) from raw_files.touchpoints")
    project.load("files")
    assert project.rows("select max(seen_at) from raw_files.touchpoints") == before
    assert len(project.rows(LANDED)) == 3


def test_the_last_good_export_is_good_again_after_a_bad_one(project: Project, drop: Path) -> None:
    project.load("files")
    (drop / "events_20260301.jsonl").write_bytes(json_lines([{**GA4[0], "event_timestamp": "noon"}]))
    project.load("files")
    assert "acme_files: events_20260301.jsonl, row 1: event_timestamp 'noon' is no number of micro" in project.report
    assert project.rows("select row_number, field from raw_files.rejected_rows") == [(1, "event_timestamp")]
    (drop / "events_20260301.jsonl").write_bytes(json_lines(GA4))
    project.load("files")
    assert project.rows("select * from raw_files.rejected_rows") == []
    assert len(project.rows(LANDED)) == 3


def test_what_posthog_lists_its_files_in_is_left_alone(project: Project, drop: Path) -> None:
    (drop / "2026-03-01_manifest.json").write_text(json.dumps({"files": ["events_20260301.jsonl"]}))
    project.load("files")
    assert project.rows("select * from raw_files.rejected_rows") == []
