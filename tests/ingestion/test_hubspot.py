"""HubSpot over HTTP, as the sandbox plays it: what is landed equals what is there."""

import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import requests

from ingestion import LoadFailed, load
from ingestion.hubspot import client as hubspot_client
from ingestion.hubspot import settings
from sandbox.serving import Faults, Sandbox
from sandbox.serving.hubspot import HubSpotAccount
from tests.ingestion.conftest import Project
from tests.ingestion.fake_vendor import FakeVendor, Request
from tests.ingestion.served_account import Serve, paths, server_of
from tests.sandbox.hubspot_account import archived, contact, contact_list, member, write_account

CONTACTS = "/hubspot/crm/objects/2026-09/contacts"
IDS = "select id from raw_hubspot.contacts order by id"
STATES = "select id, archived from raw_hubspot.contacts order by id"
MISSING = "select contact_id from raw_hubspot.missing_contacts order by 1"


def values_of(account: HubSpotAccount) -> dict[str, dict[str, Any]]:
    """Return what each contact has, without what it lacks: the truth."""
    return {
        row["id"]: {name: value for name, value in row["properties"].items() if value not in (None, "")}
        for row in account.contacts()
    }


def landed_values(project: Project) -> dict[str, dict[str, Any]]:
    rows = project.rows("select id, properties from raw_hubspot.contacts")
    return {contact_id: json.loads(properties) for contact_id, properties in rows}


@pytest.fixture
def serve(project: Project, tmp_path: Path) -> Serve:
    return server_of(project, "hubspot", write_account, tmp_path / "vendor")


@pytest.fixture
def small(serve: Serve) -> Iterator[Sandbox]:
    """Serve four contacts, one of them in the recycle bin, and two lists."""
    contacts = [
        contact(101, lifecyclestage="lead", favourite_course="Sourdough", visits="17"),
        contact(102, hs_merged_object_ids=55),
        contact(103),
        archived(104, firstname="Gone"),
    ]
    lists = [contact_list(7, "Webinar"), contact_list(8, "Buyers"), contact_list(9, "Firms", "0-2")]
    memberships = {
        "7": [member(101, "2026-03-02T08:00:00Z"), member(102, "2026-03-03T08:00:00Z")],
        "8": [member(103, "2026-03-04T08:00:00Z")],
    }
    histories = {
        "101": {
            "lifecyclestage": [
                {"value": "lead", "timestamp": "2026-03-02T00:00:00Z", "sourceType": "FORM", "sourceId": "f1"},
                {"value": "subscriber", "timestamp": "2026-03-01T10:00:00Z", "sourceType": "IMPORT", "sourceId": "i1"},
            ]
        }
    }
    with serve(contacts, lists=lists, memberships=memberships, histories=histories) as vendors:
        yield vendors


@pytest.fixture
def account(small: Sandbox) -> HubSpotAccount:
    return small.hubspot("acme_hubspot")


@pytest.fixture
def every_load_sweeps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SWEEP_DAYS", 0)


def test_the_first_load_lands_every_contact_with_all_its_properties(project: Project, account: HubSpotAccount) -> None:
    project.load("hubspot")
    assert landed_values(project) == values_of(account)


def test_archived_contacts_are_landed_as_archived(project: Project, small: Sandbox) -> None:
    project.load("hubspot")
    assert project.rows(STATES) == [("101", False), ("102", False), ("103", False), ("104", True)]
    assert project.rows("select archived_at::varchar from raw_hubspot.contacts where archived") == [
        ("2026-03-05 10:00:00+00",)
    ]


def test_every_path_is_of_one_dated_version(project: Project, small: Sandbox) -> None:
    project.load("hubspot")
    assert {part for path in paths(small) for part in path.split("/") if part[:2] == "20"} == {"2026-09"}


def test_a_second_load_changes_nothing_but_the_time(project: Project, small: Sandbox) -> None:
    tables = ("contacts", "properties", "property_history", "lists", "list_memberships", "missing_contacts")
    project.load("hubspot")
    before = {name: rows_without_times(project, name) for name in tables}
    project.load("hubspot")
    assert {name: rows_without_times(project, name) for name in tables} == before


def rows_without_times(project: Project, table: str) -> list[tuple[Any, ...]]:
    times = "seen_at, _dlt_id, _dlt_load_id" + (", read_at" if table == "list_memberships" else "")
    return project.rows(f"select * exclude ({times}) from raw_hubspot.{table} order by all")


