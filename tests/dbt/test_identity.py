"""Random sightings and decisions through the real models, against a plain reading of the rules.

A case is told four times, each time in a workspace of its own: in one order of arrival, in the reverse order, all at
once with one decision that is there in the second build only, and with a part that is gone in each build. All cases are
built together, in three builds, beside a crowd that stays the same. Before the last one another was killed half way.
"""

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import strategies as st

from tests.dbt.identity_partition import POOL, Address, Change, Contact, Decision, Event, Payment, people
from tests.dbt.random_cases import drawn
from tests.dbt.raw_rows import CONFIGURATION, RawWarehouse, charge

CASES = 150
BUILDS = 3
STRICT = 2
"""So many mailboxes are several people already, as the last build of all is told."""
MODELS = ("bridge_person_emails", "bridge_merged_person_ids")
ADDRESSES = st.sampled_from(POOL)
NUMBERS = st.integers(1, 6)
EVENTS = st.one_of(
    st.builds(Payment, NUMBERS, ADDRESSES),
    st.builds(
        Contact,
        NUMBERS,
        ADDRESSES,
        st.lists(ADDRESSES, max_size=2).map(tuple),
        st.lists(NUMBERS, max_size=1).map(tuple),
    ),
    st.builds(Change, st.integers(1, 100), ADDRESSES, ADDRESSES),
)
DECISIONS = st.builds(Decision, st.booleans(), ADDRESSES, ADDRESSES).filter(lambda one: one.one != one.other)


@dataclass(frozen=True)
class Case:
    """What is told, and in which build each of it arrives first."""

    events: tuple[tuple[int, Event], ...]
    decisions: tuple[tuple[int, Decision], ...]
    passing: Decision

    def told(self, workspace: str, build: int) -> tuple[list[Event], list[Decision]]:
        """Return what a workspace knows in a build, 0 being the first."""
        if workspace == "passing":
            passing = [self.passing] if build == 1 else []
            return [event for _, event in self.events], _unlike([one for _, one in self.decisions] + passing)
        return (
            [event for at, event in self.events if self.arrives(workspace, at, build)],
            _unlike([one for at, one in self.decisions if self.arrives(workspace, at, build)]),
        )

    def arrives(self, workspace: str, at: int, build: int) -> bool:
        """Return whether an event of a moment is told to a build."""
        return {
            "forward": at <= build,
            "reverse": BUILDS - 1 - at <= build,
            "passing": True,
            "changing": at != build,
        }[workspace]


def _unlike(decisions: list[Decision]) -> list[Decision]:
    """Keep the first decision on two addresses in this order: the file holds one."""
    kept: dict[tuple[Address, Address], Decision] = {}
    for decision in decisions:
        kept.setdefault((decision.one, decision.other), decision)
    return list(kept.values())


def _distinct_changes(case: Case) -> Case:
    """Give each change a number of its own: a webhook tells of one."""
    events = [
        (at, Change(number, event.before, event.after) if isinstance(event, Change) else event)
        for number, (at, event) in enumerate(case.events)
    ]
    return Case(tuple(events), case.decisions, case.passing)


WHEN = st.integers(0, BUILDS - 1)
RANDOM_CASES = st.builds(
    Case,
    st.lists(st.tuples(WHEN, EVENTS), min_size=1, max_size=30).map(tuple),
    st.lists(st.tuples(WHEN, DECISIONS), max_size=4).map(tuple),
    DECISIONS,
).map(_distinct_changes)
CONTRADICTION = Case(
    (),
    (
        (0, Decision(True, POOL[0], POOL[1])),
        (1, Decision(True, POOL[1], POOL[2])),
        (2, Decision(False, POOL[0], POOL[2])),
    ),
    Decision(False, POOL[1], POOL[2]),
)
"""Hardly ever drawn: a user's links would bring together whom the same user keeps apart."""
WORKSPACES = ("forward", "reverse", "passing", "changing")
CROWD = 12_000
"""More addresses than the cases have: where most have changed, a build makes all anew."""
MADE_IN_PART = (
    "int_emails_unioned",
    "int_identity_addresses",
    "int_identity_claims",
    "int_identity_links",
    "int_identity_components",
    "int_people_resolved",
)
"""Tables of which a build makes only some rows anew."""


