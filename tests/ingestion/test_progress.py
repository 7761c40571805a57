"""What is told of a long reading: enough to see that it moves, and no more."""

import pytest

from ingestion.progress import SECONDS_BETWEEN_LINES, Progress, time_left


class Clock:
    """A clock that stands still until it is set."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def told(*seconds_of_steps: float) -> list[str]:
    """Return what is told of steps reached at these seconds, before the end."""
    lines: list[str] = []
    clock = Clock()
    progress = Progress(lines.append, clock)
    for number, second in enumerate(seconds_of_steps, start=1):
        clock.now = second
        progress.reach(f"step {number}")
    lines.append("end")
    progress.end()
    return lines


def test_of_quick_steps_the_first_and_the_last_are_told() -> None:
    assert told(0, 1, 2, 3) == ["step 1", "end", "step 4"]


def test_a_step_is_told_when_the_last_line_is_old_enough() -> None:
    assert told(0, SECONDS_BETWEEN_LINES / 2, SECONDS_BETWEEN_LINES, SECONDS_BETWEEN_LINES * 1.5) == [
        "step 1",
        "step 3",
        "end",
        "step 4",
    ]


def test_the_wait_begins_anew_with_every_line() -> None:
    assert told(0, SECONDS_BETWEEN_LINES * 1.5, SECONDS_BETWEEN_LINES * 2) == ["step 1", "step 2", "end", "step 3"]


def test_every_step_of_a_slow_vendor_is_told_as_it_is_reached() -> None:
    assert told(0, SECONDS_BETWEEN_LINES, SECONDS_BETWEEN_LINES * 2) == ["step 1", "step 2", "step 3", "end"]


def test_a_single_step_is_told_once() -> None:
    assert told(0) == ["step 1", "end"]


def test_of_nothing_nothing_is_told() -> None:
    assert told() == ["end"]


@pytest.mark.parametrize(
    ("seconds", "clause"),
    [
        (59, ""),
        (60, ", about 1 min left"),
        (600, ", about 10 min left"),
        (5399, ", about 90 min left"),
        (9000, ", about 2.5 h left"),
    ],
)
def test_the_time_left_is_told_in_minutes_and_from_an_hour_and_a_half_in_hours(seconds: float, clause: str) -> None:
    assert time_left(seconds) == clause
