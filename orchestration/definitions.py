"""The code location: everything Dagster knows of this project."""

import dagster as dg

from orchestration.console import console
from orchestration.failed_loads import build_without_the_failed
from orchestration.ingest import raw_assets
from orchestration.publish import publication_asset
from orchestration.schedules import every_day, every_week, loading_jobs, rebuild_job
from orchestration.transform import dbt_over, dbt_project, freshness_of_sources, model_assets

project = dbt_project()
models = model_assets(project)
publication = publication_asset(models)
loading = loading_jobs(models, publication)
rebuild = rebuild_job(models, publication)

defs = dg.Definitions(
    assets=[*raw_assets(freshness_of_sources(project)), models, publication],
    jobs=[*loading, rebuild],
    schedules=[every_day, every_week],
    sensors=[build_without_the_failed(loading, rebuild)],
    resources={"dbt": dbt_over(project)},
    # One step at a time anyway, as there is one writer: a process for each would only cost its start.
    executor=dg.in_process_executor,
    loggers={"console": console},
)
