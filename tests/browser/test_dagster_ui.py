"""What an analyst sees and starts in Dagster's UI."""

import re
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import dagster as dg
from playwright.sync_api import Page, expect

from orchestration.partitions import FIRST_DAY
from tests.browser.conftest import DagsterUI

YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)
PARTITIONED = [("thrivecart", "transactions"), ("meta_ads", "ad_insights"), ("meta_ads", "account_insights")]
SECONDS_TO_BACKFILL = 420

LAUNCH = """
mutation ($days: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $days) {
    __typename
    ... on LaunchBackfillSuccess { backfillId }
    ... on PythonError { message }
  }
}
"""

STATUS = """
query ($backfill: String!) {
  partitionBackfillOrError(backfillId: $backfill) { ... on PartitionBackfill { status } }
}
"""


def test_the_graph_reads_from_the_sources_on_the_left_over_the_marts_to_the_publication(
    dagster_ui: DagsterUI, page: Page
) -> None:
    page.goto(f"{dagster_ui.address}/asset-groups")
    lefts = [
        [left_edge(page, group) for group in groups]
        for groups in (
            ["thrivecart", "kit", "hubspot", "activecampaign", "meta_ads", "google_ads", "files", "ecb"],
            ["intermediate"],
            ["revenue", "subscriptions", "people", "marketing"],
            ["published"],
        )
    ]
    assert all(max(before) < min(after) for before, after in pairwise(lefts)), lefts


def left_edge(page: Page, group: str) -> float:
    """Where a group of assets stands in the drawing; the list beside it names the groups too."""
    drawn = page.locator("svg foreignObject").filter(has_text=re.compile(rf"^{group}$"))
    expect(drawn).to_be_visible()
    box = drawn.bounding_box()
    assert box is not None
    return box["x"]


def test_the_page_of_a_mart_shows_how_many_rows_it_has(dagster_ui: DagsterUI, page: Page) -> None:
    ((rows,),) = dagster_ui.road.rows("select count(*) from marts.fct_transactions")
    page.goto(f"{dagster_ui.address}/assets/marts/fct_transactions?view=overview")
    expect(page.get_by_text("Row count", exact=True)).to_be_visible()
    expect(page.get_by_text(f"{rows:,}", exact=True)).to_be_visible()


def test_the_page_of_a_mart_shows_that_each_of_its_checks_passed(dagster_ui: DagsterUI, page: Page) -> None:
    # High enough for all: the page draws only what is in view.
    page.set_viewport_size({"width": 1600, "height": 4000})
    page.goto(f"{dagster_ui.address}/assets/marts/fct_transactions?view=checks")
    heading = page.get_by_text(re.compile(r"^Checks \([1-9]\d*\)$"))
    expect(heading).to_be_visible()
    checks = int(re.sub(r"\D", "", heading.inner_text()))
    expect(page.get_by_text("Succeeded", exact=True)).to_have_count(checks)


def test_the_page_of_the_transactions_shows_the_days_that_can_be_loaded(dagster_ui: DagsterUI, page: Page) -> None:
    page.goto(f"{dagster_ui.address}/assets/thrivecart/transactions?view=partitions")
    days = (YESTERDAY - FIRST_DAY).days + 1
    expect(page.get_by_text(f"{days:,} Partitions Selected")).to_be_visible()
    expect(page.get_by_text(YESTERDAY.isoformat(), exact=True).first).to_be_visible()


def test_a_backfill_from_the_ui_reaches_every_day_of_every_table_it_names(dagster_ui: DagsterUI) -> None:
    # Older than what a daily run marks as loaded.
    days = [(YESTERDAY - timedelta(days=back)).isoformat() for back in (92, 91, 90)]
    with dg.DagsterInstance.from_config(str(dagster_ui.road.dagster_home)) as instance:
        assert not any(loaded(instance, asset) & set(days) for asset in PARTITIONED)
        selection = [{"path": list(asset)} for asset in PARTITIONED]
        answer = dagster_ui.ask(LAUNCH, days={"assetSelection": selection, "partitionNames": days})
        backfill = answer["launchPartitionBackfill"]["backfillId"]
        deadline = time.monotonic() + SECONDS_TO_BACKFILL
        status = "REQUESTED"
        while not status.startswith(("COMPLETED", "FAILED", "CANCELED")) and time.monotonic() < deadline:
            time.sleep(1)
            status = dagster_ui.ask(STATUS, backfill=backfill)["partitionBackfillOrError"]["status"]
        missing = {asset: sorted(set(days) - loaded(instance, asset)) for asset in PARTITIONED}
    assert (status, missing) == ("COMPLETED_SUCCESS", {asset: [] for asset in PARTITIONED})


def loaded(instance: dg.DagsterInstance, asset: tuple[str, str]) -> set[str]:
    """Return the days of a table that Dagster knows as loaded."""
    return set(instance.get_materialized_partitions(dg.AssetKey(asset)))
