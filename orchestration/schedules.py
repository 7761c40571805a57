"""When things run: the daily and the weekly job with their times, and the backfill of days by name."""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from ingestion import SOURCES
from orchestration.partitions import daily_tags, history_tags

REBUILD = "rebuild"
"""The job that loads nothing."""

DAILY_AT = "0 9 * * *"
"""09:00 UTC: yesterday is over in every zone of the Americas, and it is morning in Europe."""

WEEKLY_AT = "0 1 * * 0"
"""01:00 UTC on Sundays: a large account takes hours, and nothing else can be loaded meanwhile."""

PARTITIONED = dg.AssetSelection.assets(
    *((source.name, table.name) for source in SOURCES.values() for table in source.tables if table.is_partitioned)
)


def loading_jobs(models: dg.AssetsDefinition, publication: dg.AssetsDefinition) -> list[UnresolvedAssetJobDefinition]:
    """Return the daily job, over everything, and those over what has days and all that is built from it."""
    drifting = dg.AssetSelection.assets(
        *(
            (source.name, table.name)
            for source in SOURCES.values()
            for table in source.tables
            if source.drifts and table.is_partitioned
        )
    )
    return [
        dg.define_asset_job(
            "daily",
            selection=dg.AssetSelection.all(),
            description="Loads what is new on every connection, builds and checks all models, publishes the marts.",
        ),
        dg.define_asset_job(
            "backfill",
            selection=PARTITIONED | dg.AssetSelection.assets(models, publication),
            description="Loads the named days again from the sources that have days, then builds, checks, publishes.",
        ),
        dg.define_asset_job(
            "history",
            selection=drifting | dg.AssetSelection.assets(models, publication),
            description="Reads all history again where old rows change in silence, then builds, checks, publishes.",
        ),
    ]


def rebuild_job(models: dg.AssetsDefinition, publication: dg.AssetsDefinition) -> UnresolvedAssetJobDefinition:
    """Return the job over all that is built from what was loaded."""
    return dg.define_asset_job(
        REBUILD,
        selection=dg.AssetSelection.assets(models, publication),
        description="Loads nothing; builds and checks all models, publishes the marts.",
    )


@dg.schedule(
    job_name="daily", cron_schedule=DAILY_AT, execution_timezone="UTC", default_status=dg.DefaultScheduleStatus.RUNNING
)
def every_day(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Run the daily job."""
    return dg.RunRequest(run_key=context.scheduled_execution_time.date().isoformat(), tags=daily_tags())


@dg.schedule(
    job_name="history",
    cron_schedule=WEEKLY_AT,
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def every_week(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Run the history job."""
    return dg.RunRequest(run_key=context.scheduled_execution_time.date().isoformat(), tags=history_tags())
