"""Rules of the dbt project that no single model can keep alone: layers, contracts, one home for each conversion."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from ingestion.warehouse import LOCK_WAIT_SECONDS
from tests.dbt_command import DBT_PROJECT, run_dbt

CONFIGURATION = {
    "workspaces.csv": "workspace_id,name,reporting_time_zone,reporting_currency\n",
    "connections.csv": (
        "connection_id,workspace_id,source,name,vendor_account_id,base_url,time_zone,currency,in_use_from,in_use_until\n"
    ),
    "identity_decisions.csv": "workspace_id,email,other_email,decision,decided_at,reason\n",
    "exchange_rates.csv": "rate_date,currency,reporting_currency,rate\n",
}
SQL_COMMENT = re.compile(r"--[^\n]*|\{#.*?#\}", re.DOTALL)
MODEL_FILES = sorted((DBT_PROJECT / "models").rglob("*.sql"))
MACRO_FILES = sorted((DBT_PROJECT / "macros").glob("*.sql"))
TEST_FILES = sorted((DBT_PROJECT / "tests").rglob("*.sql"))


def run_on_empty_configuration(command: str, folder: Path) -> Path:
    """Run dbt over an empty configuration in `folder/config`; all it writes stays in `folder`. Return the target."""
    configuration = folder / "config"
    configuration.mkdir(exist_ok=True)
    for name, header in CONFIGURATION.items():
        (configuration / name).write_text(header)
    places = {"DOLLARTRAIL_CONFIG": str(configuration), "DOLLARTRAIL_WAREHOUSE": str(folder / "warehouse.duckdb")}
    run_dbt(folder, command, environment={**os.environ, **places})
    return folder / "target"


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    target = run_on_empty_configuration("parse", tmp_path_factory.mktemp("dbt_parse"))
    parsed: dict[str, Any] = json.loads((target / "manifest.json").read_text())
    return parsed


@pytest.fixture(scope="module")
def models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def code_of(file: Path) -> str:
    return SQL_COMMENT.sub("", file.read_text()).lower()


def files_with(pattern: str, files: list[Path]) -> list[str]:
    return [file.relative_to(DBT_PROJECT).as_posix() for file in files if re.search(pattern, code_of(file))]


def test_only_staging_models_read_sources(models: list[dict[str, Any]]) -> None:
    outside = [
        model["name"]
        for model in models
        if model["fqn"][1] != "staging" and any(parent.startswith("source.") for parent in model["depends_on"]["nodes"])
    ]
    assert outside == []


def test_staging_models_read_no_later_layer(models: list[dict[str, Any]]) -> None:
    layers = {model["unique_id"]: model["fqn"][1] for model in models}
    upstream = [
        model["name"]
        for model in models
        if model["fqn"][1] == "staging"
        and any(layers.get(parent, "staging") != "staging" for parent in model["depends_on"]["nodes"])
    ]
    assert upstream == []


def test_intermediate_models_read_no_mart(models: list[dict[str, Any]]) -> None:
    layers = {model["unique_id"]: model["fqn"][1] for model in models}
    upstream = [
        model["name"]
        for model in models
        if model["fqn"][1] == "intermediate"
        and any(layers.get(parent) == "marts" for parent in model["depends_on"]["nodes"])
    ]
    assert upstream == []


def test_what_is_made_in_part_reads_nothing_that_its_inputs_do_not_read(models: list[dict[str, Any]]) -> None:
    named = {model["name"]: model for model in models}
    unseen = []
    made_in_part = [model for model in models if model["config"]["materialized"] == "rebuilt_where_changed"]
    for model in made_in_part:
        inputs = named[model["config"]["inputs"]]
        seen = {inputs["unique_id"], *inputs["depends_on"]["nodes"]}
        unseen += [f"{model['name']}: {parent}" for parent in model["depends_on"]["nodes"] if parent not in seen]
    assert made_in_part
    assert unseen == []


def test_what_is_made_for_changes_reads_nothing_whose_changes_it_is_not_told_of(models: list[dict[str, Any]]) -> None:
    named = {model["name"]: model for model in models}
    untold = []
    made_for_changes = [model for model in models if "changes" in model["config"]]
    for model in made_for_changes:
        config = model["config"]
        # An address has one canonical form, whose rules the changes watch, and keeps its place in the registry.
        told = {
            "int_identity_canonical_emails",
            "int_identity_registry",
            config.get("always"),
            *config.get("follows", []),
        }
        for changes in config["changes"]:
            told |= {changes, *(parent.split(".")[-1] for parent in named[changes]["depends_on"]["nodes"])}
        parents = {parent.split(".")[-1] for parent in model["depends_on"]["nodes"]}
        untold += [f"{model['name']}: {parent}" for parent in parents - told]
    assert made_for_changes
    assert untold == []


def test_only_marts_read_what_was_known_before(models: list[dict[str, Any]]) -> None:
    outside = [
        model["name"]
        for model in models
        if model["fqn"][1] != "marts" and any(parent.startswith("snapshot.") for parent in model["depends_on"]["nodes"])
    ]
    assert outside == []


def test_every_snapshot_says_its_grain_and_keeps_what_is_gone(manifest: dict[str, Any]) -> None:
    snapshots = [node for node in manifest["nodes"].values() if node["resource_type"] == "snapshot"]
    assert snapshots
    careless = [
        snapshot["name"]
        for snapshot in snapshots
        if not snapshot["description"].startswith("Grain: ")
        or snapshot["schema"] != "snapshots"
        or snapshot["config"]["strategy"] != "check"
        or snapshot["config"]["hard_deletes"] != "invalidate"
    ]
    assert careless == []


def test_every_mart_has_an_enforced_contract(models: list[dict[str, Any]]) -> None:
    marts = [model for model in models if model["fqn"][1] == "marts"]
    assert marts
    assert [mart["name"] for mart in marts if not mart["config"]["contract"]["enforced"]] == []


def test_every_column_of_every_mart_is_described(models: list[dict[str, Any]]) -> None:
    undescribed = [
        f"{model['name']}.{column['name']}"
        for model in models
        if model["fqn"][1] == "marts"
        for column in model["columns"].values()
        if not column["description"].strip()
    ]
    assert undescribed == []


def test_every_mart_names_its_workspace(models: list[dict[str, Any]]) -> None:
    without = [
        model["name"] for model in models if model["fqn"][1] == "marts" and "workspace_id" not in model["columns"]
    ]
    assert without == []


def test_money_columns_stand_beside_their_currency(models: list[dict[str, Any]]) -> None:
    alone = []
    for model in models:
        if model["fqn"][1] != "marts":
            continue
        for column in model["columns"]:
            if column.endswith("amount"):
                currency = "reporting_currency" if column.startswith("reporting_") else "currency"
                if currency not in model["columns"]:
                    alone.append(f"{model['name']}.{column}")
    assert alone == []


def test_every_model_says_its_grain(models: list[dict[str, Any]]) -> None:
    assert [model["name"] for model in models if not model["description"].startswith("Grain: ")] == []


def test_every_model_has_a_test_of_its_own(manifest: dict[str, Any], models: list[dict[str, Any]]) -> None:
    tested = {node.get("attached_node") for node in manifest["nodes"].values() if node["resource_type"] == "test"}
    assert [model["name"] for model in models if model["unique_id"] not in tested] == []


def test_every_seed_and_every_one_of_its_columns_is_described(manifest: dict[str, Any]) -> None:
    seeds = [node for node in manifest["nodes"].values() if node["resource_type"] == "seed"]
    undescribed = [seed["name"] for seed in seeds if not seed["description"]] + [
        f"{seed['name']}.{column['name']}"
        for seed in seeds
        for column in seed["columns"].values()
        if not column["description"]
    ]
    assert undescribed == []


def test_every_macro_of_the_project_is_described(manifest: dict[str, Any]) -> None:
    own = {file.stem for file in MACRO_FILES}
    undescribed = [
        macro["name"]
        for macro in manifest["macros"].values()
        if macro["package_name"] == "dollartrail" and macro["name"] in own and not macro["description"]
    ]
    assert undescribed == []


def test_only_tables_use_functions_that_are_there_while_dbt_runs(models: list[dict[str, Any]]) -> None:
    python = {
        f"macro.dollartrail.{name}"
        for name in (
            *(
                "canonical_email",
                "canonical_email_rules",
                "has_known_suffix",
                "name_agreement",
                "name_key",
                "phone_key",
            ),
            *("separate_kept_apart", "slip"),
        )
    }
    using = {
        model["name"]: model["config"]["materialized"]
        for model in models
        if python.intersection(model["depends_on"]["macros"])
    }
    assert using == {
        "int_identity_canonical_emails": "incremental",
        "int_identity_changes": "incremental",
        "int_identity_separations": "table",
        "int_identity_domain_slips": "table",
        "int_identity_slips": "table",
        "int_identity_traits": "table",
        "int_identity_candidates": "table",
    }


@pytest.mark.parametrize(
    ("pattern", "home"),
    [
        pytest.param(r"at time zone|from_utc_timestamp", "macros/reporting_date.sql", id="day conversion"),
        pytest.param(r"0\.01\b|/\s*100\b", "macros/cents_to_amount.sql", id="money conversion"),
        pytest.param(r"lower\(\s*trim\(", "macros/normalize_email.sql", id="address normalisation"),
        pytest.param(r"\bto_timestamp\(|timestamp_seconds\(", "macros/epoch_to_timestamp.sql", id="epoch conversion"),
        pytest.param(r"json_extract|get_json_object|#>>", "macros/json_text.sql", id="JSON access"),
        pytest.param(r"'null'", "macros/told_text.sql", id="the word null"),
        pytest.param(r"\btranslate\(", "macros/whole_number.sql", id="text to number"),
    ],
)
def test_each_conversion_has_one_home(pattern: str, home: str) -> None:
    homes = files_with(pattern, MODEL_FILES + MACRO_FILES)
    if pattern.startswith("json_extract"):
        # They read elements, a text that a column names, a text as a whole, an element itself, and many texts at once.
        for name in ("explode_json_array", "json_member_text", "json_part", "json_scalar_text", "json_texts"):
            homes.remove(f"macros/{name}.sql")
    assert homes == [home]


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(r"::", id="double colon cast"),
        pytest.param(r"\bqualify\b", id="qualify"),
        pytest.param(r"\bgroup\s+by\s+all\b", id="group by all"),
        pytest.param(r"\bexclude\b", id="select * exclude"),
        pytest.param(r"\basof\b", id="asof join"),
        pytest.param(r"\bwith\s+recursive\b", id="with recursive"),
        pytest.param(r"(^|\()\s*from\b", id="from first"),
        pytest.param(r"->", id="lambda or JSON arrow"),
        pytest.param(r"\bfilter\s*\(\s*where\b", id="aggregate filter"),
    ],
)
def test_models_and_tests_hold_no_sql_of_one_engine(pattern: str) -> None:
    assert files_with(pattern, MODEL_FILES + TEST_FILES) == []


def test_every_model_ends_with_its_final_step() -> None:
    assert [file.name for file in MODEL_FILES if not file.read_text().endswith("\nselect * from final\n")] == []


def test_models_stay_short() -> None:
    assert [file.name for file in MODEL_FILES if len(file.read_text().splitlines()) > 200] == []


def test_every_singular_test_says_what_it_guards() -> None:
    singular = sorted((DBT_PROJECT / "tests").glob("*.sql"))
    assert singular
    assert [file.name for file in singular if not file.read_text().startswith("-- Guards: ")] == []


def test_dbt_reads_exactly_the_tables_that_ingestion_lands(manifest: dict[str, Any]) -> None:
    from ingestion import SOURCES

    landed = {(f"raw_{name}", table.name) for name, source in SOURCES.items() for table in source.tables}
    read = {(source["schema"], source["name"]) for source in manifest["sources"].values()}
    assert read == landed


MARTS_WITH_ADDRESSES = {"bridge_person_emails", "dim_people", "rpt_identity_reviews", "rpt_unmatched_revenue"}


def is_tagged(column: dict[str, Any]) -> bool:
    return bool(column["config"]["meta"].get("personal_data"))


def test_only_a_few_marts_hold_personal_data(models: list[dict[str, Any]]) -> None:
    marts = {
        model["name"]
        for model in models
        if model["fqn"][1] == "marts" and any(map(is_tagged, model["columns"].values()))
    }
    assert marts
    assert marts <= MARTS_WITH_ADDRESSES


def test_every_column_of_a_mart_that_sounds_like_personal_data_is_tagged(models: list[dict[str, Any]]) -> None:
    from ingestion.personal import is_personal

    untagged = [
        f"{model['name']}.{column['name']}"
        for model in models
        if model["fqn"][1] == "marts"
        for column in model["columns"].values()
        if is_personal(column["name"]) and not is_tagged(column)
    ]
    assert untagged == []


def test_every_raw_column_that_sounds_like_personal_data_is_declared_so() -> None:
    from ingestion import SOURCES
    from ingestion.personal import is_personal

    undeclared = {
        f"{source.name}.{table.name}.{column}"
        for source in SOURCES.values()
        for table in source.tables
        for column in table.columns
        if is_personal(column) and column not in table.personal
    }
    assert undeclared == set()


def test_what_is_declared_personal_is_a_column() -> None:
    from ingestion import SOURCES

    unknown = [
        f"{source.name}.{table.name}.{column}"
        for source in SOURCES.values()
        for table in source.tables
        for column in table.personal
        if column not in table.columns
    ]
    assert unknown == []


def test_tombstones_are_no_seed(tmp_path: Path) -> None:
    configuration = tmp_path / "config"
    configuration.mkdir()
    (configuration / "forgotten_people.csv").write_text("workspace_id,tombstone,forgotten_at,key_id\n")
    target = run_on_empty_configuration("parse", tmp_path)
    parsed = json.loads((target / "manifest.json").read_text())
    assert "seed.dollartrail.forgotten_people" not in parsed["nodes"]


def test_what_may_come_late_has_as_many_days_as_a_load_looks_back() -> None:
    from ingestion.thrivecart import settings

    days = re.search(r"^  thrivecart_late_days: (\d+)$", (DBT_PROJECT / "dbt_project.yml").read_text(), re.MULTILINE)
    assert days and int(days.group(1)) == settings.LOOK_BACK_DAYS


def test_dbt_waits_for_a_locked_warehouse_about_as_long_as_a_load_does() -> None:
    (attempts,) = re.findall(r"connect_attempts: (\d+)", (DBT_PROJECT / "profiles.yml").read_text())
    # dbt-duckdb sleeps 2 ** attempt seconds after each one that failed.
    waited = sum(2**attempt for attempt in range(int(attempts)))
    assert LOCK_WAIT_SECONDS / 2 < waited <= LOCK_WAIT_SECONDS


def test_seeding_leaves_the_users_own_files_as_they_are(tmp_path: Path) -> None:
    run_on_empty_configuration("seed", tmp_path)
    assert {file.name: file.read_text() for file in (tmp_path / "config").iterdir()} == CONFIGURATION
