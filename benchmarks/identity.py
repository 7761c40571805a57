"""People from addresses: how passes grow with the longest chain, and what memory, a first build and a day cost.

The real models, from sightings on: every address pays under the numbers of two customers and shares each with the next
one, so that a chain of addresses is one person. Half of a day's new addresses make new chains, half lengthen old ones.
"""

import json
import math
import os
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingestion import SOURCES, declare_tables
from orchestration.transform import PROJECT_FOLDER

CHAINS = (2, 100, 10_000)
"""Longest chains that are compared, in addresses, at the first size."""

CHAIN_OF_A_DAY = 4
"""Addresses in each chain where days are compared: a day is made up of whom its sightings concern."""

GROWTH = 4
MEMORY = "6GB"
"""DuckDB's own limit; what Python and DuckDB's allocator take beside it stays below 8 GiB."""

MODELS = (
    "int_identity_changes",
    "int_emails_unioned",
    "int_identity_canonical_emails",
    "int_identity_addresses",
    "int_identity_decisions",
    "int_identity_decision_changes",
    "int_identity_claims",
    "int_identity_links",
    "int_identity_components",
    "int_identity_separations",
    "int_identity_registry",
    "int_people_resolved",
)
"""What a build of people runs; the sightings before it are written by the benchmark."""
PASSES = re.compile(r"int_identity_components: (\d+) passes in (\d+) rounds over (\d+) nodes")
MADE_ANEW = re.compile(r"\w+: \d+ keys changed, (\d+) made anew")
REPEATS = 3
"""Days of which the least is taken: another machine's load on the same processors adds, and never takes away."""


@dataclass(frozen=True)
class Build:
    """One run of the identity models: passes and rounds of the components, keys made anew (none: all), seconds, GiB.

    `seconds` are the processor's, dbt's start included; `model_seconds` are the models' by the clock, one after the
    other, and `component_seconds` the components' alone.
    """

    passes: int
    rounds: int
    keys_made_anew: int | None
    seconds: float
    model_seconds: float
    component_seconds: float
    gibibytes: float


