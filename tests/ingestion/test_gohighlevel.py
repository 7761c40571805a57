"""GoHighLevel over HTTP, as the sandbox plays it: what is landed equals what is there."""

import ast
import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from ingestion import LoadFailed, load
from ingestion.connections import ConfigurationError
from ingestion.gohighlevel import client as gohighlevel_client
from ingestion.gohighlevel import settings
from ingestion.tombstones import forgotten_in, remember
from sandbox.serving import Faults, Sandbox
from sandbox.serving.gohighlevel import GoHighLevelAccount
from tests.ingestion.conftest import Project
from tests.ingestion.fake_vendor import FakeVendor
from tests.ingestion.served_account import Serve, paths, server_of
from tests.sandbox.gohighlevel_account import LOCATION, attribution, contact, custom_field, write_account

SEARCH = "/gohighlevel/contacts/search"
IDS = "select id from raw_gohighlevel.contacts order by id"
MISSING = "select contact_id from raw_gohighlevel.missing_contacts order by 1"
TAGS = "select contact_id, tag, is_given from raw_gohighlevel.contact_tags order by read_at, contact_id, tag"
TABLES = ("contacts", "missing_contacts", "contact_tags", "custom_fields")
NESTED = {"tags": "tags", "additionalEmails": "additional_emails", "attributionSource": "attribution_source"}


def truth(account: GoHighLevelAccount) -> dict[str, Any]:
    """Return address, tags, additional addresses and attribution of each contact."""
    return {
        row["id"]: [row["email"], row["tags"], row.get("additionalEmails", []), row.get("attributionSource")]
        for row in account.contacts()
    }


def landed(project: Project) -> dict[str, Any]:
    columns = ", ".join(NESTED.values())
    rows = project.rows(f"select id, email, {columns} from raw_gohighlevel.contacts")
    return {
        contact_id: [email, *(json.loads(text) if text else None for text in nested)]
        for contact_id, email, *nested in rows
    }


def filters(vendors: Sandbox, first: int = 0) -> list[Any]:
    """Return the field and the ends of each search, from a request on."""
    asked = [request for request in vendors.requests[first:] if request.path == SEARCH]
    found = [ast.literal_eval(request.params["filters"])[0] for request in asked]
    return [(each["field"], sorted(each["value"])) for each in found]


def cursors(vendors: Sandbox, first: int = 0) -> list[str | None]:
    """Return the ids that searches go on after, None for one that begins."""
    asked = [request for request in vendors.requests[first:] if request.path == SEARCH]
    found = [ast.literal_eval(request.params.get("searchAfter", "[None]")) for request in asked]
    return [each[-1] for each in found]


def rows_without_times(project: Project, table: str) -> list[tuple[Any, ...]]:
    return project.rows(f"select * exclude (seen_at, _dlt_id, _dlt_load_id) from raw_gohighlevel.{table} order by all")


@pytest.fixture
def serve(project: Project, tmp_path: Path) -> Serve:
    return server_of(project, "gohighlevel", write_account, tmp_path / "vendor", vendor_account_id=LOCATION)


@pytest.fixture
def small(serve: Serve) -> Iterator[Sandbox]:
    """Serve four contacts, one of whom wants no messages and one of whom has only a phone."""
    contacts = [
        contact(1, firstName="Ada", tags=["webinar", "lead"], attributionSource=attribution(utmSource="facebook")),
        contact(2, tags=["webinar"], dnd=True, additionalEmails=["two@work.example.com"]),
        contact(3, customFields=[{"id": "field1", "value": "Sourdough"}]),
        contact(4, email=None, phone="+12125550100"),
    ]
    with serve(contacts, custom_fields=[custom_field(1, "Course")]) as vendors:
        yield vendors


@pytest.fixture
def account(small: Sandbox) -> GoHighLevelAccount:
    return small.gohighlevel("acme_gohighlevel")


