"""What the demo shows at its end, against the generator's own answers."""

import re
from datetime import date

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
    """Return the words of the line that begins with a label, without it. A part has only one such line."""
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
    words = line_of(screen["lumen"].split("the year to")[0], f"{most.campaign_name} ({most.platform})")
    assert words[0] == money(most.spend_cents)


def year_before(screen: dict[str, str], workspace: str) -> tuple[str, str, str]:
    """Return what the screen shows of the year that was over a year ago, and the days around it."""
    _, shown = screen[workspace].split("the year to")
    until = date.fromisoformat(shown.split()[0])
    return shown, until.replace(year=until.year - 1).isoformat(), until.isoformat()


@pytest.mark.parametrize("workspace", ["lumen", "northwind"])
def test_it_shows_what_an_older_year_returned_then_and_by_the_date_of_its_leads(
    screen: dict[str, str], travelled_road: Road, workspace: str
) -> None:
    shown, after, until = year_before(screen, workspace)
    spend, then, by_lead_date = line_of(shown, "all of it")[:3]
    days = travelled_road.truth("revenue_by_day")
    during = days[(days["workspace_id"] == workspace) & (days["day"] > after) & (days["day"] <= until)]
    net = during["reporting_revenue_cents"].astype(int).sum() + during["reporting_refund_cents"].astype(int).sum()
    leads = travelled_road.truth("leads")
    won = leads[(leads["workspace_id"] == workspace) & (leads["lead_day"] > after) & (leads["lead_day"] <= until)]
    cost = float(spend.replace(",", "")) * 100
    assert (then, by_lead_date) == (
        f"{net / cost:.2f}",
        f"{won['net_reporting_cents'].astype(int).sum() / cost:.2f}",
    )


def test_it_shows_by_campaign_what_the_leads_of_an_older_year_have_paid_until_now(
    screen: dict[str, str], travelled_road: Road
) -> None:
    shown, after, until = year_before(screen, "northwind")
    names = travelled_road.truth("spend_by_campaign").set_index("campaign_id")
    leads = travelled_road.truth("leads")
    won = leads[(leads["workspace_id"] == "northwind") & (leads["lead_day"] > after) & (leads["lead_day"] <= until)]
    cents = won["net_reporting_cents"].astype(int).groupby(won["campaign_id"]).sum()
    lines = [line for line in shown.splitlines() if re.search(r"\((meta|podcast|newsletter)\)", line)]
    assert lines
    for line in lines:
        (campaign,) = [
            number
            for number, row in names.iterrows()
            if line.strip().startswith(f"{row.campaign_name} ({row.platform})")
        ]
        spend, _, by_lead_date = line.rsplit(")", 1)[1].split()
        assert by_lead_date == f"{cents.get(campaign, 0) / (float(spend.replace(',', '')) * 100):.2f}"


def test_it_says_which_file_to_open_and_how_to_see_the_graph(screen: dict[str, str]) -> None:
    assert "marts.duckdb" in screen["end"]
    assert "make dev DEMO=1" in screen["end"]
