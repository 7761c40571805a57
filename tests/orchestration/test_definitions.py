"""The graph that Dagster shows."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
import yaml
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph

from ingestion import SOURCES
from tests.road import PROJECT


@pytest.fixture(scope="module")
def project_in_a_folder(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("definitions")
    home = folder / "dagster"
    home.mkdir()
    return {
        "DOLLARTRAIL_CONFIG": str(PROJECT / "config"),
        "DOLLARTRAIL_WAREHOUSE": str(folder / "warehouse.duckdb"),
        "DAGSTER_HOME": str(home),
    }


@pytest.fixture(scope="module")
def definitions(project_in_a_folder: dict[str, str]) -> dg.Definitions:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in project_in_a_folder.items():
            patch.setenv(name, value)
        from orchestration.definitions import defs

        return defs


@pytest.fixture(scope="module")
def graph(definitions: dg.Definitions) -> AssetGraph:
    return definitions.resolve_asset_graph()


def dbt_nodes() -> set[tuple[str, str]]:
    """List every model, seed and snapshot as (schema, name); the schema of a model is its folder's."""
    models = {
        (path.relative_to(PROJECT / "dbt_project" / "models").parts[0], path.stem)
        for path in (PROJECT / "dbt_project" / "models").rglob("*.sql")
    }
    seeds = {("reference", path.stem) for path in (PROJECT / "dbt_project" / "seeds").glob("*.csv")}
    configured = {("reference", path.stem) for path in (PROJECT / "config").glob("*.csv")}
    declared = yaml.safe_load((PROJECT / "dbt_project" / "snapshots" / "_snapshots.yml").read_text())
    snapshots = {("snapshots", snapshot["name"]) for snapshot in declared["snapshots"]}
    return models | seeds | configured | snapshots


def raw_tables() -> set[tuple[str, str]]:
    return {(source.name, table.name) for source in SOURCES.values() for table in source.tables}


def test_the_graph_has_every_raw_table_every_node_of_dbt_and_the_publication_and_nothing_else(
    graph: AssetGraph,
) -> None:
    keys = {tuple(key.path) for key in graph.get_all_asset_keys()}
    assert keys == raw_tables() | dbt_nodes() | {("published", "marts")}


def test_every_source_of_dbt_is_a_raw_table_and_every_raw_table_a_source_of_dbt() -> None:
    declared = set()
    for path in (PROJECT / "dbt_project" / "models").rglob("*__sources.yml"):
        for source in yaml.safe_load(path.read_text())["sources"]:
            declared |= {(source["name"], table["name"]) for table in source["tables"]}
    assert declared == raw_tables()


def test_every_asset_says_its_group_its_owner_its_kinds_and_what_it_is(graph: AssetGraph) -> None:
    lacking = [
        key.to_user_string()
        for key in graph.get_all_asset_keys()
        if not (
            graph.get(key).group_name not in (None, "default")
            and graph.get(key).owners
            and "duckdb" in graph.get(key).kinds
            and graph.get(key).description
        )
    ]
    assert lacking == []


def test_transactions_and_ad_spend_have_days_and_nothing_else_has(graph: AssetGraph) -> None:
    partitioned = {tuple(key.path) for key in graph.get_all_asset_keys() if graph.get(key).partitions_def}
    assert partitioned == {
        ("thrivecart", "transactions"),
        ("meta_ads", "ad_insights"),
        ("meta_ads", "account_insights"),
        ("google_ads", "campaign_days"),
        ("google_ads", "ad_days"),
    }


