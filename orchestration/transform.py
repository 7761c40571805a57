"""The dbt project as assets: seeds, models, and their tests as checks."""

import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from datetime import timedelta
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, DbtProject, dbt_assets
from dagster_dbt.dbt_project import DagsterDbtProjectPreparer
from packaging.version import Version

from ingestion import SOURCES, declare_tables
from ingestion.warehouse import config_folder, project_root, warehouse_path
from orchestration.console import DbtOutput
from orchestration.warehouse import WRITERS, row_counts

PROJECT_FOLDER = project_root() / "dbt_project"
# Unit tests have inputs of their own: they are for who changes a model, not for who loads rows.
TARGET = ".dbt_target"
BUILD = ("build", "--exclude-resource-type", "unit_test")


class Dbt(DbtCliResource):
    """The dbt of this environment, started without what costs each run seconds and serves nothing here."""

    @cached_property
    def _cli_version(self) -> Version:
        # `dbt --version`, which Dagster would start to learn it, asks the package index for newer ones.
        return Version(metadata.version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> Any:
        # Through it Dagster would ask for rows and columns: the rows are counted here, the columns declared.
        return None


def dbt_over(project: DbtProject) -> Dbt:
    """Return what starts dbt over the project."""
    return Dbt(project_dir=project)  # type: ignore[arg-type]


class Parsing(DagsterDbtProjectPreparer):
    """Parses the project, and leaves what dbt keeps of that as it is.

    Dagster's own makes dbt forget the seeds, for who parses on another machine: then each run parses them again, with
    all that reads them.
    """

    def _prepare_manifest(self, project: DbtProject) -> None:
        dbt_over(project).cli(["parse", "--quiet"], target_path=project.target_path).wait()


def dbt_project() -> DbtProject:
    """Return the dbt project, parsed anew if any of its files changed.

    What dbt writes lies beside the warehouse, so that demo, tests and a real set-up share nothing.
    """
    # The dbt of this environment, whether it is activated or not.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    # dbt takes relative paths from a folder of its own.
    os.environ["DOLLARTRAIL_CONFIG"] = str(config_folder())
    os.environ["DOLLARTRAIL_WAREHOUSE"] = str(warehouse_path())
    warehouse_path().parent.mkdir(parents=True, exist_ok=True)
    project = DbtProject(PROJECT_FOLDER, target_path=warehouse_path().parent / TARGET)
    if not _is_parsed(project):
        Parsing().prepare(project)
    return project


def _is_parsed(project: DbtProject) -> bool:
    if not project.manifest_path.exists():
        return False
    names = ("models", "macros", "seeds", "snapshots", "tests")
    folders = [PROJECT_FOLDER / name for name in names] + [config_folder()]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    newest = max(path.stat().st_mtime for path in [*files, PROJECT_FOLDER / "dbt_project.yml"])
    return newest < project.manifest_path.stat().st_mtime


def freshness_of_sources(project: DbtProject) -> dict[str, dg.FreshnessPolicy]:
    """Return how old the tables of a source may grow: what dbt says of the one that every load writes to.

    dbt looks at the rows, and only if asked; Dagster at when each table was last loaded to the end, all the time.
    """
    sources = json.loads(project.manifest_path.read_text())["sources"].values()
    return {
        source["source_name"]: dg.FreshnessPolicy.time_window(
            fail_window=_span(source["freshness"]["error_after"]), warn_window=_span(source["freshness"]["warn_after"])
        )
        for source in sources
        if source["freshness"] and source["freshness"]["error_after"]["count"]
    }


def _span(time: Mapping[str, Any]) -> timedelta:
    return timedelta(**{f"{time['period']}s": time["count"]})


class Translator(DagsterDbtTranslator):
    """Shows what a model says of itself; its SQL has a place of its own in the project."""

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Return the description alone."""
        return str(dbt_resource_props["description"])


def model_assets(project: DbtProject) -> dg.AssetsDefinition:
    """Return all seeds and models as one step; a failed test fails it, and with it all that follows."""

    @dbt_assets(
        name="dbt_build",
        manifest=project.manifest_path,
        project=project,
        dagster_dbt_translator=Translator(),
        pool=WRITERS,
    )
    def build(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
        for source in SOURCES.values():
            # A model can be built before the sources it does without were ever loaded.
            declare_tables(source, context.log.info)
        invocation = dbt.cli(BUILD, context=context, target_path=_target_of_runs(project))
        events: list[Any] = []
        try:
            with redirect_stdout(DbtOutput(sys.stdout)):
                events.extend(invocation.stream())
        finally:
            # dbt has let go of the file only now. What was built before a failure is reported too.
            yield from _with_row_counts(context, events)

    return build


def dbt_folders() -> list[Path]:
    """Return the folders of what dbt writes down about its runs; the next run makes them anew."""
    return [warehouse_path().parent / TARGET / "run"]


def _target_of_runs(project: DbtProject) -> Path:
    """Return a folder that all runs write to, one after the other; beside the manifest, which is read meanwhile."""
    target: Path = project.project_dir / project.target_path / "run"
    target.mkdir(exist_ok=True)
    shutil.copy2(project.manifest_path.with_name("partial_parse.msgpack"), target)
    return target


def _with_row_counts(context: dg.AssetExecutionContext, events: list[Any]) -> Iterator[Any]:
    keys = {
        event.output_name: context.asset_key_for_output(event.output_name).path
        for event in events
        if isinstance(event, dg.Output)
    }
    counts = row_counts((schema, name) for schema, name in keys.values())
    for event in events:
        if isinstance(event, dg.Output):
            schema, name = keys[event.output_name]
            yield event.with_metadata({**event.metadata, "dagster/row_count": counts.get((schema, name), 0)})
        else:
            yield event
