"""Files in a drop folder: landed whole or not at all."""

from decimal import Decimal
from pathlib import Path

import pytest

from ingestion import LoadFailed
from ingestion.files.reading import read_file
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
