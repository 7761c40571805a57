"""What follows a run in which a connection failed."""

from collections.abc import Iterator

import dagster as dg
import pytest

from ingestion import SOURCES
from orchestration.failed_loads import build_without_the_failed, can_build_without
from orchestration.headless import HEADLESS

KIT = [dg.AssetKey(["kit", table.name]) for table in SOURCES["kit"].tables]


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test() as instance:
        yield instance


@pytest.fixture
def kit_was_loaded(instance: dg.DagsterInstance) -> None:
    for table in KIT:
        instance.report_runless_asset_event(dg.AssetMaterialization(table))


def test_the_models_are_built_without_a_connection_that_was_loaded_before(
    instance: dg.DagsterInstance, kit_was_loaded: None
) -> None:
    assert can_build_without(["kit_whole"], instance)


def test_the_models_are_not_built_over_a_part_of_what_never_came_to_its_end(instance: dg.DagsterInstance) -> None:
    for table in KIT[:-1]:
        instance.report_runless_asset_event(dg.AssetMaterialization(table))
    assert not can_build_without(["kit_whole"], instance)


def test_each_of_the_failed_must_have_been_loaded_before(instance: dg.DagsterInstance, kit_was_loaded: None) -> None:
    assert not can_build_without(["kit_whole", "meta_ads_daily"], instance)


@pytest.mark.parametrize("failed", [["dbt_build"], ["published__marts"], ["kit_whole", "dbt_build"], []])
def test_the_models_are_not_built_again_when_something_else_failed(
    instance: dg.DagsterInstance, kit_was_loaded: None, failed: list[str]
) -> None:
    assert not can_build_without(failed, instance)


def answer_of_the_sensor(instance: dg.DagsterInstance, step: str, **tags: str) -> tuple[dg.RunRequest | None, str]:
    """Let a step of this name fail in a run of the daemon's, and return what the sensor asks for, and the run."""

    @dg.op(name=step)
    def failing() -> None:
        raise dg.Failure("northwind_kit: the key does not open the account")

    @dg.job
    def daily() -> None:
        failing()

    job = dg.define_asset_job("rebuild", selection=dg.AssetSelection.all())
    result = daily.execute_in_process(instance=instance, tags=tags, raise_on_error=False)
    sensor = build_without_the_failed([], job)
    context = dg.build_run_status_sensor_context(
        sensor_name=sensor.name,
        dagster_instance=instance,
        dagster_run=result.dagster_run,
        dagster_event=result.get_run_failure_event(),
    ).for_run_failure()
    answer = sensor(context)
    return answer if isinstance(answer, dg.RunRequest) else None, result.run_id


def test_the_daemon_builds_once_after_a_run_in_which_a_connection_failed(
    instance: dg.DagsterInstance, kit_was_loaded: None
) -> None:
    request, run = answer_of_the_sensor(instance, "kit_whole")
    assert request is not None and request.run_key == run


def test_the_daemon_builds_nothing_after_a_build_that_failed(
    instance: dg.DagsterInstance, kit_was_loaded: None
) -> None:
    request, _ = answer_of_the_sensor(instance, "dbt_build")
    assert request is None


def test_the_daemon_leaves_a_run_of_the_command_line_to_that(
    instance: dg.DagsterInstance, kit_was_loaded: None
) -> None:
    request, _ = answer_of_the_sensor(instance, "kit_whole", **{HEADLESS: "true"})
    assert request is None