def test_a_day_on_which_nothing_happened_takes_five_requests(project: Project, small: Sandbox) -> None:
    project.load("hubspot")
    before = paths(small)
    project.load("hubspot")
    assert paths(small) - before == {
        "/hubspot/crm/properties/2026-09/contacts": 1,
        f"{CONTACTS}/search": 1,
        CONTACTS: 1,
        "/hubspot/crm/lists/2026-09/search": 2,
    }


def test_a_second_load_asks_only_for_what_was_modified(project: Project, small: Sandbox) -> None:
    project.load("hubspot")
    account = small.hubspot("acme_hubspot")
    account.modify("102", firstname="Bo")
    asked_before = len(small.requests)
    project.load("hubspot", "contacts")
    later = [request for request in small.requests[asked_before:] if request.path == CONTACTS]
    # The list is only asked for what is archived.
    assert [request.params["archived"] for request in later] == ["true"]
    assert landed_values(project) == values_of(account)


def test_what_the_index_saw_too_late_is_found_by_the_overlap(
    project: Project, small: Sandbox, account: HubSpotAccount
) -> None:
    project.load("hubspot")
    account.search_lag_seconds = 3600
    account.modify("102", firstname="Bo")
    project.load("hubspot", "contacts")
    assert "firstname" not in landed_values(project)["102"]
    account.search_lag_seconds = 0
    project.load("hubspot", "contacts")
    assert landed_values(project)["102"]["firstname"] == "Bo"


def test_values_come_from_the_contact_where_the_index_has_older_ones(
    project: Project, small: Sandbox, account: HubSpotAccount
) -> None:
    project.load("hubspot")
    account.modify("102", firstname="Bo")
    requests.post(
        f"{small.base_url}{CONTACTS}/search",
        json={"limit": 1},
        headers={"Authorization": f"Bearer {account.access_token}"},
        timeout=5,
    )
    account.search_lag_seconds = 3600
    account.modify("102", firstname="Bob")
    project.load("hubspot", "contacts")
    assert landed_values(project)["102"]["firstname"] == "Bob"


def test_more_than_ten_thousand_changes_are_read_to_the_last(
    project: Project, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    # All of them in one millisecond, so that only their ids tell them apart.
    modified = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    with serve([contact(number, modified=modified) for number in range(1, 10_452)]) as vendors:
        extraction = extraction_over(project)
        pages = list(
            hubspot_client.HubSpot(extraction).changed_ids(
                datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC) + timedelta(seconds=1)
            )
        )
        # 10,451 by 200: 52 full pages and one of 51.
        assert (len(pages), len(vendors.requests)) == (53, 53)
    assert [int(number) for page in pages for number in page] == list(range(1, 10_452))


def extraction_over(project: Project) -> Any:
    from ingestion.connections import read_connections
    from ingestion.tables import Extraction

    (connection,) = read_connections("hubspot")
    return Extraction(connection, frozenset(), None, project.lines.append, {}, lambda sql, parameters: [])


def test_properties_that_do_not_fit_into_an_address_come_in_portions(
    project: Project, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"custom_property_number_{number:04}" for number in range(900)]
    values = {name: name.upper() for name in names}
    with serve([contact(1, **values), contact(2, **values)], names=["email", *names]) as vendors:
        project.load("hubspot", "contacts")
        assert landed_values(project) == values_of(vendors.hubspot("acme_hubspot"))
        longest = max(len(urlencode(request.params)) for request in vendors.requests if request.path == CONTACTS)
    # 900 names of 27 characters and a comma of three are 27,000: two portions, each below the limit.
    assert 9_000 < longest <= settings.URL_LENGTH
    asked = Counter(request.params["archived"] for request in vendors.requests if request.path == CONTACTS)
    assert asked == {"false": 2, "true": 2}