class Built:
    """All cases in one warehouse, and what each of the builds made of them."""

    def __init__(self, warehouse: RawWarehouse, cases: list[Case]) -> None:
        self.warehouse, self.cases = warehouse, cases
        self.people: list[dict[str, dict[str, str]]] = []
        self.merged: list[dict[str, set[tuple[str, str]]]] = []
        self.in_part: dict[str, list[tuple[Any, ...]]] = {}
        self.anew: dict[str, list[tuple[Any, ...]]] = {}
        self.untouched: dict[str, int] = {}
        _write_connections(warehouse, len(cases))
        for build in range(BUILDS):
            if build == BUILDS - 1:
                self._tell(0)
                self._dbt("+int_identity_links")
            self._tell(build)
            self._build()
        for table in MADE_IN_PART:
            self.in_part[table] = self._rows_made(table)
            (self.untouched[table],) = self.warehouse.rows(
                f"select count(*) from intermediate.{table} "
                "where changed_at < (select max(changed_at) from intermediate.int_identity_changes)"
            )[0]
        self._build("--full-refresh")
        self.anew = {table: self._rows_made(table) for table in MADE_IN_PART}
        self._build("--vars", f"{{shared_address_people: {STRICT}}}")

    def _tell(self, build: int) -> None:
        payments: list[Any] = [
            charge(number, number, f"{number}@crowd.example", "crowd_thrivecart") for number in range(CROWD)
        ]
        contacts, deliveries, decisions = [], [], []
        for workspace, case in self.workspaces():
            name = workspace.partition("_")[0]
            events, decided = case.told(name, build)
            for place, (at, event) in enumerate(case.events):
                if event in events and case.arrives(name, at, build):
                    _write(workspace, place, event, payments, contacts, deliveries)
            decisions += [(workspace, decision) for decision in decided]
        self.warehouse.put("transactions", payments)
        self.warehouse.put("contacts", contacts, source="files")
        self.warehouse.put("webhook_events", deliveries)
        with (self.warehouse.configuration / "identity_decisions.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["workspace_id", "email", "other_email", "decision", "decided_at", "reason"])
            writer.writerows(
                (workspace, one.one.written, one.other.written, "link" if one.is_link else "keep_apart", "", "")
                for workspace, one in decisions
            )

    def _dbt(self, *selected: str, options: tuple[str, ...] = ()) -> None:
        self.warehouse.dbt("build", *options, "--select", *selected, "--exclude-resource-type", "test", "unit_test")

    def _rows_made(self, table: str) -> list[tuple[Any, ...]]:
        return self.warehouse.rows(f"select * exclude (changed_at, made_by) from intermediate.{table} order by all")

    def _build(self, *options: str) -> None:
        self._dbt(*(f"+{model}" for model in MODELS), options=options)
        found: dict[str, dict[str, str]] = {workspace: {} for workspace, _ in self.workspaces()}
        for workspace, email, person in self.warehouse.rows(
            "select workspace_id, email, person_id from marts.bridge_person_emails where workspace_id <> 'crowd'"
        ):
            found[workspace][email] = person
        self.people.append(found)
        merged: dict[str, set[tuple[str, str]]] = {workspace: set() for workspace, _ in self.workspaces()}
        for workspace, old, new in self.warehouse.rows(
            "select workspace_id, merged_person_id, person_id from marts.bridge_merged_person_ids"
        ):
            merged[workspace].add((old, new))
        self.merged.append(merged)

    def workspaces(self) -> Iterator[tuple[str, Case]]:
        for number, case in enumerate(self.cases):
            for name in WORKSPACES:
                yield f"{name}_{number}", case


def _write_connections(warehouse: RawWarehouse, cases: int) -> None:
    names = ["crowd", *(f"{name}_{number}" for number in range(cases) for name in WORKSPACES)]
    workspaces = [f"{name},{name},Etc/UTC,USD\n" for name in names]
    connections = [f"{name}_{source},{name},{source},x,,,,,,\n" for name in names for source in ("thrivecart", "files")]
    for file, rows in (("workspaces.csv", workspaces), ("connections.csv", connections)):
        header = CONFIGURATION[file].partition("\n")[0] + "\n"
        (warehouse.configuration / file).write_text(header + "".join(rows))


def _write(
    workspace: str, place: int, event: Event, payments: list[Any], contacts: list[Any], deliveries: list[Any]
) -> None:
    seen_at = "2026-01-01T00:00:00+00:00"
    if isinstance(event, Payment):
        payments.append(charge(place, event.customer, event.address.written.upper(), f"{workspace}_thrivecart"))
    elif isinstance(event, Contact):
        contacts.append(
            {
                "connection_id": f"{workspace}_files",
                "source_file": "contacts.csv",
                "row_number": place,
                "seen_at": seen_at,
                "created_at": seen_at,
                "email": f" {event.address.written}",
                "contact_id": str(event.number),
                "additional_emails": "; ".join(address.written for address in event.additional),
                "merged_contact_ids": "; ".join(map(str, event.merged)),
            }
        )
    else:
        deliveries.append(
            {
                "connection_id": f"{workspace}_thrivecart",
                "event_key": str(event.number),
                "event": "customer_updated",
                "seen_at": seen_at,
                "payload": {
                    "mode": "live",
                    "date_unix": str(1_760_000_000 + place),
                    "old_email": event.before.written,
                    "new_email": event.after.written,
                },
            }
        )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return Built(RawWarehouse(tmp_path_factory.mktemp("identity")), [*drawn(RANDOM_CASES, CASES), CONTRADICTION])


def partition(found: dict[str, str]) -> set[frozenset[str]]:
    groups: dict[str, set[str]] = {}
    for email, person in found.items():
        groups.setdefault(person, set()).add(email)
    return {frozenset(group) for group in groups.values()}


@pytest.mark.parametrize("build", range(BUILDS))
def test_people_are_those_of_a_plain_reading_of_the_rules(built: Built, build: int) -> None:
    for workspace, case in built.workspaces():
        events, decisions = case.told(workspace.partition("_")[0], build)
        expected = people(events, decisions, (f"{workspace}_thrivecart", f"{workspace}_files"))
        assert partition(built.people[build][workspace]) == expected, (workspace, events, decisions)


def test_a_full_rebuild_gives_the_same_people_under_the_same_ids(built: Built) -> None:
    assert built.people[BUILDS] == built.people[BUILDS - 1]
    assert built.merged[BUILDS] == built.merged[BUILDS - 1]


def test_another_policy_is_followed_by_people_of_whom_nothing_has_changed(built: Built) -> None:
    changed = 0
    for workspace, case in built.workspaces():
        events, decisions = case.told(workspace.partition("_")[0], BUILDS - 1)
        expected = people(events, decisions, (f"{workspace}_thrivecart", f"{workspace}_files"), shared_above=STRICT)
        assert partition(built.people[-1][workspace]) == expected, (workspace, events, decisions)
        changed += expected != partition(built.people[-2][workspace])
    assert changed > CASES / 10, "hardly anybody was concerned"


@pytest.mark.parametrize("table", MADE_IN_PART)
def test_what_builds_left_alone_is_what_a_full_rebuild_makes(built: Built, table: str) -> None:
    assert built.in_part[table] == built.anew[table]
    assert built.untouched[table] > 0, "all of it was made anew"


def test_the_cases_reach_every_rule_and_every_reason_against_one(built: Built) -> None:
    made = "select distinct rule from intermediate.int_identity_links where left_out_because is null"
    left_out = "select distinct left_out_because from intermediate.int_identity_links where strength > 3"
    refused = "select distinct rule from intermediate.int_identity_separations where is_refused"
    rules = {"same_address", "same_mailbox", "crm_contact", "crm_merge", "address_change", "thrivecart_customer"}
    assert {rule for (rule,) in built.warehouse.rows(made)} == rules | {"user_decision"}
    assert {reason for (reason,) in built.warehouse.rows(left_out)} == {
        None,
        "role_address",
        "shared_key",
        "shared_address",
    }
    assert {rule for (rule,) in built.warehouse.rows(refused)} >= {"user_decision", "same_mailbox", "crm_contact"}


def test_any_order_of_arrival_gives_the_same_people(built: Built) -> None:
    last = built.people[BUILDS - 1]
    for number, case in enumerate(built.cases):
        assert partition(last[f"forward_{number}"]) == partition(last[f"reverse_{number}"]), case


def test_a_decision_that_was_there_and_is_gone_has_changed_nothing_not_even_an_id(built: Built) -> None:
    first, last = built.people[0], built.people[2]
    changed = 0
    for number, case in enumerate(built.cases):
        workspace = f"passing_{number}"
        assert last[workspace] == first[workspace], case
        changed += built.people[1][workspace] != first[workspace]
    assert changed > CASES / 10, "hardly any decision made a difference"


def test_a_person_is_named_after_the_address_that_the_first_build_saw(built: Built) -> None:
    staying = [(name, case) for name, case in built.workspaces() if not name.startswith("changing")]
    for workspace, case in staying:
        for later in range(1, BUILDS):
            here_before = built.people[later - 1][workspace]
            of_person: dict[str, set[str]] = {}
            for email, person in built.people[later][workspace].items():
                of_person.setdefault(person, set()).add(email)
            for person, emails in of_person.items():
                named_after = [email for email in emails if own_id(workspace, email) == person]
                assert len(named_after) == 1, (workspace, case)
                if emails & here_before.keys():
                    assert named_after[0] in here_before, (workspace, case)


def test_an_id_that_was_a_persons_and_is_not_is_listed_with_who_it_is_now(built: Built) -> None:
    for workspace, case in built.workspaces():
        for build in range(BUILDS):
            now = built.people[build][workspace]
            were = {person for earlier in built.people[: build + 1] for person in earlier[workspace].values()}
            expected = {
                (own_id(workspace, email), person)
                for email, person in now.items()
                if own_id(workspace, email) in were - set(now.values())
            }
            assert built.merged[build][workspace] == expected, (workspace, case)


def own_id(workspace: str, email: str) -> str:
    return hashlib.md5(f"{workspace}:{email}".encode()).hexdigest()
