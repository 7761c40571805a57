"""Numbers and days of files, against readings that share nothing with the code: digits, strptime, CLDR's months."""

import re
from datetime import date, datetime
from decimal import Decimal

import pendulum
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from ingestion.files import values
from ingestion.files.values import Cell, FileDefect
from ingestion.rejections import Defect

LOCALES = ("en", "de", "fr", "es", "it", "pt_br", "nl")
SEPARATORS = {".": ("", ",", " ", "\u00a0", "\u202f", "'"), ",": ("", ".", " ", "\u00a0", "\u202f", "\u2019")}
DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31))


def cells(*texts: object) -> list[Cell]:
    return [Cell(number, "column", text) for number, text in enumerate(texts, start=2)]


def grouped(digits: str, separator: str) -> str:
    """Group digits in threes from the right, without any library."""
    parts = []
    while len(digits) > 3:
        digits, part = digits[:-3], digits[-3:]
        parts.insert(0, part)
    return separator.join([digits, *parts])


def read_plainly(text: str, mark: str) -> Decimal | None:
    """Read an amount in another way than the code: by its characters, from the right."""
    sign = -1 if text.startswith("-") else 1
    text = text.removeprefix("-")
    whole, found, part = text.partition(mark)
    if found and (not part.isdigit() or not 1 <= len(part) <= 4):
        return None
    pieces = [whole]
    for separators in (("," if mark == "." else ".",), (" ", "\u00a0", "\u202f"), ("'", "\u2019")):
        if any(separator in whole for separator in separators):
            pieces = re.split("[" + re.escape("".join(separators)) + "]", whole)
            sizes = [len(piece) for piece in pieces]
            # Three digits between separators; Indian numbers have two but for the last.
            western = 1 <= sizes[0] <= 3 and set(sizes[1:]) == {3}
            indian = 1 <= sizes[0] <= 2 and sizes[-1] == 3 and set(sizes[1:-1]) == {2}
            if not (western or indian) or pieces[0].startswith("0"):
                return None
            break
    if not all(piece.isascii() and piece.isdigit() for piece in pieces) or len("".join(pieces)) > 14:
        return None
    return sign * (int("".join(pieces)) + Decimal(int(part or 0)) / 10 ** len(part or ""))


@given(
    cents=st.integers(min_value=0, max_value=10**13),
    decimals=st.integers(min_value=1, max_value=4),
    mark=st.sampled_from(".,"),
    choice=st.integers(min_value=0, max_value=5),
    minus=st.booleans(),
)
def test_an_amount_is_read_to_the_last_digit_in_every_way_of_writing(
    cents: int, decimals: int, mark: str, choice: int, minus: bool
) -> None:
    digits = str(cents).rjust(decimals + 1, "0")
    text = ("-" if minus else "") + grouped(digits[:-decimals], SEPARATORS[mark][choice]) + mark + digits[-decimals:]
    # 0.50 or 0,50 in another row says which mark it is.
    found = values.decimal_mark(cells(text, f"0{mark}50"), [], [], default="")
    assert found == mark
    expected = Decimal(cents).scaleb(-decimals) * (-1 if minus else 1)
    assert values.amount(Cell(2, "spend", text), found, "EUR") == expected


@given(text=st.text(alphabet="0123456789.,' \u202f-", min_size=1, max_size=14), mark=st.sampled_from(".,"))
@example(text="1,23,456.78", mark=".")
@example(text="0,123", mark=".")
@example(text="1.2.345", mark=",")
@example(text="--1", mark=".")
def test_no_text_is_read_as_another_amount_than_its_characters_say(text: str, mark: str) -> None:
    assume(text == text.strip())
    try:
        read = values.amount(Cell(2, "spend", text), mark, "EUR")
    except Defect:
        read = None
    # A space may stand between the minus and the digits.
    expected = read_plainly(re.sub(r"^-[ \u00a0\u202f]+", "-", text), mark)
    assert read == expected


@given(whole=st.integers(min_value=1, max_value=999), rest=st.integers(min_value=0, max_value=999))
def test_three_digits_after_one_separator_are_not_guessed(whole: int, rest: int) -> None:
    for separator in ",.":
        text = f"{whole}{separator}{rest:03d}"
        with pytest.raises(FileDefect, match="nothing in the file tells which"):
            values.decimal_mark(cells(text), [], [], default="")


@pytest.mark.parametrize(
    ("amounts", "counts", "others", "mark"),
    [
        pytest.param(["1,234"], ["25,000"], [], ".", id="no count has decimals"),
        pytest.param(["1.234"], ["25.000"], [], ",", id="no count has decimals, with points"),
        pytest.param(["1.234"], [], ["0,75%"], ",", id="a rate beside it"),
        pytest.param(["1,234", "1,234,567"], [], [], ".", id="two separators are of thousands"),
        pytest.param(["1.234", "12,5"], [], [], ",", id="one decimal"),
        pytest.param(["1,234", "1,234.5"], [], [], ".", id="the last one is of decimals"),
        pytest.param(["1234", "7"], [], [], ".", id="nothing to decide"),
    ],
)
def test_the_files_other_cells_tell_the_decimal_mark(
    amounts: list[str], counts: list[str], others: list[str], mark: str
) -> None:
    assert values.decimal_mark(cells(*amounts), cells(*counts), cells(*others), default="") == mark