def test_a_contact_deleted_between_two_portions_is_not_landed_in_part(
    project: Project, vendor: FakeVendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.connect("acme_hubspot", "hubspot", vendor.url)
    monkeypatch.setattr(settings, "URL_LENGTH", 560)
    names = [f"property_number_{number}" for number in range(2)]

    def contacts(request: Request) -> object:
        if request.query["archived"] == "true":
            return {"results": []}
        shown = [contact(1), contact(2)] if names[0] in request.query["properties"] else [contact(1)]
        return {"results": shown}

    vendor.routes |= {
        "/crm/properties/2026-09/contacts": lambda _: {"results": [{"name": name} for name in names]},
        "/crm/objects/2026-09/contacts": contacts,
        "/crm/objects/2026-09/contacts/search": lambda _: {"total": 0, "results": []},
    }
    project.load("hubspot", "contacts")
    assert project.rows(IDS) == [("1",)]


def test_an_archived_contact_is_marked_and_keeps_its_values(project: Project, account: HubSpotAccount) -> None:
    project.load("hubspot")
    account.archive("101")
    project.load("hubspot")
    assert project.rows(STATES)[0] == ("101", True)
    assert landed_values(project)["101"]["favourite_course"] == "Sourdough"


def test_a_restored_contact_is_live_again(project: Project, account: HubSpotAccount, every_load_sweeps: None) -> None:
    project.load("hubspot")
    account.restore("104")
    project.load("hubspot")
    assert project.rows(STATES)[3] == ("104", False)


def test_a_contact_deleted_for_good_is_noticed_and_its_row_stays(
    project: Project, account: HubSpotAccount, every_load_sweeps: None
) -> None:
    project.load("hubspot")
    account.delete_for_good("103")
    project.load("hubspot")
    assert project.rows(MISSING) == [("103",)]
    assert ("103",) in project.rows(IDS)


def test_ids_are_swept_once_a_week(project: Project, account: HubSpotAccount) -> None:
    project.load("hubspot")
    account.delete_for_good("103")
    project.load("hubspot")
    assert project.rows(MISSING) == []


def test_a_list_that_lacks_contacts_does_not_delete_them(
    project: Project, small: Sandbox, account: HubSpotAccount, every_load_sweeps: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.load("hubspot")
    whole = HubSpotAccount._list_contacts
    monkeypatch.setattr(
        HubSpotAccount,
        "_list_contacts",
        lambda self, params: type(whole(self, params))({"results": []}),
    )
    project.load("hubspot", "missing_contacts")
    assert project.rows(MISSING) == []


def test_the_sweep_brings_what_the_search_never_found(
    project: Project, account: HubSpotAccount, every_load_sweeps: None
) -> None:
    project.load("hubspot")
    account.search_lag_seconds = 10**6
    new_id = account.add_contact(email="new@example.com")
    account.modify("101", firstname="Ada")
    project.load("hubspot")
    assert landed_values(project) == values_of(account)
    assert (new_id,) in project.rows(IDS)


def test_a_merge_lands_the_survivor_that_knows_both(
    project: Project, account: HubSpotAccount, every_load_sweeps: None
) -> None:
    project.load("hubspot")
    survivor = account.merge("101", "103")
    project.load("hubspot")
    values = landed_values(project)[survivor]
    assert (values["hs_merged_object_ids"], values["hs_additional_emails"]) == ("101;103", "person103@example.com")
    assert project.rows(MISSING) == [("101",), ("103",)]


def test_a_chain_of_merges_is_told_by_its_last_survivor(project: Project, account: HubSpotAccount) -> None:
    project.load("hubspot")
    last = account.merge(account.merge("101", "103"), "102")
    project.load("hubspot")
    # 102 knew 55, from a merge of the old kind.
    assert set(landed_values(project)[last]["hs_merged_object_ids"].split(";")) == {"101", "103", "55", "105", "102"}


def test_a_single_merged_id_may_be_a_number(project: Project, small: Sandbox) -> None:
    project.load("hubspot")
    merged_ids = "select properties -> '$.hs_merged_object_ids' from raw_hubspot.contacts where id = '102'"
    assert project.rows(merged_ids) == [("55",)]


def test_lists_of_contacts_are_landed_and_those_of_firms_are_not(project: Project, small: Sandbox) -> None:
    project.load("hubspot")
    assert project.rows("select list_id, name from raw_hubspot.lists order by 1") == [("7", "Webinar"), ("8", "Buyers")]


def stays(project: Project) -> list[tuple[Any, ...]]:
    """Return who was on which list since when, and whether the last reading of the list still had them."""
    return project.rows(
        """
        select list_id, record_id, membership_timestamp::varchar, read_at = (
            select max(read_at) from raw_hubspot.list_reads as reads where reads.list_id = memberships.list_id
        )
        from raw_hubspot.list_memberships as memberships
        order by all
        """
    )


def test_members_are_landed_with_the_moment_they_were_added(project: Project, small: Sandbox) -> None:
    project.load("hubspot")
    assert stays(project) == [
        ("7", "101", "2026-03-02 08:00:00+00", True),
        ("7", "102", "2026-03-03 08:00:00+00", True),
        ("8", "103", "2026-03-04 08:00:00+00", True),
    ]


def test_who_was_removed_is_told_by_a_later_reading(project: Project, account: HubSpotAccount) -> None:
    project.load("hubspot")
    account.remove_from_list("7", "101")
    project.load("hubspot")
    assert [stay[:2] + stay[3:] for stay in stays(project)] == [
        ("7", "101", False),
        ("7", "102", True),
        ("8", "103", True),
    ]


def test_who_was_removed_and_added_again_stays_twice(project: Project, account: HubSpotAccount) -> None:
    project.load("hubspot")
    account.remove_from_list("7", "101")
    account.add_to_list("7", "101")
    project.load("hubspot")
    assert [(stay[1], stay[3]) for stay in stays(project) if stay[0] == "7"] == [
        ("101", False),
        ("101", True),
        ("102", True),
    ]


def test_a_list_that_did_not_change_is_not_read_again(
    project: Project, small: Sandbox, account: HubSpotAccount
) -> None:
    project.load("hubspot")
    account.add_to_list("8", "101")
    before = paths(small)
    project.load("hubspot")
    read = paths(small) - before
    assert [path for path in read if path.endswith("memberships")] == ["/hubspot/crm/lists/2026-09/8/memberships"]


def test_a_deleted_list_ends_the_stays_on_it(project: Project, account: HubSpotAccount) -> None:
    project.load("hubspot")
    account.delete_list("8")
    project.load("hubspot")
    assert stays(project)[-1] == ("8", "103", "2026-03-04 08:00:00+00", False)
    assert project.rows("select list_id from raw_hubspot.list_reads where not is_found") == [("8",)]


def test_the_history_of_the_lifecycle_is_landed(project: Project, small: Sandbox) -> None:
    project.load("hubspot")
    history = "select contact_id, value, timestamp::varchar, source_type from raw_hubspot.property_history order by 3"
    assert project.rows(history) == [
        ("101", "subscriber", "2026-03-01 10:00:00+00", "IMPORT"),
        ("101", "lead", "2026-03-02 00:00:00+00", "FORM"),
    ]


def test_histories_are_asked_for_again_only_of_contacts_that_were_read_again(
    project: Project, small: Sandbox, account: HubSpotAccount
) -> None:
    project.load("hubspot")
    account.modify("103", lifecyclestage="customer")
    project.load("hubspot")
    values = "select value from raw_hubspot.property_history where contact_id = '103'"
    assert project.rows(values) == [("customer",)]
    before = paths(small)
    project.load("hubspot", "property_history")
    assert paths(small) == before


def test_a_broken_page_lands_nothing_and_is_asked_for_again(project: Project, small: Sandbox) -> None:
    small.faults = Faults(drop_connection_every=3)
    project.load("hubspot")
    assert landed_values(project) == values_of(small.hubspot("acme_hubspot"))


@pytest.mark.parametrize("status", [423, 477, 502, 503, 504, 524])
def test_a_moment_of_weakness_is_outlasted(project: Project, account: HubSpotAccount, status: int) -> None:
    account.refuse_next(status, times=2)
    project.load("hubspot", "contacts")
    assert len(project.rows(IDS)) == 4


@pytest.mark.parametrize("policy", ["TEN_SECONDLY_ROLLING", "SECONDLY"])
@pytest.mark.parametrize("retry_after", [None, 0, 1])
def test_a_limit_is_waited_for(project: Project, account: HubSpotAccount, policy: str, retry_after: int | None) -> None:
    account.refuse_next(429, times=2, policy=policy, retry_after=retry_after)
    project.load("hubspot", "contacts")
    assert len(project.rows(IDS)) == 4


@pytest.mark.parametrize(
    ("status", "policy", "retry_after", "seconds"),
    [
        (429, "TEN_SECONDLY_ROLLING", None, 10),
        (429, "TEN_SECONDLY_ROLLING", "0", 10),
        (429, "SECONDLY", None, 1),
        (429, "TEN_SECONDLY_ROLLING", "3", None),
        (423, "", None, 2),
        (503, "", None, None),
    ],
)
def test_the_wait_is_the_one_told_or_the_span_of_the_policy(
    status: int, policy: str, retry_after: str | None, seconds: float | None
) -> None:
    response = requests.Response()
    response.status_code = status
    response._content = json.dumps({"policyName": policy}).encode()
    if retry_after:
        response.headers["Retry-After"] = retry_after
    assert hubspot_client.seconds_to_wait(response) == seconds


@pytest.mark.parametrize(
    ("status", "given"),
    [(429, {"policy": "DAILY", "message": "You have reached your daily limit."}), (477, {"retry_after": 86_400})],
)
def test_what_takes_a_day_is_not_waited_for(
    project: Project, small: Sandbox, account: HubSpotAccount, status: int, given: Mapping[str, Any]
) -> None:
    account.refuse_next(status, **given)
    with pytest.raises(LoadFailed, match=rf"^acme_hubspot: HubSpot answered {status} to GET /crm/properties/2026-09"):
        project.load("hubspot", "contacts")
    assert len(small.requests) == 1


@pytest.mark.parametrize("status", [401, 530])
def test_a_wrong_key_names_the_variable_and_is_not_tried_again(
    project: Project, small: Sandbox, account: HubSpotAccount, status: int
) -> None:
    account.refuse_next(status)
    with pytest.raises(LoadFailed, match=r"^acme_hubspot: .* the key in CONNECTIONS__ACME_HUBSPOT__ACCESS_TOKEN"):
        project.load("hubspot", "contacts")
    assert len(small.requests) == 1


def test_a_failed_load_does_not_move_the_watermark(project: Project, account: HubSpotAccount) -> None:
    project.load("hubspot")
    account.modify("101", firstname="Ada")
    account.refuse_next(400)
    with pytest.raises(LoadFailed):
        project.load("hubspot", "contacts")
    project.load("hubspot", "contacts")
    assert landed_values(project)["101"]["firstname"] == "Ada"


def test_a_contact_without_a_date_is_set_aside_and_the_others_are_landed(project: Project, serve: Serve) -> None:
    with serve([contact(1), contact(2) | {"createdAt": "0000-00-00"}]):
        loaded = project.load("hubspot", "contacts")
    assert loaded["contacts"].rows_rejected == 1
    assert project.rows(IDS) == [("1",)]


def test_a_long_first_reading_is_landed_in_parts_and_misses_nobody(
    project: Project, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "LIST_PAGE_SIZE", 10)
    monkeypatch.setattr(settings, "PAGES_PER_LANDING", 2)
    with serve([contact(number) for number in range(1, 48)]) as vendors:
        project.load("hubspot", "contacts")
        asked = [request for request in vendors.requests if request.path == CONTACTS]
    assert len(project.rows(IDS)) == 47
    # Five pages of live contacts, each once, and one of the recycle bin.
    assert Counter(request.params["archived"] for request in asked) == {"false": 5, "true": 1}


KILLED = """
import os, signal
from ingestion.hubspot import settings
settings.LIST_PAGE_SIZE, settings.PAGES_PER_LANDING = 10, 2
from ingestion.hubspot.client import HubSpot
pages = HubSpot.contact_pages
def dying(self, names, is_archived=False, after=None):
    for page in pages(self, names, is_archived, after):
        yield page
        if page.rows[-1]["id"] == "30":
            os.kill(os.getpid(), signal.SIGKILL)
HubSpot.contact_pages = dying
from ingestion import load
load("hubspot", ["contacts"])
"""


def test_a_killed_first_reading_goes_on_where_it_was_landed(
    project: Project, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "LIST_PAGE_SIZE", 10)
    with serve([contact(number) for number in range(1, 48)]) as vendors:
        killed = subprocess.run([sys.executable, "-c", KILLED], capture_output=True, check=False)
        assert killed.returncode == -signal.SIGKILL
        before = len(vendors.requests)
        project.load("hubspot", "contacts")
        live = [
            request
            for request in vendors.requests[before:]
            if request.path == CONTACTS and request.params["archived"] == "false"
        ]
        assert landed_values(project) == values_of(vendors.hubspot("acme_hubspot"))
    # Two of five pages were landed before.
    assert len(live) == 3


def test_a_full_load_reads_all_contacts_again(project: Project, small: Sandbox) -> None:
    project.load("hubspot")
    before = paths(small)[CONTACTS]
    load("hubspot", ["contacts"], report=project.lines.append, is_full=True)
    assert paths(small)[CONTACTS] - before == 2


def test_no_address_of_a_contact_is_reported(project: Project, small: Sandbox) -> None:
    small.faults = Faults(rate_limited_every=4, server_error_every=5)
    project.load("hubspot")
    assert "@" not in project.report
