"""dbt as the tests run it."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from hashlib import md5
from pathlib import Path

DBT_PROJECT = Path(__file__).resolve().parents[1] / "dbt_project"

_SHARED = tempfile.TemporaryDirectory(prefix="dollartrail-dbt-")


def run_dbt(folder: Path, *arguments: str, environment: Mapping[str, str] = os.environ) -> str:
    """Run dbt and return what it says; without success the test fails with it. Artifacts and logs go to `folder`.

    dbt parses the whole project for each new path in its environment, which takes longer than most builds. So all
    warehouses of a process are found at one place, by links, and dbt goes on from what it parsed there before.
    """
    here = Path(_SHARED.name)
    config, warehouse = (Path(environment[f"DOLLARTRAIL_{name}"]) for name in ("CONFIG", "WAREHOUSE"))
    places = {
        "DOLLARTRAIL_CONFIG": str(_link(here / "config", config)),
        "DOLLARTRAIL_WAREHOUSE": str(_link(here / "warehouse", warehouse.parent) / warehouse.name),
    }
    # What is parsed holds for one name of the database and for one set of variables.
    variables = arguments[arguments.index("--vars") + 1] if "--vars" in arguments else ""
    parsed = here / f"{md5(f'{warehouse.name} {variables}'.encode()).hexdigest()}.msgpack"
    parsed_here = folder / "target" / "partial_parse.msgpack"
    if parsed.exists():
        parsed_here.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(parsed, parsed_here)
    finished = subprocess.run(
        [sys.executable, "-m", "dbt.cli.main", *arguments, "--profiles-dir", ".", "--target-path", folder / "target"],
        cwd=DBT_PROJECT,
        env={**environment, **places, "DBT_LOG_PATH": str(folder / "logs")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout
    shutil.copy(parsed_here, parsed)
    return finished.stdout


def _link(link: Path, folder: Path) -> Path:
    link.unlink(missing_ok=True)
    link.symlink_to(folder.resolve())
    return link
