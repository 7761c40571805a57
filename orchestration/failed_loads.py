"""What follows a run in which a connection failed: the models are built from what the others brought."""

from collections.abc import Collection, Sequence

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from orchestration.headless import HEADLESS
from orchestration.ingest import tables_of_steps


def can_build_without(failed_steps: Collection[str], instance: dg.DagsterInstance) -> bool:
    """Tell whether the models can be built although these steps of a run failed.

    So it is if all of them load, and each of their tables was loaded to the end before: what is there of it is old
    then. Of a source that never came to an end there may be a part, and sums over a part are wrong.
    """
    tables = tables_of_steps()
    return bool(failed_steps) and all(
        step in tables and all(instance.get_latest_materialization_event(table) for table in tables[step])
        for step in failed_steps
    )


def build_without_the_failed(
    loading: Sequence[UnresolvedAssetJobDefinition], rebuild: UnresolvedAssetJobDefinition
) -> dg.SensorDefinition:
    """Return the sensor that does so after a run of the daemon's: it asks for the job that rebuilds."""

    @dg.run_failure_sensor(
        name="build_without_the_failed",
        description="Where a connection failed, builds and publishes what the others brought.",
        monitored_jobs=list(loading),
        request_job=rebuild,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def sensor(context: dg.RunFailureSensorContext) -> dg.RunRequest | dg.SkipReason:
        run = context.dagster_run
        if HEADLESS in run.tags:
            return dg.SkipReason("the process that ran it goes on by itself")
        if not can_build_without(
            [event.step_key or "" for event in context.get_step_failure_events()], context.instance
        ):
            return dg.SkipReason("it failed at something else than a connection that was loaded before")
        return dg.RunRequest(run_key=run.run_id)

    return sensor
