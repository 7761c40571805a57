"""What the demo shows at its end, against the generator's own answers."""

import re

import pytest

from orchestration import report
from tests.road import Road


@pytest.fixture
def screen(travelled_road: Road, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return the part of each workspace by its name, and the end of the screen as `end`."""
    monkeypatch.setenv("DOLLARTRAIL_PUBLISHED", str(travelled_road.published.parent))
    *workspaces, end = re.split(r"\n\n(?=\S)", report.text())
    return {part.split()[0]: part for part in workspaces} | {"end": end}


def line_of(part: str, label: str) -> list[str]:
    """Return the words of the line that begins with a label, without it."""
    (line,) = (line for line in part.splitlines() if line.strip().startswith(label))
    return line.strip().removeprefix(label).split()


def money(cents: str) -> str:
    return f"{int(cents) / 100:,.2f}"


def test_it_has_a_part_for_each_workspace(screen: dict[str, str]) -> None:
    assert list(screen) == ["lumen", "northwind", "end"]


def test_it_says_what_is_matched_and_what_is_not(screen: dict[str, str], travelled_road: Road) -> None:
    for row in travelled_road.truth("matched_totals").itertuples():
        part = screen[row.workspace_id]
        assert line_of(part, "matched revenue")[0] == money(row.matched_reporting_cents)
        assert line_of(part, "unmatched revenue")[0] == money(row.unmatched_reporting_cents)


def test_it_counts_active_subscriptions_beside_thrivecarts_own_count(
    screen: dict[str, str], travelled_road: Road
) -> None:
    truth = travelled_road.truth("subscriptions")
    for workspace, rows in truth.groupby("workspace_id"):
        statuses = rows["thrivecart_status"].value_counts()
        words = line_of(screen[str(workspace)], "active subscriptions")
        assert words[0] == str(statuses["active"] + statuses["paused"])
        assert words[1] == str(statuses["paused"])
        assert words[-1] == str(statuses["active"])


def test_it_says_what_subscriptions_bring_a_month_in_each_currency(
    screen: dict[str, str], travelled_road: Road
) -> None:
    truth = travelled_road.truth("subscriptions")
    truth["cents"] = truth["mrr_thirty_day_cents"].astype(int)
    for (workspace, currency), cents in truth.groupby(["workspace_id", "currency"])["cents"].sum().items():
        lines = [line.split() for line in screen[workspace].splitlines() if "recurring revenue" in line]
        assert (cents == 0) or ["recurring", "revenue", money(cents), currency, "a"] in [words[:5] for words in lines]


def test_it_says_that_every_difference_from_thrivecart_has_a_reason(screen: dict[str, str]) -> None:
    for workspace in ("lumen", "northwind"):
        words = line_of(screen[workspace], "ThriveCart differs")
        assert (int(words[0].replace(",", "")) > 100, words[4], words[-1]) == (
            True,
            "0",
            "rpt_thrivecart_reconciliation",
        )


def test_it_shows_the_campaigns_with_the_most_spend_first(screen: dict[str, str], travelled_road: Road) -> None:
    truth = travelled_road.truth("spend_by_campaign")
    lumen = truth[(truth["workspace_id"] == "lumen") & (truth["campaign_id"] != "unallocated")]
    most = lumen.assign(cents=lumen["spend_cents"].astype(int)).sort_values("cents", ascending=False).iloc[0]
    words = line_of(screen["lumen"], f"{most.campaign_name} ({most.platform})")
    assert words[0] == money(most.spend_cents)


def test_it_says_which_file_to_open_and_how_to_see_the_graph(screen: dict[str, str]) -> None:
    assert "marts.duckdb" in screen["end"]
    assert "make dev DEMO=1" in screen["end"]