@pytest.fixture
def every_load_reads_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "FULL_READ", timedelta())


def test_the_first_load_lands_every_contact_also_who_wants_no_messages(
    project: Project, account: GoHighLevelAccount
) -> None:
    project.load("gohighlevel")
    assert landed(project) == truth(account)
    assert project.rows("select id from raw_gohighlevel.contacts where dnd") == [("contact0002",)]


def test_attributions_and_custom_fields_are_kept_as_sent(project: Project, serve: Serve) -> None:
    first = attribution(utmSource="google", gclid="Cj0", url="https://acme.example/?a=1", referrer="https://google.com")
    last = attribution(fbclid="IwAR", msclkid="m1", campaign="spring")
    fields = [{"id": "field1", "value": ["a", "b"]}]
    given = {"attributionSource": first, "lastAttributionSource": last, "customFields": fields}
    with serve([contact(1, **given)], custom_fields=[custom_field(1, "Course")]):
        project.load("gohighlevel")
    columns = "attribution_source, last_attribution_source, custom_fields"
    (row,) = project.rows(f"select {columns} from raw_gohighlevel.contacts")
    assert [json.loads(text) for text in row] == [first, last, fields]
    kept = "select id, name, field_key, data_type from raw_gohighlevel.custom_fields"
    assert project.rows(kept) == [("field1", "Course", "contact.course", "TEXT")]


def test_moments_are_utc(project: Project, small: Sandbox) -> None:
    project.load("gohighlevel", "contacts")
    moments = "select date_added::varchar, date_updated::varchar from raw_gohighlevel.contacts where email like '%1@%'"
    assert project.rows(moments) == [("2026-03-01 10:00:01+00", "2026-03-01 10:00:01+00")]


def test_a_second_load_changes_nothing_but_the_time(project: Project, small: Sandbox) -> None:
    project.load("gohighlevel")
    before = {name: rows_without_times(project, name) for name in TABLES}
    project.load("gohighlevel")
    assert {name: rows_without_times(project, name) for name in TABLES} == before


def test_all_contacts_are_read_in_the_order_they_were_added_to_an_empty_page(
    project: Project, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "PAGE_SIZE", 10)
    with serve([contact(number) for number in range(1, 48)]) as vendors:
        project.load("gohighlevel", "contacts")
        assert landed(project) == truth(vendors.gohighlevel("acme_gohighlevel"))
    assert cursors(vendors) == [None, *(f"contact00{number}" for number in (10, 20, 30, 40, 47))]
    assert filters(vendors) == [("dateAdded", ["lte"])] * 6


def test_contacts_added_in_one_moment_are_told_apart_by_their_ids(
    project: Project, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "PAGE_SIZE", 10)
    with serve([contact(number, dateAdded="2026-03-01T10:00:00.000Z") for number in range(1, 48)]):
        project.load("gohighlevel", "contacts")
    assert len(project.rows(IDS)) == 47


