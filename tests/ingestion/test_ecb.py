"""The European Central Bank's reference rates, as the file that it publishes has them."""

import io
import zipfile

import pytest

from ingestion import LoadFailed
from tests.ingestion.conftest import Project
from tests.ingestion.fake_vendor import Answer, FakeVendor

FILE = "/eurofxref-hist.zip"
# A line a working day, newest first, each with a comma at its end.
HISTORY = """Date,USD,JPY,CYP,IDR,
2026-03-09,1.1012,162.44,N/A,17912.35,
2026-03-06,1.0987,161.9,N/A,17899.01,
2007-12-31,1.4721,164.93,0.585274,13826.7,
"""
RATES = "select rate_date, currency, rate from raw_ecb.rates order by rate_date, currency"


def archive(text: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr("eurofxref-hist.csv", text)
    return content.getvalue()


def publish(vendor: FakeVendor, text: str) -> None:
    vendor.routes[FILE] = lambda _: Answer(archive(text))


@pytest.fixture
def ecb(project: Project, vendor: FakeVendor) -> FakeVendor:
    project.connect("acme_ecb", "ecb", vendor.url)
    publish(vendor, HISTORY)
    return vendor


def test_every_published_rate_is_landed_with_its_digits(project: Project, ecb: FakeVendor) -> None:
    project.load("ecb")
    assert project.rows(RATES) == [
        ("2007-12-31", "CYP", "0.585274"),
        ("2007-12-31", "IDR", "13826.7"),
        ("2007-12-31", "JPY", "164.93"),
        ("2007-12-31", "USD", "1.4721"),
        ("2026-03-06", "IDR", "17899.01"),
        ("2026-03-06", "JPY", "161.9"),
        ("2026-03-06", "USD", "1.0987"),
        ("2026-03-09", "IDR", "17912.35"),
        ("2026-03-09", "JPY", "162.44"),
        ("2026-03-09", "USD", "1.1012"),
    ]


def test_no_key_is_asked_for_and_none_is_sent(project: Project, ecb: FakeVendor) -> None:
    project.load("ecb")
    (request,) = ecb.asked(FILE)
    assert {"Authorization", "X-Kit-Api-Key"}.isdisjoint(request.headers)


def test_days_before_the_connection_is_in_use_are_left_out(project: Project, vendor: FakeVendor) -> None:
    project.connect("acme_ecb", "ecb", vendor.url, in_use_from="2026-03-09")
    publish(vendor, HISTORY)
    project.load("ecb")
    assert {rate_date for rate_date, _, _ in project.rows(RATES)} == {"2026-03-09"}


def test_a_later_load_lands_the_new_day_and_a_correction_of_the_last_week(project: Project, ecb: FakeVendor) -> None:
    project.load("ecb")
    corrected = HISTORY.replace("1.0987", "1.0990").replace("1.4721", "9.9999")
    publish(ecb, corrected.replace("2026-03-09", "2026-03-10,1.1,162,N/A,17900,\n2026-03-09"))
    project.load("ecb")
    dollars = "select rate_date, rate from raw_ecb.rates where currency = 'USD' order by rate_date"
    assert project.rows(dollars) == [
        ("2007-12-31", "1.4721"),
        ("2026-03-06", "1.0990"),
        ("2026-03-09", "1.1012"),
        ("2026-03-10", "1.1"),
    ]


def test_a_second_load_doubles_nothing(project: Project, ecb: FakeVendor) -> None:
    project.load("ecb")
    project.load("ecb")
    assert project.rows("select count(*) from raw_ecb.rates") == [(10,)]


@pytest.mark.parametrize(
    ("line", "field", "reason"),
    [
        pytest.param("2026-03-10,1.1x,,,,", "rate", "is no number above zero", id="rate is no number"),
        pytest.param("2026-03-10,0,,,,", "rate", "is no number above zero", id="rate is zero"),
        pytest.param("10 March 2026,1.1,,,,", "rate_date", "is no date written as YYYY-MM-DD", id="unreadable day"),
    ],
)
def test_a_rate_that_cannot_be_read_is_set_aside_and_the_others_are_kept(
    project: Project, ecb: FakeVendor, line: str, field: str, reason: str
) -> None:
    publish(ecb, HISTORY.replace("2026-03-09", f"{line}\n2026-03-09"))
    project.load("ecb")
    assert project.rows("select field, reason from raw_ecb.rejected_rows") == [(field, reason)]
    assert project.rows("select count(*) from raw_ecb.rates") == [(10,)]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        pytest.param(b"<html>", "is no archive with one CSV file", id="no archive"),
        pytest.param(archive("Day;USD\n"), "does not begin with the column Date", id="another header"),
        pytest.param(archive(""), "does not begin with the column Date", id="an empty file"),
    ],
)
def test_another_file_than_the_documented_one_is_refused(
    project: Project, ecb: FakeVendor, content: bytes, line: str
) -> None:
    ecb.routes[FILE] = lambda _: Answer(content)
    with pytest.raises(LoadFailed, match=f"^acme_ecb: {FILE} {line}"):
        project.load("ecb")


def test_a_file_that_breaks_off_is_asked_for_again(project: Project, ecb: FakeVendor) -> None:
    ecb.interruptions.append(Answer(archive(HISTORY), is_cut=True))
    project.load("ecb")
    assert project.rows("select count(*) from raw_ecb.rates") == [(10,)]


def test_a_busy_ecb_is_asked_again(project: Project, ecb: FakeVendor) -> None:
    ecb.interruptions.append(Answer("busy", status=503))
    project.load("ecb")
    assert project.rows("select count(*) from raw_ecb.rates") == [(10,)]