def test_everything_that_writes_waits_for_the_one_writers_slot(definitions: dg.Definitions) -> None:
    steps = definitions.resolve_job_def("daily").all_node_defs
    assert {step.name: step.pool for step in steps if isinstance(step, dg.OpDefinition)} == {
        "thrivecart_daily": "warehouse",
        "thrivecart_whole": "warehouse",
        "kit_whole": "warehouse",
        "hubspot_whole": "warehouse",
        "activecampaign_whole": "warehouse",
        "gohighlevel_whole": "warehouse",
        "meta_ads_daily": "warehouse",
        "meta_ads_whole": "warehouse",
        "google_ads_daily": "warehouse",
        "google_ads_whole": "warehouse",
        "files_whole": "warehouse",
        "ecb_whole": "warehouse",
        "dbt_build": "warehouse",
        "published__marts": "warehouse",
    }


def test_two_missed_days_make_the_tables_of_every_account_old(graph: AssetGraph) -> None:
    policies = {
        (source, graph.get(key).freshness_policy_or_from_metadata)
        for key in graph.get_all_asset_keys()
        if (source := key.path[0]) in SOURCES
    }
    old = dg.FreshnessPolicy.time_window(warn_window=timedelta(hours=36), fail_window=timedelta(hours=60))
    # Nobody puts a file into a folder every day.
    assert policies == {(source, None if source == "files" else old) for source in SOURCES}


def test_the_pool_has_one_slot() -> None:
    settings = yaml.safe_load((PROJECT / "dagster.yaml").read_text())
    assert settings["concurrency"]["pools"] == {"granularity": "op", "default_limit": 1}


def test_every_test_of_dbt_is_a_check_of_an_asset(definitions: dg.Definitions) -> None:
    checks = {key.name for key in definitions.resolve_asset_graph().asset_check_keys}
    singular = {path.stem for path in (PROJECT / "dbt_project" / "tests").glob("*.sql")}
    assert singular - checks == set()


def test_the_daily_job_takes_everything(definitions: dg.Definitions, graph: AssetGraph) -> None:
    selected = definitions.resolve_job_def("daily").asset_layer.executable_asset_keys
    assert set(selected) == set(graph.get_all_asset_keys())


def test_a_backfill_asks_no_source_that_has_no_days(definitions: dg.Definitions) -> None:
    selected = {tuple(key.path) for key in definitions.resolve_job_def("backfill").asset_layer.executable_asset_keys}
    assert selected & raw_tables() == {
        ("thrivecart", "transactions"),
        ("meta_ads", "ad_insights"),
        ("meta_ads", "account_insights"),
        ("google_ads", "campaign_days"),
        ("google_ads", "ad_days"),
    }


def test_the_schedule_asks_each_day_for_what_is_new_and_marks_the_days_it_reads_again(
    definitions: dg.Definitions,
) -> None:
    moment = datetime(2026, 3, 29, 9, tzinfo=UTC)
    context = dg.build_schedule_context(scheduled_execution_time=moment)
    schedule = definitions.resolve_schedule_def("every_day")
    (request,) = schedule.evaluate_tick(context).run_requests or []
    assert request.run_key == "2026-03-29"
    assert request.tags["dollartrail/what_is_new"] == "true"


def test_the_weekly_job_reads_what_changes_in_silence_and_nothing_else(definitions: dg.Definitions) -> None:
    selected = {tuple(key.path) for key in definitions.resolve_job_def("history").asset_layer.executable_asset_keys}
    assert selected & raw_tables() == {("thrivecart", "transactions")}


def test_the_weekly_schedule_asks_for_all_history(definitions: dg.Definitions) -> None:
    context = dg.build_schedule_context(scheduled_execution_time=datetime(2026, 3, 29, 1, tzinfo=UTC))
    schedule = definitions.resolve_schedule_def("every_week")
    (request,) = schedule.evaluate_tick(context).run_requests or []
    assert request.run_key == "2026-03-29"
    assert request.tags["dollartrail/all_history"] == "true"


def test_dagster_accepts_the_workspace(project_in_a_folder: dict[str, str]) -> None:
    answer = subprocess.run(
        [str(Path(sys.executable).with_name("dagster")), "definitions", "validate", "-w", "workspace.yaml"],
        cwd=PROJECT,
        env={**os.environ, **project_in_a_folder},
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
