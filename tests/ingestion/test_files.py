"""Files in a drop folder: landed whole or not at all."""

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import pytest
from fsspec.implementations.memory import MemoryFileSystem
from fsspec.registry import _registry

from ingestion import LoadFailed
from ingestion.files.headers import COMMON, HEADERS_FILE, layouts, normalised
from ingestion.files.reading import read_file
from ingestion.files.settings import DAY_BY_DAY, PREFIXES
from ingestion.files.tables import AD_SPEND
from tests.ingestion import export_files
from tests.ingestion.conftest import FIXTURES, Project

SPEND = (FIXTURES / "files" / "ad_spend_podcast.csv").read_text()
CONTACTS = (FIXTURES / "files" / "contacts_webinar.csv").read_text()
HEADER, FIRST, SECOND = SPEND.splitlines()
LANDED = "select source_file, row_number, spend from raw_files.ad_spend order by all"


def connect(project: Project, folder: Path) -> Path:
    folder.mkdir()
    project.connect("acme_files", "files", str(folder))
    (folder / "ad_spend_podcast.csv").write_text(SPEND)
    return folder


@pytest.fixture
def drop(project: Project, tmp_path: Path) -> Path:
    return connect(project, tmp_path / "drop")


@pytest.fixture(scope="module")
def loaded_account(read_only_project: Project, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Load the spend file, once for all tests that only look at its rows or load again."""
    connect(read_only_project, tmp_path_factory.mktemp("files") / "drop")
    read_only_project.load("files")


@pytest.fixture
def later_drop(later_project: Project, tmp_path: Path) -> Path:
    return connect(later_project, tmp_path / "drop")


def test_spend_is_landed_with_file_and_line(read_only_project: Project, loaded_account: None) -> None:
    landed = read_only_project.rows(
        "select source_file, row_number, date::varchar, platform, currency, account_id, spend, impressions, clicks"
        " from raw_files.ad_spend order by row_number"
    )
    assert landed == [
        ("ad_spend_podcast.csv", 2, "2026-08-01", "podcast", "USD", None, Decimal("460.5000"), 12500, 284),
        ("ad_spend_podcast.csv", 3, "2026-08-08", "podcast", "USD", None, Decimal("460.5000"), None, None),
    ]


def test_contacts_are_landed_with_their_moment_in_utc(project: Project, drop: Path) -> None:
    (drop / "contacts_webinar.csv").write_text(CONTACTS)
    project.load("files")
    landed = "select email, created_at::varchar, utm_campaign, tags from raw_files.contacts"
    assert project.rows(landed) == [("ada@example.com", "2026-10-01 08:00:00+00", "issue_12", "webinar;vip")]


def test_what_a_crm_knows_of_other_addresses_and_merges_is_landed_as_it_stands(project: Project, drop: Path) -> None:
    (drop / "contacts_crm.csv").write_text(
        "email,contact_id,created_at,phone,postal_code,additional_emails,merged_contact_ids\n"
        "ada@example.com,9,2026-10-01T10:00:00Z,+1 555 0100,02115,ada@work.example;ada@old.example,5;3\n"
    )
    project.load("files")
    landed = "select contact_id, phone, postal_code, additional_emails, merged_contact_ids from raw_files.contacts"
    assert project.rows(landed) == [("9", "+1 555 0100", "02115", "ada@work.example;ada@old.example", "5;3")]


def test_a_file_put_back_replaces_its_own_rows_only(project: Project, drop: Path) -> None:
    (drop / "ad_spend_{odd}'s name.csv").write_text(f"{HEADER}\n{FIRST}\n")
    project.load("files")
    (drop / "ad_spend_podcast.csv").write_text(f"{HEADER}\n{SECOND.replace('460.5,', '99.9,')}\n")
    project.load("files")
    assert project.rows(LANDED) == [
        ("ad_spend_podcast.csv", 2, Decimal("99.9000")),
        ("ad_spend_{odd}'s name.csv", 2, Decimal("460.5000")),
    ]


def test_a_second_load_changes_nothing(later_project: Project, later_drop: Path) -> None:
    before = later_project.rows(LANDED)
    later_project.load("files")
    assert later_project.rows(LANDED) == before


def test_a_file_put_back_with_its_header_only_withdraws_its_rows(later_project: Project, later_drop: Path) -> None:
    (later_drop / "ad_spend_podcast.csv").write_text(f"{HEADER}\n")
    later_project.load("files")
    assert later_project.rows(LANDED) == []


def test_rows_of_a_file_taken_out_of_the_folder_stay(later_project: Project, later_drop: Path) -> None:
    (later_drop / "ad_spend_podcast.csv").unlink()
    later_project.load("files")
    assert len(later_project.rows(LANDED)) == 2


@pytest.mark.parametrize(
    ("old", "new", "field", "value"),
    [
        pytest.param("2026-08-08", "08/09/2026", "date", "08/09/2026", id="date in an order that nothing tells"),
        pytest.param("2026-08-08", "", "date", "", id="no date"),
        pytest.param(",USD,", ",,", "currency", "", id="no currency"),
        pytest.param(",USD,", ",US$,", "currency", "US$", id="currency sign"),
        pytest.param(",460.5,", ",,", "spend", "", id="no spend"),
        pytest.param(",460.5,", ',"1.460,50",', "spend", "1.460,50", id="another decimal mark"),
        pytest.param(",460.5,", ",460.50001,", "spend", "460.50001", id="more than four decimals"),
        pytest.param(",460.5,,", ",460.5,12.5,", "impressions", "12.5", id="half an impression"),
    ],
)
def test_one_bad_value_refuses_the_whole_file(old: str, new: str, field: str, value: str) -> None:
    read = read_file("ad_spend_podcast.csv", f"{HEADER}\n{FIRST}\n{SECOND.replace(old, new)}\n".encode())
    assert read.rows == []
    assert [(defect.line, defect.field, defect.value) for defect in read.defects] == [(3, field, value)]


def test_a_refused_file_is_kept_whole_with_its_defect_named(project: Project, drop: Path) -> None:
    (drop / "ad_spend_podcast.csv").write_text(f"{HEADER}\n{FIRST}\n{SECOND.replace('460.5', 'much')}\n")
    loaded = project.load("files")
    assert (loaded["ad_spend"].rows_loaded, loaded["ad_spend"].rows_rejected) == (0, 2)
    rejected = project.rows(
        "select row_number, field, value, row ->> '$.utm_campaign' from raw_files.rejected_rows order by row_number"
    )
    assert rejected == [(2, "", "", "show_a"), (3, "spend", "much", "show_a")]
    assert "acme_files: ad_spend_podcast.csv, row 3: spend 'much' is no amount such as 1234.56" in project.report


@pytest.mark.parametrize(
    ("header", "value"),
    [
        pytest.param(HEADER.replace("spend", "outlay"), "outlay", id="unknown column"),
        pytest.param(HEADER.replace(",spend", ""), "spend", id="missing column"),
    ],
)
def test_a_wrong_header_refuses_the_file(header: str, value: str) -> None:
    cells = FIRST if "outlay" in header else FIRST.replace(",460.50", "")
    rejections = read_file("ad_spend_podcast.csv", f"{header}\n{cells}\n".encode()).rejections
    assert [(found.line, found.field, found.value) for found in rejections] == [(1, "header", value), (2, "", "")]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"", "is missing: the file is empty", id="empty file"),
        pytest.param(f"{HEADER}\n{FIRST},extra\n".encode(), "has more cells than the header", id="one cell too many"),
        pytest.param(f"{HEADER}\n{FIRST}\n{SECOND},x,y\n".encode(), "has more cells", id="cells too many further down"),
        pytest.param(f'{HEADER}\n{FIRST}\n{SECOND},"x\n'.encode(), "a quote without its end", id="open quote"),
        pytest.param(f"{HEADER}\n{FIRST}\n".encode() + b"\x81\x8d", "is neither UTF-8", id="no encoding"),
    ],
)
def test_a_file_that_is_no_table_is_refused(content: bytes, reason: str) -> None:
    read = read_file("ad_spend_podcast.csv", content)
    assert (read.rows, len(read.defects)) == ([], 1)
    assert reason in read.defects[0].reason


def test_a_refused_version_leaves_the_rows_of_the_good_one(later_project: Project, later_drop: Path) -> None:
    (later_drop / "ad_spend_podcast.csv").write_text(f"{HEADER}\n{FIRST.replace('460.50', 'much')}\n")
    later_project.load("files")
    assert len(later_project.rows(LANDED)) == 2


def test_a_refused_file_holds_up_no_other(project: Project, drop: Path) -> None:
    (drop / "ad_spend_bad.csv").write_text("no,header\n1,2\n")
    project.load("files")
    assert len(project.rows(LANDED)) == 2


def test_a_good_version_clears_the_rejections_of_its_file(project: Project, drop: Path) -> None:
    (drop / "ad_spend_other.csv").write_text("no,header\n1,2\n")
    (drop / "ad_spend_podcast.csv").write_text(f"{HEADER}\n{FIRST.replace('460.50', 'much')}\n")
    project.load("files")
    (drop / "ad_spend_podcast.csv").write_text(SPEND)
    project.load("files")
    assert project.rows("select distinct source_file from raw_files.rejected_rows") == [("ad_spend_other.csv",)]


def test_lines_are_counted_as_an_editor_counts_them(project: Project, drop: Path) -> None:
    over_two_lines = FIRST.replace("Show A", '"Show\nA"')
    (drop / "ad_spend_podcast.csv").write_text(f"{HEADER}\n{over_two_lines}\n\n{SECOND}\n")
    project.load("files")
    assert project.rows("select row_number from raw_files.ad_spend order by 1") == [(2,), (5,)]


def test_a_file_of_no_known_kind_is_named(project: Project, drop: Path) -> None:
    (drop / "notes.csv").write_text("a,b\n1,2\n")
    project.load("files")
    assert "acme_files: notes.csv, row 0: file name 'notes.csv' fits no kind of file" in project.report
    assert project.rows("select source_file, field from raw_files.rejected_rows") == [("notes.csv", "file name")]


def test_no_address_is_reported(project: Project, drop: Path) -> None:
    (drop / "contacts_webinar.csv").write_text(CONTACTS.replace("2026-10-01T10:00:00+02:00", "ada@example.com"))
    project.load("files")
    assert "created_at '<address>' is no ISO 8601 time" in project.report
    assert "ada@example.com" not in project.report


def test_a_moment_without_offset_is_refused(project: Project, drop: Path) -> None:
    (drop / "contacts_webinar.csv").write_text(CONTACTS.replace("+02:00", ""))
    project.load("files")
    assert "row 2: created_at '2026-10-01T10:00:00' has no offset from UTC" in project.report


def test_a_missing_folder_is_an_error_that_names_it(project: Project, tmp_path: Path) -> None:
    project.connect("acme_files", "files", str(tmp_path / "nowhere"))
    with pytest.raises(LoadFailed, match=r"acme_files: folder .*nowhere is not there; correct base_url"):
        project.load("files")


def test_a_file_address_is_a_folder(project: Project, tmp_path: Path) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()
    (folder / "ad_spend_podcast.csv").write_text(SPEND)
    project.connect("acme_files", "files", folder.as_uri())
    project.load("files")
    assert len(project.rows(LANDED)) == 2


TOUCHPOINTS = """anonymous_id,email,occurred_at,kind,utm_source,gclid,ad_id
a1,,2026-10-01T10:00:00+02:00,click,google,g1,120200113000000123
a1,ada@example.com,2026-10-02T10:00:00-05:00,form,,,
"""


def export_of(name: str) -> bytes:
    return next(file.content for file in export_files.GOOD if file.name == name)


def test_touchpoints_are_landed_by_address_or_anonymous_id(project: Project, drop: Path) -> None:
    (drop / "touchpoints_web.csv").write_text(TOUCHPOINTS)
    project.load("files")
    landed = (
        "select anonymous_id, email, occurred_at::varchar, kind, gclid, ad_id from raw_files.touchpoints order by 3"
    )
    assert project.rows(landed) == [
        ("a1", None, "2026-10-01 08:00:00+00", "click", "g1", "120200113000000123"),
        ("a1", "ada@example.com", "2026-10-02 15:00:00+00", "form", None, None),
    ]


@pytest.mark.parametrize(
    ("old", "new", "field", "reason"),
    [
        ("a1,,", ",,", "email", "is missing, and so is anonymous_id"),
        ("+02:00", "", "occurred_at", "has no offset from UTC"),
        (",click,", ",,", "kind", "is missing"),
        ("120200113000000123", "1.2020011E+17", "ad_id", "is an id that a spreadsheet has made a rounded number"),
    ],
)
def test_a_touchpoint_that_says_too_little_refuses_its_file(old: str, new: str, field: str, reason: str) -> None:
    read = read_file("touchpoints.csv", TOUCHPOINTS.replace(old, new, 1).encode())
    assert (read.rows, read.kind) == ([], "touchpoints")
    assert [(defect.line, defect.field) for defect in read.defects] == [(2, field)]
    assert reason in read.defects[0].reason


def test_contacts_may_have_the_headers_and_the_letters_of_a_german_excel() -> None:
    lines = "E-Mail;Vorname;Nachname;Erstellt am\njörg@example.com;Jörg;Löwe;2026-10-01T10:00:00+02:00\n"
    read = read_file("contacts_alt.csv", lines.encode("cp1252"))
    assert [(row["email"], row["first_name"], row["last_name"]) for row in read.rows] == [
        ("jörg@example.com", "Jörg", "Löwe")
    ]


def test_a_corrected_workbook_under_its_name_replaces_its_rows(project: Project, drop: Path) -> None:
    header = ["Day", "Campaign name", "Amount spent (USD)"]
    first = export_files.workbook({"Sheet": [header, ["2026-08-01", "A", 1.5], ["2026-08-02", "A", 2.25]]})
    mended = export_files.workbook({"Sheet": [header, ["2026-08-02", "A", 99.75]]})
    (drop / "meta.xlsx").write_bytes(first)
    project.load("files")
    (drop / "meta.xlsx").write_bytes(mended)
    project.load("files")
    assert project.rows(LANDED) == [
        ("ad_spend_podcast.csv", 2, Decimal("460.5000")),
        ("ad_spend_podcast.csv", 3, Decimal("460.5000")),
        ("meta.xlsx", 2, Decimal("99.7500")),
    ]


def test_a_file_that_becomes_one_of_another_kind_leaves_no_row_behind(project: Project, drop: Path) -> None:
    (drop / "report.csv").write_bytes(export_of("Campaign report.csv"))
    project.load("files")
    (drop / "report.csv").write_text(CONTACTS)
    project.load("files")
    assert project.rows("select count(*) from raw_files.ad_spend where source_file = 'report.csv'") == [(0,)]
    assert project.rows("select source_file from raw_files.contacts") == [("report.csv",)]


def test_all_good_exports_of_a_folder_load_and_all_bad_ones_are_listed(project: Project, drop: Path) -> None:
    for file in [*export_files.GOOD, *export_files.BAD]:
        # The connection has no currency, so that each has to name its own.
        if not getattr(file, "connection_currency", ""):
            (drop / file.name).write_bytes(file.content)
    loaded = project.load("files")
    expected = {file.name: Decimal(file.spend) for file in export_files.GOOD if not file.connection_currency}
    landed = project.rows("select source_file, sum(spend) from raw_files.ad_spend group by 1")
    assert {name: spend for name, spend in landed if name != "ad_spend_podcast.csv"} == expected
    listed = project.rows("select distinct source_file from raw_files.rejected_rows where field <> ''")
    assert {name for (name,) in listed} == {file.name for file in export_files.BAD}
    assert loaded["ad_spend"].rows_rejected > 0
    for file in export_files.BAD:
        assert f"acme_files: {file.name}, row {file.line}: {file.field}" in project.report


def test_what_looks_like_no_table_is_left_alone(project: Project, drop: Path) -> None:
    for name in ("~$Meta report.xlsx", ".hidden.csv", "invoice.pdf"):
        (drop / name).write_bytes(b"x")
    (drop / "folder.csv").mkdir()
    project.load("files")
    assert project.rows("select count(*) from raw_files.rejected_rows") == [(0,)]


def test_a_file_that_cannot_be_opened_holds_up_no_other(project: Project, drop: Path) -> None:
    (drop / "ad_spend_gone.csv").symlink_to(drop / "gone")
    (drop / "broken.xlsx").write_bytes(b"PK\x03\x04 and no more")
    project.load("files")
    assert len(project.rows(LANDED)) == 2
    assert "broken.xlsx, row 1: file is no Excel workbook, or a broken one" in project.report


class Bucket(MemoryFileSystem):  # type: ignore[misc]
    """An object store in memory, which notes what keys it was opened with."""

    protocol = "s3"
    keys: ClassVar[list[Any]] = []

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.keys.append((options.get("key"), options.get("secret")))

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return "/" + str(path).removeprefix("s3://").strip("/")


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    monkeypatch.setitem(_registry, "s3", Bucket)
    monkeypatch.setenv("CONNECTIONS__ACME_FILES__CREDENTIALS__AWS_ACCESS_KEY_ID", "an-id")
    monkeypatch.setenv("CONNECTIONS__ACME_FILES__CREDENTIALS__AWS_SECRET_ACCESS_KEY", "a-secret")
    store = Bucket(key="the test's own")
    store.makedirs("s3://acme/drop", exist_ok=True)
    yield store
    store.rm("s3://acme", recursive=True)
    Bucket.clear_instance_cache()
    Bucket.keys.clear()


def test_a_folder_may_be_in_an_object_store(project: Project, bucket: Bucket) -> None:
    bucket.pipe("s3://acme/drop/ad_spend_podcast.csv", SPEND.encode())
    bucket.pipe("s3://acme/drop/Meta report.xlsx", export_of("Meta report.xlsx"))
    project.connect("acme_files", "files", "s3://acme/drop")
    project.load("files")
    assert project.rows("select source_file, sum(spend) from raw_files.ad_spend group by 1 order by 1") == [
        ("Meta report.xlsx", Decimal("12.6400")),
        ("ad_spend_podcast.csv", Decimal("921.0000")),
    ]
    assert ("an-id", "a-secret") in Bucket.keys


def test_a_file_put_back_into_an_object_store_replaces_its_rows(project: Project, bucket: Bucket) -> None:
    bucket.pipe("s3://acme/drop/ad_spend_podcast.csv", SPEND.encode())
    project.connect("acme_files", "files", "s3://acme/drop/")
    project.load("files")
    bucket.pipe("s3://acme/drop/ad_spend_podcast.csv", f"{HEADER}\n{FIRST}\n".encode())
    project.load("files")
    assert project.rows(LANDED) == [("ad_spend_podcast.csv", 2, Decimal("460.5000"))]


def test_an_object_store_that_cannot_be_opened_is_named_without_its_keys(project: Project, bucket: Bucket) -> None:
    project.connect("acme_files", "files", "s3://acme/elsewhere")
    with pytest.raises(
        LoadFailed, match=r"acme_files: s3://acme/elsewhere cannot be opened .*; correct base_url"
    ) as raised:
        project.load("files")
    assert "a-secret" not in str(raised.value)


def test_an_address_of_no_known_kind_is_named(project: Project) -> None:
    project.connect("acme_files", "files", "nowhere://acme/drop")
    with pytest.raises(LoadFailed, match="acme_files: nowhere://acme/drop cannot be opened"):
        project.load("files")


def test_each_header_stands_for_one_column_of_its_layout() -> None:
    stands_for: dict[tuple[str, str], set[str]] = {}
    with HEADERS_FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for name in row["headers"].split("|"):
                stands_for.setdefault((row["layout"], normalised(name)), set()).add(row["column"])
    assert {key: columns for key, columns in stands_for.items() if len(columns) > 1} == {}


def test_every_column_of_the_headers_is_one_that_is_read() -> None:
    helpers = {"starts", "ends", "period", "other_clicks", "unused"}
    with HEADERS_FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            table = AD_SPEND if row["layout"] == COMMON else layouts()[row["layout"]].table
            assert row["column"] in {*table.columns, *helpers}, row


def test_every_name_of_a_file_and_every_remedy_is_of_a_layout() -> None:
    assert set(PREFIXES.values()) == set(layouts())
    assert set(DAY_BY_DAY) == {layout.name for layout in layouts().values() if layout.table is AD_SPEND}
