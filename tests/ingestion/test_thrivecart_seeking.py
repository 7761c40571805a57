"""Which pages of a history are read for a window of days. A page holds ten rows, and a day has ten."""

import math
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from ingestion.thrivecart.seeking import Page, pages_between

PAGE_SIZE = 10
NEWEST_DAY = date(2026, 11, 20)
# Days are told by their age: 0 is the newest day, whose rows fill page 1; 1 is the day before, whose rows fill page 2.
Ages = tuple[int, int]
# Rounded down, 2 * log2(1000) + 3.
BESIDES_THE_WINDOW_IN_1000_PAGES = 22


def day_of(age: int) -> date:
    return NEWEST_DAY - timedelta(days=age)


def row(name: str, day: date, hour: int = 0) -> dict[str, Any]:
    return {"event_id": name, "timestamp": int(datetime(day.year, day.month, day.day, hour, tzinfo=UTC).timestamp())}


def rows_of_day(age: int) -> list[dict[str, Any]]:
    return [row(f"{age}/{number}", day_of(age), hour=9 - number) for number in range(10)]


def history_of(days: int) -> list[dict[str, Any]]:
    return [row for age in range(days) for row in rows_of_day(age)]


def names_of(ages: Ages) -> set[str]:
    return {f"{age}/{number}" for age in range(ages[0], ages[1] + 1) for number in range(10)}


class Account:
    """Serves rows newest first, and counts what it is asked."""

    def __init__(
        self,
        rows: list[dict[str, Any]],
        arriving: Callable[[int], int] = lambda _: 0,
        total_of: Callable[[int], int] = lambda total: total,
    ) -> None:
        self.rows = rows
        self.asked: list[int] = []
        self.read: list[str] = []
        self.lines: list[str] = []
        self._arriving = arriving
        self._total_of = total_of

    def page_at(self, number: int) -> Page:
        self.asked.append(number)
        rows, total = self.rows[(number - 1) * PAGE_SIZE : number * PAGE_SIZE], self._total_of(len(self.rows))
        for _ in range(self._arriving(len(self.asked))):
            self.rows = [row(f"new {len(self.rows)}", NEWEST_DAY + timedelta(days=1)), *self.rows]
        return Page(number, max(math.ceil(total / PAGE_SIZE), number), rows, total)

    def read_days(self, ages: Ages) -> set[str]:
        """Read from the newer age to the older one, and return the names of the rows on the pages."""
        for page in pages_between(self.page_at, day_of(ages[1]), day_of(ages[0]), self.lines.append):
            self.read += [row["event_id"] for row in page.rows]
        return set(self.read)


@pytest.mark.parametrize("ages", [(1, 365), (300, 664), (635, 999)])
def test_a_year_in_a_thousand_pages_takes_few_requests_besides_its_own_365(ages: Ages) -> None:
    account = Account(history_of(1000))
    account.read_days(ages)
    assert len(account.asked) <= 365 + BESIDES_THE_WINDOW_IN_1000_PAGES


@pytest.mark.parametrize("age", [0, 1, 2, 499, 500, 511, 512, 998, 999])
def test_a_day_in_a_thousand_pages_takes_few_requests_besides_its_own(age: int) -> None:
    account = Account(history_of(1000))
    account.read_days((age, age))
    assert len(account.asked) <= 1 + BESIDES_THE_WINDOW_IN_1000_PAGES


def test_a_day_is_found_in_few_requests_where_sales_are_even() -> None:
    account = Account(history_of(1000))
    account.read_days((300, 300))
    assert len(account.asked) <= 8


def test_a_day_is_found_by_halving_where_sales_are_anything_but_even() -> None:
    # Half of all rows are of the newest day: a guess by time alone would creep down from page 1.
    newest = [row(f"newest {number}", NEWEST_DAY) for number in range(5000)]
    account = Account(newest + [row for age in range(1, 501) for row in rows_of_day(age)])
    assert account.read_days((3, 3)) >= names_of((3, 3))
    assert len(account.asked) <= 1 + BESIDES_THE_WINDOW_IN_1000_PAGES


