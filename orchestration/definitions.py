"""The code location: everything Dagster knows of this project."""

import dagster as dg
from dagster_dbt import DbtCliResource

from orchestration.console import console
from orchestration.ingest import raw_assets
from orchestration.publish import publication_asset
from orchestration.schedules import every_day, every_week, jobs
from orchestration.transform import dbt_project, model_assets

project = dbt_project()
models = model_assets(project)
publication = publication_asset(models)

defs = dg.Definitions(
    assets=[*raw_assets(), models, publication],
    jobs=jobs(models, publication),
    schedules=[every_day, every_week],
    resources={"dbt": DbtCliResource(project)},
    # One step at a time anyway, as there is one writer: a process for each would only cost its start.
    executor=dg.in_process_executor,
    loggers={"console": console},
)
