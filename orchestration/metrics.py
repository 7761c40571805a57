"""Metrics by name, over the warehouse: MetricFlow reads `dbt_project/models/metrics` and writes the SQL."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from ingestion.connections import ConfigurationError
from ingestion.warehouse import warehouse_path
from orchestration import demo
from orchestration.transform import PROJECT_FOLDER, dbt_project

DEFINITIONS = "semantic_manifest.json"


def query(arguments: Sequence[str], is_demo: bool) -> int:
    """Run `mf query` with these arguments, show what it says, and return its exit code.

    Raises ConfigurationError where nothing was built yet.
    """
    if is_demo:
        demo.settle()
    if not warehouse_path().exists():
        raise ConfigurationError(f"there is no warehouse at {warehouse_path()}; `make run` or `make demo` builds one")
    parsed = dbt_project()
    # MetricFlow looks for the definitions in this place only.
    target = PROJECT_FOLDER / "target"
    target.mkdir(exist_ok=True)
    shutil.copy2(parsed.manifest_path.with_name(DEFINITIONS), target)
    command = [str(Path(sys.executable).with_name("mf")), "query", *arguments]
    environment = {**os.environ, "DBT_PROFILES_DIR": str(PROJECT_FOLDER)}
    return subprocess.run(command, cwd=PROJECT_FOLDER, env=environment, check=False).returncode