@pytest.mark.parametrize("age", range(33))
def test_a_day_is_found_wherever_it_lies(age: int) -> None:
    account = Account(history_of(33))
    assert account.read_days((age, age)) >= names_of((age, age))


def test_a_window_whose_days_share_pages_with_others_is_found_whole() -> None:
    half_a_page = [row(f"later {number}", NEWEST_DAY + timedelta(days=1)) for number in range(5)]
    account = Account(half_a_page + history_of(40))
    assert account.read_days((20, 22)) >= names_of((20, 22))


def test_nothing_but_the_window_and_the_page_below_is_read() -> None:
    account = Account(history_of(1000))
    assert account.read_days((500, 501)) == names_of((500, 502))


def test_rows_of_one_moment_are_found_on_all_the_pages_they_fill() -> None:
    moment = [row(f"at once {number}", day_of(20)) for number in range(35)]
    account = Account(history_of(20) + moment + [row for age in range(21, 40) for row in rows_of_day(age)])
    assert account.read_days((20, 20)) >= {f"at once {number}" for number in range(35)}


@pytest.mark.parametrize("sales", [1, 2, 3, 7])
@pytest.mark.parametrize("ages", [(0, 2), (1, 3), (50, 52), (97, 99)])
def test_nothing_is_missed_while_sales_arrive_at_every_request(sales: int, ages: Ages) -> None:
    account = Account(history_of(100), arriving=lambda _: sales)
    assert account.read_days(ages) >= names_of(ages)


@pytest.mark.parametrize("request_number", range(1, 12))
def test_nothing_is_missed_when_more_than_a_page_of_sales_arrives_at_once(request_number: int) -> None:
    account = Account(history_of(100), arriving=lambda number: 25 if number == request_number else 0)
    assert account.read_days((50, 52)) >= names_of((50, 52))


@pytest.mark.parametrize("sales", [1, 2, 3, 7])
@pytest.mark.parametrize("ages", [(0, 2), (1, 3), (50, 52), (97, 99)])
def test_sales_that_arrive_do_not_pass_for_disorder(sales: int, ages: Ages) -> None:
    account = Account(history_of(100), arriving=lambda _: sales)
    account.read_days(ages)
    assert account.lines == []


@pytest.mark.parametrize("request_number", range(1, 12))
def test_more_than_a_page_of_sales_at_once_does_not_pass_for_disorder(request_number: int) -> None:
    account = Account(history_of(100), arriving=lambda number: 25 if number == request_number else 0)
    account.read_days((50, 52))
    assert account.lines == []


def test_a_whole_page_of_sales_that_arrives_between_two_pages_does_not_end_the_reading() -> None:
    # Page 50 is read; the ten rows that arrive then push it down to 51, which is the same as the one before.
    account = Account(history_of(100), arriving=lambda _: 10 if account.asked[-1] == 50 else 0)
    assert account.read_days((49, 60)) >= names_of((49, 60))


def test_a_history_that_is_oldest_first_is_read_whole() -> None:
    account = Account(history_of(40)[::-1])
    assert account.read_days((10, 11)) == names_of((0, 39))


@pytest.mark.parametrize(
    ("age", "misplaced"),
    [
        pytest.param(30, 0, id="newer than page 1"),
        pytest.param(31, 45, id="older than a page seen below"),
    ],
)
def test_a_page_tried_on_the_way_that_is_out_of_order_makes_all_pages_be_read(age: int, misplaced: int) -> None:
    # Tried between 1 and 64 are the pages 33, and then 30, where the day should be if as much is sold every day.
    days = list(range(1, 65))
    days[32 if misplaced == 0 else 29] = misplaced
    account = Account([row for day in days for row in rows_of_day(day)])
    assert account.read_days((age, age)) == {name for day in days for name in names_of((day, day))}


