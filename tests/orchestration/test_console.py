"""What of dbt's output reaches the terminal."""

import io

from orchestration.console import DbtOutput


def shown(*lines: str) -> list[str]:
    terminal = io.StringIO()
    output = DbtOutput(terminal)
    for line in lines:
        output.write(f"{line}\n")
    return terminal.getvalue().splitlines()


def test_of_the_steps_that_are_well_only_every_fiftieth_is_shown() -> None:
    lines = [f"{number} of 120 PASS not_null_something ... [PASS in 0.04s]" for number in range(1, 121)]
    assert shown(*lines) == [lines[49], lines[99]]


def test_no_start_of_a_step_is_shown() -> None:
    assert shown("50 of 120 START test not_null_something ... [RUN]") == []


def test_every_step_that_is_not_well_is_shown() -> None:
    lines = (
        "7 of 120 WARN 1 assert_no_row_was_rejected ... [WARN 1 in 0.04s]",
        "8 of 120 FAIL 3 unique_orders ... [FAIL 3 in 0.04s]",
        "9 of 120 ERROR creating sql table model marts.fct_orders ... [ERROR in 0.04s]",
        "10 of 120 SKIP relation marts.rpt_roi_daily ... [SKIP]",
    )
    assert shown(*lines) == list(lines)


def test_what_is_no_step_is_shown() -> None:
    assert shown("Completed with 1 error and 0 warnings:") == ["Completed with 1 error and 0 warnings:"]