@pytest.mark.parametrize("what", ["deleted", "modified"])
def test_what_happens_while_all_are_read_hides_nobody(
    project: Project, serve: Serve, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(settings, "PAGE_SIZE", 10)
    with serve([contact(number) for number in range(1, 48)]) as vendors:
        account = vendors.gohighlevel("acme_gohighlevel")
        change = account.delete if what == "deleted" else account.modify
        account.after_next(lambda: change("contact0003"))
        project.load("gohighlevel", "contacts")
    assert len(project.rows(IDS)) == 47


def test_a_second_load_asks_only_for_who_was_updated(
    project: Project, small: Sandbox, account: GoHighLevelAccount
) -> None:
    project.load("gohighlevel")
    account.modify("contact0002", email="new@example.com")
    account.add_contact(email="five@example.com")
    first = len(small.requests)
    project.load("gohighlevel", "contacts")
    # One page of two contacts, and an empty one.
    assert filters(small, first) == [("dateUpdated", ["gte", "lte"])] * 2
    assert landed(project) == truth(account)


def test_changes_are_looked_for_an_hour_before_the_last_question(project: Project, small: Sandbox) -> None:
    project.load("gohighlevel", "contacts")
    began = datetime.now(UTC)
    project.load("gohighlevel", "contacts")
    asked = ast.literal_eval(small.requests[-1].params["filters"])[0]["value"]
    since = datetime.fromisoformat(asked["gte"])
    assert began - timedelta(hours=1, minutes=5) < since < began - timedelta(minutes=55)


def test_a_change_that_the_search_is_late_to_see_is_found_by_the_next_load(
    project: Project, small: Sandbox, account: GoHighLevelAccount
) -> None:
    project.load("gohighlevel")
    account.search_lag_seconds = 3600
    account.modify("contact0001", email="late@example.com")
    project.load("gohighlevel", "contacts")
    assert landed(project)["contact0001"][0] == "person1@example.com"
    account.search_lag_seconds = 0
    account._unindexed = [(0.0, contact_id) for _, contact_id in account._unindexed]
    project.load("gohighlevel", "contacts")
    assert landed(project)["contact0001"][0] == "late@example.com"


def test_once_a_day_all_contacts_are_read_again(
    project: Project, account: GoHighLevelAccount, every_load_reads_all: None
) -> None:
    project.load("gohighlevel")
    account.modify_silently("contact0003", email="moved@example.com")
    project.load("gohighlevel", "contacts")
    assert landed(project)["contact0003"][0] == "moved@example.com"


def test_a_contact_that_vanished_is_noticed_once_and_its_row_stays(
    project: Project, small: Sandbox, account: GoHighLevelAccount, every_load_reads_all: None
) -> None:
    project.load("gohighlevel")
    account.delete("contact0003")
    project.load("gohighlevel")
    project.load("gohighlevel")
    assert project.rows(MISSING) == [("contact0003",)]
    assert ("contact0003",) in project.rows(IDS)
    assert paths(small)["/gohighlevel/contacts/contact0003"] == 1


def test_a_contact_that_is_sent_with_the_mark_of_a_deletion_is_missing(project: Project, vendor: FakeVendor) -> None:
    project.connect("acme_gohighlevel", "gohighlevel", vendor.url, vendor_account_id=LOCATION)
    row = contact(1) | {"searchAfter": [1, "contact0001"]}
    vendor.routes["/contacts/search"] = lambda request: {"contacts": [] if "searchAfter" in request.body else [row]}
    vendor.routes[f"/locations/{LOCATION}/customFields"] = lambda _: {"customFields": []}
    vendor.routes["/contacts/contact0001"] = lambda _: {"contact": {**contact(1), "deleted": True}}
    project.load("gohighlevel")
    vendor.routes["/contacts/search"] = lambda _: {"contacts": []}
    load("gohighlevel", report=project.lines.append, is_full=True)
    assert project.rows(MISSING) == [("contact0001",)]


def test_a_contact_that_was_merged_vanishes_and_the_other_one_has_its_address_and_tags(
    project: Project, account: GoHighLevelAccount, every_load_reads_all: None
) -> None:
    project.load("gohighlevel")
    account.merge("contact0003", "contact0002")
    project.load("gohighlevel")
    assert project.rows(MISSING) == [("contact0002",)]
    assert landed(project)["contact0003"] == [
        "person3@example.com",
        ["webinar"],
        ["person2@example.com", "two@work.example.com"],
        None,
    ]


def test_between_two_readings_of_all_nobody_is_sought(project: Project, account: GoHighLevelAccount) -> None:
    project.load("gohighlevel")
    account.delete("contact0003")
    project.load("gohighlevel")
    assert project.rows(MISSING) == []


def test_a_search_that_lacks_contacts_does_not_delete_them(
    project: Project, account: GoHighLevelAccount, every_load_reads_all: None
) -> None:
    project.load("gohighlevel")
    account._index.clear()
    project.load("gohighlevel")
    assert project.rows(MISSING) == []
    assert landed(project)["contact0002"][2] == [{"email": "two@work.example.com", "validEmail": None}]


@pytest.mark.parametrize(
    ("status", "message"), [(400, "Contact not found"), (404, "No such contact"), (422, "The contact was deleted")]
)
def test_a_contact_is_gone_in_whatever_words_that_is_said(
    project: Project, account: GoHighLevelAccount, every_load_reads_all: None, status: int, message: str
) -> None:
    project.load("gohighlevel")
    account.delete("contact0003")
    project.load("gohighlevel", "contacts")
    account.refuse_next(status, message=message)
    project.load("gohighlevel", "missing_contacts")
    assert project.rows(MISSING) == [("contact0003",)]


@pytest.mark.parametrize(
    ("status", "message"),
    [(404, "Cannot GET /contacts/contact0003"), (400, "No"), (400, "Invalid version"), (422, "contactId is invalid")],
)
def test_a_refusal_that_does_not_say_that_the_contact_is_gone_deletes_nobody(
    project: Project, account: GoHighLevelAccount, every_load_reads_all: None, status: int, message: str
) -> None:
    project.load("gohighlevel")
    account.delete("contact0003")
    project.load("gohighlevel", "contacts")
    account.refuse_next(status, message=message)
    with pytest.raises(LoadFailed, match=f"acme_gohighlevel: GoHighLevel answered {status} to GET /contacts/contact00"):
        project.load("gohighlevel", "missing_contacts")
    assert project.rows(MISSING) == []


def test_the_tags_of_the_first_reading_are_noted_as_given(project: Project, small: Sandbox) -> None:
    project.load("gohighlevel")
    assert project.rows(TAGS) == [
        ("contact0001", "lead", True),
        ("contact0001", "webinar", True),
        ("contact0002", "webinar", True),
    ]
    assert project.rows(
        "select distinct tags.read_at = contacts.seen_at from raw_gohighlevel.contact_tags as tags"
        " inner join raw_gohighlevel.contacts on contacts.id = tags.contact_id"
    ) == [(True,)]


def test_what_tags_two_readings_differ_by_is_noted(project: Project, account: GoHighLevelAccount) -> None:
    project.load("gohighlevel")
    account.untag("contact0001", "lead")
    account.tag("contact0003", "Buyer")
    project.load("gohighlevel")
    assert project.rows(TAGS)[3:] == [("contact0001", "lead", False), ("contact0003", "buyer", True)]


def test_a_tag_taken_away_and_given_again_is_noted_three_times(project: Project, account: GoHighLevelAccount) -> None:
    project.load("gohighlevel")
    for change in (account.untag, account.tag):
        change("contact0001", "lead")
        project.load("gohighlevel")
    assert [row for row in project.rows(TAGS) if row[:2] == ("contact0001", "lead")] == [
        ("contact0001", "lead", True),
        ("contact0001", "lead", False),
        ("contact0001", "lead", True),
    ]


def test_a_contact_that_comes_without_a_word_of_tags_keeps_them(
    project: Project, account: GoHighLevelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.load("gohighlevel")
    whole = GoHighLevelAccount._as_found
    monkeypatch.setattr(
        GoHighLevelAccount,
        "_as_found",
        lambda self, row: {name: value for name, value in whole(self, row).items() if name != "tags"},
    )
    account.modify("contact0001", firstName="Augusta")
    project.load("gohighlevel")
    assert {is_given for _, _, is_given in project.rows(TAGS)} == {True}


def test_a_broken_page_is_asked_for_again(project: Project, small: Sandbox, account: GoHighLevelAccount) -> None:
    small.faults = Faults(drop_connection_every=3)
    project.load("gohighlevel")
    assert landed(project) == truth(account)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_moment_of_weakness_is_outlasted(project: Project, account: GoHighLevelAccount, status: int) -> None:
    account.refuse_next(status, times=2)
    project.load("gohighlevel", "contacts")
    assert len(project.rows(IDS)) == 4


@pytest.mark.parametrize(
    ("status", "retry_after", "seconds"), [(429, None, 10), (429, "0", 10), (429, "3", None), (503, None, None)]
)
def test_the_wait_is_the_one_told_or_the_span_of_the_limit(
    status: int, retry_after: str | None, seconds: float | None
) -> None:
    response = requests.Response()
    response.status_code = status
    if retry_after:
        response.headers["Retry-After"] = retry_after
    assert gohighlevel_client.seconds_to_wait(response) == seconds


@pytest.mark.parametrize("headers", [{"X-RateLimit-Daily-Remaining": "0"}, {"Retry-After": "7200"}])
def test_what_takes_until_tomorrow_is_for_the_next_load(
    project: Project, small: Sandbox, account: GoHighLevelAccount, headers: Mapping[str, str]
) -> None:
    account.refuse_next(429, headers=headers)
    with pytest.raises(LoadFailed, match=r"^acme_gohighlevel: GoHighLevel answered 429 to POST /contacts/search"):
        project.load("gohighlevel", "contacts")
    assert len(small.requests) == 1


def test_no_ten_seconds_have_more_requests_than_are_allowed() -> None:
    # 100 in any ten seconds; a span of the pace is a little longer than the vendor's.
    assert settings.PACE["requests_per_minute"] * settings.BURST_SECONDS / 60 < 100


def test_a_wrong_key_is_one_line_that_names_the_variable(
    project: Project, small: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTIONS__ACME_GOHIGHLEVEL__ACCESS_TOKEN", "wrong")
    with pytest.raises(LoadFailed) as raised:
        project.load("gohighlevel", "contacts")
    assert str(raised.value) == (
        "acme_gohighlevel: GoHighLevel does not accept the key in CONNECTIONS__ACME_GOHIGHLEVEL__ACCESS_TOKEN: it is "
        "wrong or revoked; renew it at the location's Settings > Private Integrations, with contacts.readonly and "
        "locations/customFields.readonly"
    )
    assert [request.status for request in small.requests] == [401]


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (403, "The token does not have access to this location."),
        (401, "This location is not accessible from this token!"),
    ],
)
def test_a_token_of_another_location_is_told_from_a_wrong_one(
    project: Project, account: GoHighLevelAccount, status: int, message: str
) -> None:
    account.refuse_next(status, message=message)
    with pytest.raises(
        LoadFailed, match=f"^acme_gohighlevel: the token in CONNECTIONS__ACME_GOHIGHLEVEL__ACCESS_TOKEN .*{LOCATION}"
    ):
        project.load("gohighlevel", "contacts")


@pytest.mark.parametrize("location", ["", "https://app.gohighlevel.com/v2/location/ve9EPM428h8vShlRW1KT"])
def test_the_location_has_to_be_named_by_its_id(bare_project: Project, location: str) -> None:
    bare_project.connect("my_gohighlevel", "gohighlevel", vendor_account_id=location)
    with pytest.raises(ConfigurationError, match="vendor_account_id of my_gohighlevel must be the location's id"):
        bare_project.load("gohighlevel")


@pytest.mark.parametrize("cursor", [{}, {"searchAfter": [1, "contact0001"]}, {"searchAfter": []}])
def test_pages_that_do_not_move_on_are_refused(project: Project, vendor: FakeVendor, cursor: dict[str, Any]) -> None:
    project.connect("acme_gohighlevel", "gohighlevel", vendor.url, vendor_account_id=LOCATION)
    vendor.routes["/contacts/search"] = lambda _: {"contacts": [contact(1) | cursor], "total": 1}
    with pytest.raises(LoadFailed, match="GoHighLevel's pages of contacts do not move on"):
        project.load("gohighlevel", "contacts")


def test_an_answer_without_its_list_is_named(project: Project, vendor: FakeVendor) -> None:
    project.connect("acme_gohighlevel", "gohighlevel", vendor.url, vendor_account_id=LOCATION)
    vendor.routes["/contacts/search"] = lambda _: {"total": 0}
    with pytest.raises(LoadFailed, match="answered POST /contacts/search without a list of contacts"):
        project.load("gohighlevel", "contacts")


def test_a_failed_load_does_not_move_the_watermark(project: Project, account: GoHighLevelAccount) -> None:
    project.load("gohighlevel")
    account.modify("contact0001", email="ada@example.com")
    account.refuse_next(422)
    with pytest.raises(LoadFailed):
        project.load("gohighlevel", "contacts")
    project.load("gohighlevel", "contacts")
    assert landed(project)["contact0001"][0] == "ada@example.com"


def test_a_contact_without_a_date_is_set_aside_and_the_others_are_landed(project: Project, vendor: FakeVendor) -> None:
    project.connect("acme_gohighlevel", "gohighlevel", vendor.url, vendor_account_id=LOCATION)
    rows = [contact(1), contact(2, dateAdded=None) | {"searchAfter": [2, "contact0002"]}]
    vendor.routes["/contacts/search"] = lambda request: {"contacts": [] if "searchAfter" in request.body else rows}
    assert project.load("gohighlevel", "contacts")["contacts"].rows_rejected == 1
    assert project.rows(IDS) == [("contact0001",)]


def test_of_a_forgotten_contact_nothing_comes_back(project: Project, small: Sandbox, secrets_file: Path) -> None:
    nobody = forgotten_in("acme", makes_key=True)
    remember("acme", nobody.and_also(["Two@work.example.com"]).not_in(nobody))
    project.load("gohighlevel")
    assert project.rows(IDS) == [("contact0001",), ("contact0003",), ("contact0004",)]
    assert {contact_id for contact_id, _, _ in project.rows(TAGS)} == {"contact0001"}


KILLED = """
import os, signal
from ingestion.gohighlevel import settings
settings.PAGE_SIZE, settings.PAGES_PER_LANDING = 10, 2
from ingestion.gohighlevel.client import GoHighLevel
pages = GoHighLevel.contact_pages
def dying(self, *asked):
    for page in pages(self, *asked):
        yield page
        if page.rows[-1]["id"] == "contact0030":
            os.kill(os.getpid(), signal.SIGKILL)
GoHighLevel.contact_pages = dying
from ingestion import load
load("gohighlevel", ["contacts", "contact_tags"])
"""


def test_a_killed_first_reading_goes_on_where_it_was_landed(
    project: Project, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "PAGE_SIZE", 10)
    with serve([contact(number, tags=["lead"]) for number in range(1, 48)]) as vendors:
        killed = subprocess.run([sys.executable, "-c", KILLED], capture_output=True, check=False)
        assert killed.returncode == -signal.SIGKILL
        first = len(vendors.requests)
        project.load("gohighlevel", "contacts", "contact_tags")
        assert landed(project) == truth(vendors.gohighlevel("acme_gohighlevel"))
    # Two of five pages were landed before.
    assert cursors(vendors, first) == ["contact0020", "contact0030", "contact0040", "contact0047"]
    assert len(project.rows(TAGS)) == 47


def test_a_full_load_reads_everything_again(project: Project, small: Sandbox) -> None:
    project.load("gohighlevel")
    first = len(small.requests)
    load("gohighlevel", ["contacts"], report=project.lines.append, is_full=True)
    assert filters(small, first) == [("dateAdded", ["lte"])] * 2


def test_no_address_of_a_contact_is_reported(project: Project, small: Sandbox) -> None:
    small.faults = Faults(rate_limited_every=4, server_error_every=5)
    project.load("gohighlevel")
    assert "@" not in project.report