def test_sales_that_arrive_excuse_no_disorder_that_they_cannot_have_made() -> None:
    # A page of sales arrives before page 33 is tried, which then has the rows that were on page 32.
    days = list(range(1, 65))
    days[31] = 0
    account = Account([row for day in days for row in rows_of_day(day)], arriving=lambda number: 10 * (number == 1))
    account.read_days((30, 30))
    assert "(page 33 has a newer row than page 1)" in account.lines[0]


def test_a_read_page_that_rises_above_the_one_before_makes_all_pages_be_read() -> None:
    rows = history_of(40)
    # Pages 22 and 23 change places.
    rows[210:230] = rows[220:230] + rows[210:220]
    account = Account(rows)
    assert account.read_days((20, 24)) == names_of((0, 39))


def test_disorder_is_told_with_its_place() -> None:
    rows = history_of(4)
    rows[3], rows[4] = rows[4], rows[3]
    account = Account(rows)
    account.read_days((2, 2))
    assert account.lines == [
        "transactions are not newest first (page 1 is not in order): reading all pages from page 1 to find those of "
        "the window"
    ]


def test_disorder_between_pages_is_told_with_both() -> None:
    account = Account([*rows_of_day(1), *rows_of_day(0), *rows_of_day(2)])
    account.read_days((1, 1))
    assert "(page 2 has a newer row than page 1)" in account.lines[0]


def test_a_window_newer_than_everything_takes_one_request() -> None:
    account = Account(history_of(1000))
    account.read_days((-9, -5))
    assert account.asked == [1]


def test_a_window_older_than_everything_is_found_to_be_empty_in_few_requests() -> None:
    account = Account(history_of(1000))
    assert account.read_days((1500, 1510)) == set()
    assert len(account.asked) <= BESIDES_THE_WINDOW_IN_1000_PAGES


def test_a_window_in_which_nothing_was_sold_takes_few_requests() -> None:
    rows = [row for age in range(1010) if not 400 <= age < 410 for row in rows_of_day(age)]
    account = Account(rows)
    assert account.read_days((402, 407)) == names_of((410, 410))
    assert len(account.asked) <= BESIDES_THE_WINDOW_IN_1000_PAGES


@pytest.mark.parametrize("age", [-5, 0, 5])
def test_an_account_of_one_page_takes_one_request(age: int) -> None:
    account = Account(history_of(1))
    account.read_days((age, age))
    assert account.asked == [1]


def test_an_account_without_rows_takes_one_request() -> None:
    account = Account([])
    assert account.read_days((0, 9)) == set()
    assert account.asked == [1]


def test_without_a_total_the_pages_are_walked_from_the_first() -> None:
    account = Account(history_of(40), total_of=lambda _: 0)
    assert account.read_days((5, 6)) == names_of((0, 7))
    assert account.asked == [1, 2, 3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize("age", [0, 20, 39])
def test_a_total_ten_times_too_large_hides_nothing(age: int) -> None:
    account = Account(history_of(40), total_of=lambda total: 10 * total)
    assert account.read_days((age, age)) >= names_of((age, age))


def test_a_total_too_small_does_not_hide_what_lies_just_below_it() -> None:
    account = Account(history_of(40), total_of=lambda _: 200)
    assert account.read_days((25, 26)) >= names_of((25, 26))


def test_rows_whose_moment_cannot_be_read_are_kept_on_the_pages_of_the_window() -> None:
    rows = history_of(40)
    rows[205] = {"event_id": "when?", "timestamp": "yesterday"}
    account = Account(rows)
    assert "when?" in account.read_days((20, 20))


def test_a_page_on_which_no_moment_can_be_read_hides_nothing() -> None:
    # Pages 20 and 21, of which the second is the first that is tried between 1 and 40.
    rows = history_of(40)
    rows[190:210] = [{"event_id": f"when? {number}"} for number in range(20)]
    account = Account(rows)
    assert account.read_days((30, 31)) >= names_of((30, 31))