def test_a_mark_that_contradicts_another_row_is_named_with_its_row() -> None:
    with pytest.raises(FileDefect) as raised:
        values.decimal_mark(cells("12,50", "3", "12.50"), [], [], default="")
    assert (raised.value.line, "row 2" in raised.value.defect.reason) == (4, True)


@pytest.mark.parametrize(
    ("text", "currency", "expected"),
    [
        ("€1.234,50", "EUR", "1234.50"),
        ("1.234,50 €", "EUR", "1234.50"),
        ("-12,00 EUR", "EUR", "-12"),
        ("$12,00", "CAD", "12"),
        ("R$ 12,00", "BRL", "12"),
        ("\u221212,00", "EUR", "-12"),
    ],
)
def test_the_files_own_currency_may_stand_beside_an_amount(text: str, currency: str, expected: str) -> None:
    assert values.amount(Cell(2, "spend", text), ",", currency) == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "currency"), [("$12,00", "EUR"), ("12,00 USD", "EUR"), ("£12,00", "EUR"), ("R$12,00", "USD")]
)
def test_another_currency_beside_an_amount_is_refused(text: str, currency: str) -> None:
    with pytest.raises(Defect, match="a file has one currency"):
        values.amount(Cell(2, "spend", text), ",", currency)


@given(cents=st.integers(min_value=-(10**12), max_value=10**12))
def test_a_number_of_excel_is_the_decimal_that_excel_shows(cents: int) -> None:
    assert values.amount(Cell(2, "spend", cents / 100), ".", "EUR") == Decimal(cents).scaleb(-2)


@pytest.mark.parametrize("value", [float("inf"), 0.12345, 1e15, True])
def test_a_number_that_is_no_money_is_refused(value: object) -> None:
    with pytest.raises(Defect):
        values.amount(Cell(2, "spend", value), ".", "EUR")


@given(digits=st.from_regex(r"[1-9][0-9]{0,18}", fullmatch=True))
def test_an_id_keeps_all_of_its_digits(digits: str) -> None:
    for text in (digits, f'="{digits}"', f"'{digits}", f" {digits}\t"):
        assert values.identifier(Cell(2, "id", text)) == digits
    assert values.identifier(Cell(2, "id", int(digits))) == digits


@pytest.mark.parametrize("value", ["1.2E+17", "1,2E+17", "1e5", "123.0", "120,210", "120.210.345", 123.0, 1.2e17])
def test_an_id_that_a_spreadsheet_took_for_a_number_is_refused(value: object) -> None:
    with pytest.raises(Defect, match="spreadsheet"):
        values.identifier(Cell(2, "id", value))


@given(day=DAYS, form=st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d.%m.%Y", "%Y-%m-%d 00:00:00"]))
def test_a_day_that_can_be_read_in_one_way_is_read_so(day: date, form: str) -> None:
    text = day.strftime(form)
    assert values.day(Cell(2, "day", text), values.day_order(cells(text), None)) == day


@given(day=DAYS, locale=st.sampled_from(LOCALES), form=st.sampled_from(["D MMMM YYYY", "D MMM YYYY", "MMM D, YYYY"]))
def test_a_month_may_be_a_word_of_seven_languages(day: date, locale: str, form: str) -> None:
    text = pendulum.date(day.year, day.month, day.day).format(form, locale=locale)
    assert values.day(Cell(2, "day", text), "day first") == day
    assert values.days_in(f"Report: {text} ") != []


@given(days=st.lists(DAYS, min_size=1, max_size=6), separator=st.sampled_from("/-"), is_day_first=st.booleans())
def test_the_order_of_day_and_month_is_found_from_all_days_or_refused(
    days: list[date], separator: str, is_day_first: bool
) -> None:
    form = separator.join(["%d", "%m", "%Y"] if is_day_first else ["%m", "%d", "%Y"])
    texts = [day.strftime(form) for day in days]
    decisive = any(day.day > 12 for day in days)
    open_ = [text for text, day in zip(texts, days, strict=True) if day.day <= 12 and day.day != day.month]
    if open_ and not decisive:
        with pytest.raises(FileDefect) as raised:
            values.day_order(cells(*texts), None)
        assert raised.value.line == texts.index(open_[0]) + 2
        return
    order = values.day_order(cells(*texts), None)
    read = [values.day(cell, order) for cell in cells(*texts)]
    assert read == [datetime.strptime(text, form).date() for text in texts]


@given(text=st.from_regex(r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}", fullmatch=True))
def test_no_text_is_read_as_a_day_that_strptime_does_not_know(text: str) -> None:
    known = set()
    for form in ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y"):
        try:
            known.add(datetime.strptime(text, form).date())
        except ValueError:
            continue
    for order in values.ORDERS:
        try:
            assert values.day(Cell(2, "day", text), order) in known
        except Defect:
            continue


@pytest.mark.parametrize(
    "text", ["8/1/26", "46235", "2026-08-01 13:00:00", "01.2026", "Aug 2026", "1 Brumaire 2026", ""]
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(Defect):
        values.day(Cell(2, "day", text), "day first")


def test_the_range_that_a_report_covers_tells_the_order() -> None:
    august = (date(2026, 8, 1), date(2026, 8, 31))
    assert values.day_order(cells("01/08/2026", "02/08/2026"), august) == "day first"
    assert values.day_order(cells("08/01/2026", "08/02/2026"), august) == "month first"


def test_a_range_within_which_both_readings_lie_tells_nothing() -> None:
    with pytest.raises(FileDefect):
        values.day_order(cells("03/04/2026"), (date(2026, 1, 1), date(2026, 12, 31)))