def compare(addresses: int) -> None:
    """Print how passes grow with chains, and how a day grows with what is there and with what is new.

    What a build takes among few addresses is what dbt takes to start and to ask; what more it takes when nothing is new
    is the search for what has changed.
    """
    print(f"\n{'addresses':>12}{'chain':>10}{'log2':>6}{'passes':>8}{'rounds':>8}{'seconds':>9}{'GiB':>6}", flush=True)
    for chain in CHAINS:
        with _Addresses(addresses, chain) as people:
            _line(addresses, chain, people.build())
    day = addresses // 100
    builds = {}
    for name, size, new in (
        ("a day", addresses, day),
        ("of more addresses", addresses * GROWTH, day),
        ("with more new ones", addresses, day * GROWTH),
        ("among few", addresses // 100, day // 100),
    ):
        with _Addresses(size, CHAIN_OF_A_DAY) as people:
            builds[f"first build, {name}"] = people.build()
            builds[name] = _least(people.day(new) for _ in range(REPEATS))
            builds[f"nothing new, {name}"] = _least(people.build() for _ in range(REPEATS))
    base = builds["a day"]
    print(f"\n{'':<32}{'made anew':>12}{'processor':>12}{'models':>10}{'components':>12}   keys, then ratios to a day")
    for name, build in builds.items():
        ratios = (
            build.seconds / base.seconds,
            build.model_seconds / base.model_seconds,
            build.component_seconds / base.component_seconds,
        )
        keys = "all" if build.keys_made_anew is None else f"{build.keys_made_anew:,}"
        print(f"{name:<32}{keys:>12}{ratios[0]:>12.2f}{ratios[1]:>10.2f}{ratios[2]:>12.2f}")


def _least(builds: Iterable[Build]) -> Build:
    return min(builds, key=lambda build: build.seconds)


def components_once(addresses: int, chain: int) -> None:
    """Print the line of the components alone, such as those of 5 million addresses, from links that are there."""
    with _Addresses(addresses, chain, are_links_there=True) as people:
        _line(addresses, chain, people.build("int_identity_components"))


def _line(addresses: int, chain: int, build: Build) -> None:
    print(
        f"{addresses:>12,}{chain:>10,}{math.log2(chain):>6.1f}{build.passes:>8}{build.rounds:>8}"
        f"{build.seconds:>9.1f}{build.gibibytes:>6.1f}",
        flush=True,
    )


class _Addresses:
    """A warehouse of its own, with sightings of so many addresses in chains of one length, in one workspace."""

    def __init__(self, addresses: int, chain: int, are_links_there: bool = False) -> None:
        self._addresses, self._chain, self._are_links_there = addresses, chain, are_links_there
        self._lengthened = 0

    def __enter__(self) -> "_Addresses":
        self._temporary = tempfile.TemporaryDirectory()
        self._folder = Path(self._temporary.name)
        config = self._folder / "config"
        config.mkdir()
        for name, text in {
            "workspaces": "workspace_id,name,reporting_time_zone,reporting_currency\nbench,Bench,Etc/UTC,USD\n",
            "connections": "connection_id,workspace_id,source,name,vendor_account_id,base_url,time_zone,currency,"
            "in_use_from,in_use_until\nbench_thrivecart,bench,thrivecart,Bench,,,,,,\n",
            "identity_decisions": "workspace_id,email,other_email,decision,decided_at,reason\n",
            "exchange_rates": "rate_date,currency,reporting_currency,rate\n",
        }.items():
            (config / f"{name}.csv").write_text(text)
        profile = (PROJECT_FOLDER / "profiles.yml").read_text()
        limited = profile.replace("TimeZone: UTC", f"TimeZone: UTC\n        memory_limit: {MEMORY}")
        (self._folder / "profiles.yml").write_text(limited)
        self._file = self._folder / "warehouse.duckdb"
        os.environ["DOLLARTRAIL_CONFIG"] = str(config)
        os.environ["DOLLARTRAIL_WAREHOUSE"] = str(self._file)
        for source in SOURCES.values():
            declare_tables(source, lambda line: None)
        self._dbt("build", "--exclude-resource-type", "test", "unit_test", "--select", f"+{MODELS[-1]}")
        self._sight(0, self._addresses, self._chain)
        if self._are_links_there:
            self._link()
        return self

    def __exit__(self, *_: object) -> None:
        self._temporary.cleanup()

    def day(self, addresses: int) -> Build:
        """See so many new addresses, half in chains of two, half at the end of older chains; run the models."""
        half = addresses // 2
        self._sight(self._addresses, half, 2)
        with duckdb.connect(str(self._file)) as connection:
            connection.execute(
                f"""
                insert into intermediate.int_identity_sightings by name
                select
                    'bench' as workspace_id, 'bench_thrivecart' as connection_id, 'payment' as sighting_kind,
                    'new' || number || '@x.example' as email, cast(number * {self._chain} as varchar) as source_key,
                    timestamptz '2026-02-01 00:00:00+00' as seen_at, seen_at as last_seen_at
                from range({self._lengthened}, {self._lengthened + half}) as numbers (number)
                """  # noqa: S608
            )
        self._addresses += half
        self._lengthened += half
        return self.build()

    def build(self, *models: str) -> Build:
        """Run the identity models, or those that are named, over the sightings."""
        said, used = self._dbt("run", "--select", *(models or MODELS))
        found = PASSES.search(said)
        if not found:
            raise RuntimeError(said[-2000:])
        results = json.loads((self._folder / "target" / "run_results.json").read_text())["results"]
        made_anew = MADE_ANEW.findall(said)
        times = {result["unique_id"].rsplit(".")[-1]: float(result["execution_time"]) for result in results}
        return Build(
            passes=int(found[1]),
            rounds=int(found[2]),
            keys_made_anew=sum(int(keys) for keys in made_anew) if made_anew else None,
            seconds=used.ru_utime + used.ru_stime,
            model_seconds=sum(times.values()),
            component_seconds=times["int_identity_components"],
            gibibytes=used.ru_maxrss / 2**20,
        )

    def _sight(self, first: int, addresses: int, chain: int) -> None:
        """Address n of a chain pays under the customers n and n + 1, the last one under its own only."""
        with duckdb.connect(str(self._file)) as connection:
            connection.execute(
                f"""
                insert into intermediate.int_identity_sightings by name
                select
                    'bench' as workspace_id, 'bench_thrivecart' as connection_id, 'payment' as sighting_kind,
                    'p' || number || '@x.example' as email, cast(number + step as varchar) as source_key,
                    timestamptz '2026-01-01 00:00:00+00' as seen_at, seen_at as last_seen_at
                from range({first}, {first + addresses}) as numbers (number)
                cross join range(2) as steps (step)
                where step = 0 or (number + 1) % {chain} <> 0
                """  # noqa: S608
            )

    def _link(self) -> None:
        """Write the links of the sightings, without the models that find them."""
        with duckdb.connect(str(self._file)) as connection:
            connection.execute(
                """
                insert into intermediate.int_identity_links by name
                select
                    workspace_id, email, md5(workspace_id || ':' || email) as address_id, source_key as link_key,
                    md5(workspace_id || ':' || source_key) as link_id, 'thrivecart_customer' as rule
                from intermediate.int_identity_sightings
                """
            )

    def _dbt(self, *arguments: str) -> tuple[str, resource.struct_rusage]:
        """Run dbt; return what it says, and what it used of processor and memory (kilobytes)."""
        folders = ("--profiles-dir", str(self._folder), "--target-path", str(self._folder / "target"))
        with (self._folder / "said.log").open("w+") as said:
            command = [sys.executable, "-m", "dbt.cli.main", *arguments, *folders]
            process = subprocess.Popen(command, cwd=PROJECT_FOLDER, stdout=said, stderr=said)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            said.seek(0)
            text = said.read()
        if process.returncode:
            raise RuntimeError(text[-3000:])
        return text, usage
