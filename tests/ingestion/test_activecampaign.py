"""ActiveCampaign over HTTP, as the sandbox plays it: what is landed equals what is there."""

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingestion import LoadFailed, load
from ingestion.activecampaign import settings
from ingestion.connections import ConfigurationError
from ingestion.tombstones import forgotten_in, remember
from sandbox.serving import Faults, Sandbox
from sandbox.serving.activecampaign import ActiveCampaignAccount
from tests.ingestion.conftest import Project
from tests.ingestion.fake_vendor import FakeVendor
from tests.ingestion.served_account import Serve, paths, server_of
from tests.sandbox.activecampaign_account import (
    automation,
    contact,
    contact_list,
    contact_tag,
    field,
    field_value,
    run,
    subscription,
    tag,
    write_account,
)

API = "/activecampaign/api/3"
CONTACTS = f"{API}/contacts"
IDS = "select id from raw_activecampaign.contacts order by id::int"
EMAILS = "select id, email from raw_activecampaign.contacts"
MISSING = "select contact_id from raw_activecampaign.missing_contacts order by 1"
VALUES = "select contact, field, value from raw_activecampaign.field_values order by 1, 2"
TABLES = (
    *("contacts", "missing_contacts", "fields", "field_values", "tags", "lists", "automations"),
    *("contact_tags", "contact_lists", "contact_automations"),
)


def emails_of(account: ActiveCampaignAccount) -> dict[str, str]:
    """Return the address of each contact: the truth."""
    return {row["id"]: row["email"] for row in account.contacts()}


def landed_emails(project: Project) -> dict[str, str]:
    return dict(project.rows(EMAILS))


@pytest.fixture
def serve(project: Project, tmp_path: Path) -> Serve:
    return server_of(project, "activecampaign", write_account, tmp_path / "vendor", "/api/3")


@pytest.fixture
def small(serve: Serve) -> Iterator[Sandbox]:
    """Serve four contacts, one of whom has unsubscribed and one of whom has only a phone, with all that they have."""
    contacts = [
        contact(1, firstName="Ada", bounced_hard="2"),
        contact(2, status="2"),
        contact(3),
        contact(4, email="", phone="+1 212 555 0100"),
    ]
    with serve(
        contacts,
        fields=[field(1, "UTM Source"), field(2, "Course")],
        fieldValues=[field_value(1, 1, 1, "facebook"), field_value(2, 1, 2, "Sourdough"), field_value(3, 2, 1, "ig")],
        tags=[tag(7, "Webinar"), tag(8, "Buyer")],
        contactTags=[
            contact_tag(1, 1, 7, "2026-03-02T03:00:00-05:00"),
            contact_tag(2, 2, 7, "2026-03-03T03:00:00-05:00"),
            contact_tag(3, 1, 8, "2026-07-04T04:00:00-04:00"),
        ],
        lists=[contact_list(5, "Letters")],
        contactLists=[subscription(1, 1, 5, "2026-03-02T03:00:00-05:00")],
        automations=[automation(6, "Welcome")],
        contactAutomations=[run(1, 1, 6, "2026-03-02T03:00:00-05:00", "2026-03-05T03:00:00-05:00")],
    ) as vendors:
        yield vendors


@pytest.fixture
def account(small: Sandbox) -> ActiveCampaignAccount:
    return small.activecampaign("acme_activecampaign")


@pytest.fixture
def every_load_reads_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "FULL_READ", timedelta())


def rows_without_times(project: Project, table: str) -> list[tuple[Any, ...]]:
    times = "seen_at, _dlt_id, _dlt_load_id" + (", read_at" if table.startswith("contact_") else "")
    return project.rows(f"select * exclude ({times}) from raw_activecampaign.{table} order by all")


def test_the_first_load_lands_contacts_of_every_status(project: Project, account: ActiveCampaignAccount) -> None:
    project.load("activecampaign")
    assert landed_emails(project) == emails_of(account)
    assert len(landed_emails(project)) == 4


def test_numbers_sent_as_text_are_numbers_and_dates_of_zeros_are_none(project: Project, small: Sandbox) -> None:
    project.load("activecampaign", "contacts")
    columns = "first_name, bounced_hard, bounced_soft, bounced_date, deleted, deleted_at, adate, cdate::varchar"
    assert project.rows(f"select {columns} from raw_activecampaign.contacts where id = '1'") == [
        ("Ada", 2, 0, None, False, None, None, "2026-03-01 10:00:00+00")
    ]


def test_what_contacts_have_is_landed_with_its_times(project: Project, small: Sandbox) -> None:
    project.load("activecampaign")
    assert project.rows(VALUES) == [("1", "1", "facebook"), ("1", "2", "Sourdough"), ("2", "1", "ig")]
    tags = "select contact, tag, cdate::varchar from raw_activecampaign.contact_tags order by id"
    assert project.rows(tags) == [
        ("1", "7", "2026-03-02 08:00:00+00"),
        ("2", "7", "2026-03-03 08:00:00+00"),
        ("1", "8", "2026-07-04 08:00:00+00"),
    ]
    lists = "select contact, list, status, sdate::varchar, udate from raw_activecampaign.contact_lists"
    assert project.rows(lists) == [("1", "5", "1", "2026-03-02 08:00:00+00", None)]
    runs = "select contact, automation, adddate::varchar, remdate::varchar from raw_activecampaign.contact_automations"
    assert project.rows(runs) == [("1", "6", "2026-03-02 08:00:00+00", "2026-03-05 08:00:00+00")]


def test_keys_of_lists_and_names_of_their_contacts_are_not_landed(project: Project, small: Sandbox) -> None:
    project.load("activecampaign")
    columns = "select table_name, column_name from information_schema.columns where table_schema = 'raw_activecampaign'"
    found = set(project.rows(columns))
    assert ("lists", "stringid") in found
    assert {("lists", "twitter_token_secret"), ("contact_lists", "first_name"), ("contacts", "links")} & found == set()


def test_a_second_load_changes_nothing_but_the_time(project: Project, small: Sandbox) -> None:
    project.load("activecampaign")
    before = {name: rows_without_times(project, name) for name in TABLES}
    project.load("activecampaign")
    assert {name: rows_without_times(project, name) for name in TABLES} == before


def test_contacts_are_read_in_the_order_of_their_ids_to_the_last(
    project: Project, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "PAGE_SIZE", 10)
    with serve([contact(number) for number in range(1, 48)]) as vendors:
        project.load("activecampaign", "contacts")
        asked = [request.params["id_greater"] for request in vendors.requests]
        assert landed_emails(project) == emails_of(vendors.activecampaign("acme_activecampaign"))
    assert asked == ["0", "10", "20", "30", "40", "47"]


def test_a_contact_deleted_while_all_are_read_hides_no_other(
    project: Project, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "PAGE_SIZE", 10)
    with serve([contact(number) for number in range(1, 48)]) as vendors:
        account = vendors.activecampaign("acme_activecampaign")
        account.after_next("contacts", lambda: account.delete("3"))
        project.load("activecampaign", "contacts")
    assert len(project.rows(IDS)) == 47


def test_a_second_load_asks_only_for_who_was_updated_from_two_days_before(
    project: Project, small: Sandbox, account: ActiveCampaignAccount
) -> None:
    project.load("activecampaign")
    account.modify("2", email="new@example.com")
    new_id = account.add_contact(email="five@example.com")
    before = len(small.requests)
    project.load("activecampaign", "contacts")
    since = datetime.now(UTC).date() - timedelta(days=2)
    # One page of two contacts, and an empty one.
    asked = [request.params for request in small.requests[before:]]
    assert [(params["filters[updated_after]"], params["id_greater"]) for params in asked] == [
        (since.isoformat(), "0"),
        (since.isoformat(), new_id),
    ]
    assert landed_emails(project) == emails_of(account)


def test_once_a_week_all_contacts_are_read_again(
    project: Project, account: ActiveCampaignAccount, every_load_reads_all: None
) -> None:
    project.load("activecampaign")
    # A change that moved no date.
    account._contacts["3"]["email"] = "moved@example.com"
    project.load("activecampaign", "contacts")
    assert landed_emails(project)["3"] == "moved@example.com"


def test_a_contact_that_vanished_is_noticed_and_its_row_stays(
    project: Project, account: ActiveCampaignAccount, every_load_reads_all: None
) -> None:
    project.load("activecampaign")
    account.delete("3")
    project.load("activecampaign")
    assert project.rows(MISSING) == [("3",)]
    assert ("3",) in project.rows(IDS)


def test_a_contact_that_was_merged_vanishes_too_and_its_tags_move(
    project: Project, account: ActiveCampaignAccount, every_load_reads_all: None
) -> None:
    project.load("activecampaign")
    account.merge("3", "2")
    project.load("activecampaign")
    assert project.rows(MISSING) == [("2",)]
    assert project.rows("select contact from raw_activecampaign.contact_tags where id = '2'") == [("3",)]


def test_who_vanished_is_noticed_once(
    project: Project, small: Sandbox, account: ActiveCampaignAccount, every_load_reads_all: None
) -> None:
    project.load("activecampaign")
    account.delete("3")
    project.load("activecampaign")
    project.load("activecampaign")
    assert paths(small)[f"{CONTACTS}/3"] == 1


def test_between_two_readings_of_all_nobody_is_sought(
    project: Project, small: Sandbox, account: ActiveCampaignAccount
) -> None:
    project.load("activecampaign")
    account.delete("3")
    project.load("activecampaign")
    assert project.rows(MISSING) == []
    assert paths(small)[f"{CONTACTS}/3"] == 0


def test_a_list_that_lacks_contacts_does_not_delete_them(
    project: Project, account: ActiveCampaignAccount, every_load_reads_all: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.load("activecampaign")
    whole = ActiveCampaignAccount._list_contacts
    monkeypatch.setattr(
        ActiveCampaignAccount,
        "_list_contacts",
        lambda self, params: type(whole(self, params))({"contacts": [], "meta": {"total": "0"}}),
    )
    project.load("activecampaign")
    assert project.rows(MISSING) == []


def test_a_404_that_does_not_speak_of_a_contact_deletes_nobody(
    project: Project, account: ActiveCampaignAccount, every_load_reads_all: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.load("activecampaign")
    account.delete("3")
    project.load("activecampaign", "contacts")
    account.refuse_next(404, body={"message": "not found"})
    with pytest.raises(LoadFailed, match="acme_activecampaign: ActiveCampaign answered 404 to GET /api/3/contacts/3"):
        project.load("activecampaign", "missing_contacts")
    assert project.rows(MISSING) == []


def test_a_changed_field_is_read_contact_by_contact_where_that_is_shorter(project: Project, serve: Serve) -> None:
    # 1,000 values are eleven pages: for one contact it is one request.
    values = [field_value(number, number, 1, "facebook") for number in range(1, 1001)]
    people = [contact(number) for number in range(1, 1001)]
    with serve(people, fields=[field(1, "utm_source")], fieldValues=values) as vendors:
        project.load("activecampaign", "contacts", "field_values")
        vendors.activecampaign("acme_activecampaign").set_field("7", "1", "google")
        before = paths(vendors)
        project.load("activecampaign", "contacts", "field_values")
        later = paths(vendors) - before
    assert later == {CONTACTS: 2, f"{CONTACTS}/7/fieldValues": 1}
    assert project.rows(f"select value from ({VALUES}) where contact in ('7', '8') order by contact") == [
        ("google",),
        ("facebook",),
    ]


def current(project: Project, table: str) -> list[tuple[str, bool]]:
    """Return the ids of rows, and whether the last reading had them."""
    return project.rows(
        f"""
        select id, read_at = (
            select max(read_at) from raw_activecampaign.collection_reads where collection = '{table}'
        )
        from raw_activecampaign.{table} order by id::int
        """
    )


def test_a_tag_that_was_taken_away_is_what_a_later_reading_lacks(
    project: Project, account: ActiveCampaignAccount
) -> None:
    project.load("activecampaign")
    account.untag("1", "7")
    account.tag("3", "7")
    project.load("activecampaign")
    assert current(project, "contact_tags") == [("1", False), ("2", True), ("3", True), ("4", True)]


def test_a_tag_taken_away_and_given_again_is_there_twice(project: Project, account: ActiveCampaignAccount) -> None:
    project.load("activecampaign")
    account.untag("2", "7")
    account.tag("2", "7")
    project.load("activecampaign")
    assert current(project, "contact_tags") == [("1", True), ("2", False), ("3", True), ("4", True)]


def test_who_leaves_a_list_says_when(project: Project, account: ActiveCampaignAccount) -> None:
    project.load("activecampaign")
    account.unsubscribe("1", "5")
    project.load("activecampaign")
    left = "select status, udate > seen_at - interval 1 hour from raw_activecampaign.contact_lists"
    assert project.rows(left) == [("2", True)]


@pytest.mark.parametrize("deleted", [["5"], [str(number) for number in range(1, 16)], ["10"]])
def test_tags_deleted_while_they_are_read_hide_no_other(
    project: Project, serve: Serve, monkeypatch: pytest.MonkeyPatch, deleted: list[str]
) -> None:
    monkeypatch.setattr(settings, "PAGE_SIZE", 10)
    taggings = [contact_tag(number, number, 7, "2026-03-02T03:00:00-05:00") for number in range(1, 48)]
    people = [contact(number) for number in range(1, 48)]
    with serve(people, tags=[tag(7, "Webinar")], contactTags=taggings) as vendors:
        account = vendors.activecampaign("acme_activecampaign")

        def untag() -> None:
            for number in deleted:
                account.untag(number, "7")
            # The total is as it was.
            for _ in deleted:
                account.tag("47", "7")

        account.after_next("contactTags", lambda: None)
        account.after_next("contactTags", untag)
        project.load("activecampaign", "contact_tags")
        there = {row["id"] for row in account.rows("contactTags")}
    landed = {row_id for (row_id,) in project.rows("select id from raw_activecampaign.contact_tags")}
    assert there <= landed


def test_a_reading_that_broke_off_takes_no_tag_away(project: Project, account: ActiveCampaignAccount) -> None:
    project.load("activecampaign")
    account.refuse_next(422, body={"errors": [{"title": "No"}]})
    with pytest.raises(LoadFailed):
        project.load("activecampaign", "contact_tags")
    assert current(project, "contact_tags") == [("1", True), ("2", True), ("3", True)]


def test_a_broken_page_is_asked_for_again(project: Project, small: Sandbox, account: ActiveCampaignAccount) -> None:
    small.faults = Faults(drop_connection_every=3)
    project.load("activecampaign")
    assert landed_emails(project) == emails_of(account)


@pytest.mark.parametrize("status", [403, 429, 500, 502, 503, 504])
def test_a_moment_of_weakness_is_outlasted(project: Project, account: ActiveCampaignAccount, status: int) -> None:
    account.refuse_next(status, times=2)
    project.load("activecampaign", "contacts")
    assert len(project.rows(IDS)) == 4


@pytest.mark.parametrize(
    "body",
    [
        {"errors": [{"title": "Something went wrong"}]},
        {"error": "Internal"},
        {"message": "Service unavailable"},
        {"result_code": 0, "result_message": "Failed", "result_output": "json"},
    ],
)
def test_an_error_inside_200_is_asked_again_and_then_named(
    project: Project, account: ActiveCampaignAccount, body: dict[str, Any]
) -> None:
    account.refuse_next(200, times=2, body=body)
    project.load("activecampaign", "contacts")
    assert len(project.rows(IDS)) == 4
    account.refuse_next(200, times=3, body=body)
    with pytest.raises(
        LoadFailed, match=r"^acme_activecampaign: ActiveCampaign answered 200 to GET /api/3/contacts: \{"
    ):
        project.load("activecampaign", "contacts")


def test_a_limit_is_waited_for_as_long_as_it_says(
    project: Project, small: Sandbox, account: ActiveCampaignAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCES__ACTIVECAMPAIGN__LONGEST_WAIT_SECONDS", "600")
    account.refuse_next(429, retry_after=1)
    project.load("activecampaign", "contacts")
    refused, admitted = small.requests[:2]
    assert (refused.status, admitted.status) == (429, 200)
    assert admitted.asked_at - refused.asked_at >= 1


def test_a_wait_of_hours_is_for_the_next_load(project: Project, small: Sandbox, account: ActiveCampaignAccount) -> None:
    account.refuse_next(429, retry_after=7200)
    with pytest.raises(LoadFailed, match="answered 429 to GET /api/3/contacts"):
        project.load("activecampaign", "contacts")
    assert len(small.requests) == 1


def test_a_wrong_key_is_one_line_that_names_the_variable(
    project: Project, small: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTIONS__ACME_ACTIVECAMPAIGN__API_KEY", "wrong")
    with pytest.raises(LoadFailed) as raised:
        project.load("activecampaign", "contacts")
    assert str(raised.value) == (
        "acme_activecampaign: ActiveCampaign does not accept the key in CONNECTIONS__ACME_ACTIVECAMPAIGN__API_KEY: it "
        "is wrong or revoked; renew it at ActiveCampaign > Settings > Developer, where the account's URL stands too"
    )
    assert [request.status for request in small.requests] == [403] * settings.FORBIDDEN_ATTEMPTS


@pytest.mark.parametrize(
    ("base_url", "problem"),
    [
        ("", "base_url of my_activecampaign is missing; set the account's URL"),
        (
            "https://acme.api-us1.com/api/3/contacts",
            "base_url of my_activecampaign must end before /api, or with /api/3",
        ),
    ],
)
def test_the_url_has_to_be_the_accounts_own(bare_project: Project, base_url: str, problem: str) -> None:
    bare_project.connect("my_activecampaign", "activecampaign", base_url)
    with pytest.raises(ConfigurationError, match=problem):
        bare_project.load("activecampaign")


def test_keys_of_one_account_share_its_pace(
    project: Project, small: Sandbox, account: ActiveCampaignAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts: list[str] = []
    from ingestion import http

    pace = http.Pace
    monkeypatch.setattr(http, "Pace", lambda name, *rest: accounts.append(name) or pace(name, *rest))
    project.connect("other_activecampaign", "activecampaign", f"{small.base_url}/activecampaign")
    with pytest.raises(LoadFailed):
        project.load("activecampaign", "tags")
    assert accounts == [f"{small.base_url}/activecampaign"] * 2


def test_pages_that_ignore_the_order_are_refused(project: Project, vendor: FakeVendor) -> None:
    project.connect("acme_activecampaign", "activecampaign", vendor.url)
    vendor.routes["/api/3/contacts"] = lambda _: {"contacts": [contact(5), contact(4)], "meta": {"total": "2"}}
    with pytest.raises(LoadFailed, match="pages of contacts are not in the order of their ids"):
        project.load("activecampaign", "contacts")


def test_an_answer_without_its_list_is_named(project: Project, vendor: FakeVendor) -> None:
    project.connect("acme_activecampaign", "activecampaign", vendor.url)
    vendor.routes["/api/3/tags"] = lambda _: {"meta": {"total": "0"}}
    with pytest.raises(LoadFailed, match="answered GET /api/3/tags without a list of tags"):
        project.load("activecampaign", "tags")


def test_a_failed_load_does_not_move_the_watermark(project: Project, account: ActiveCampaignAccount) -> None:
    project.load("activecampaign")
    account.modify("1", email="ada@example.com")
    account.refuse_next(422)
    with pytest.raises(LoadFailed):
        project.load("activecampaign", "contacts")
    project.load("activecampaign", "contacts")
    assert landed_emails(project)["1"] == "ada@example.com"


def test_a_contact_without_a_date_is_set_aside_and_the_others_are_landed(project: Project, serve: Serve) -> None:
    with serve([contact(1), contact(2, cdate="0000-00-00 00:00:00")]):
        loaded = project.load("activecampaign", "contacts")
    assert loaded["contacts"].rows_rejected == 1
    assert project.rows(IDS) == [("1",)]


def test_of_a_forgotten_contact_nothing_comes_back(project: Project, small: Sandbox, secrets_file: Path) -> None:
    nobody = forgotten_in("acme", makes_key=True)
    remember("acme", nobody.and_also(["Person1@example.com"]).not_in(nobody))
    project.load("activecampaign")
    assert project.rows(IDS) == [("2",), ("3",), ("4",)]
    assert project.rows(VALUES) == [("2", "1", "ig")]
    assert project.rows("select contact from raw_activecampaign.contact_tags") == [("2",)]
    assert project.rows("select contact from raw_activecampaign.contact_lists") == []


KILLED = """
import os, signal
from ingestion.activecampaign import settings
settings.PAGE_SIZE, settings.PAGES_PER_LANDING = 10, 2
from ingestion.activecampaign.client import ActiveCampaign
pages = ActiveCampaign.contact_pages
def dying(self, since=None, after=0):
    for page in pages(self, since, after):
        yield page
        if page.after == 30:
            os.kill(os.getpid(), signal.SIGKILL)
ActiveCampaign.contact_pages = dying
from ingestion import load
load("activecampaign", ["contacts"])
"""


def test_a_killed_first_reading_goes_on_where_it_was_landed(
    project: Project, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "PAGE_SIZE", 10)
    with serve([contact(number) for number in range(1, 48)]) as vendors:
        killed = subprocess.run([sys.executable, "-c", KILLED], capture_output=True, check=False)
        assert killed.returncode == -signal.SIGKILL
        before = len(vendors.requests)
        project.load("activecampaign", "contacts")
        asked = [request.params["id_greater"] for request in vendors.requests[before:]]
        assert landed_emails(project) == emails_of(vendors.activecampaign("acme_activecampaign"))
    # Two of five pages were landed before.
    assert asked == ["20", "30", "40", "47"]


KILLED_AMONG_TAGS = """
import os, signal
from ingestion.activecampaign import settings
settings.PAGE_SIZE = 2
from ingestion.activecampaign.client import ActiveCampaign
pages = ActiveCampaign.pages
def dying(self, collection):
    for page in pages(self, collection):
        yield page
        if collection == "contactTags":
            os.kill(os.getpid(), signal.SIGKILL)
ActiveCampaign.pages = dying
from ingestion import load
load("activecampaign")
"""


def test_a_load_killed_among_the_tags_takes_none_away_and_the_next_one_lands_all(
    project: Project, account: ActiveCampaignAccount
) -> None:
    project.load("activecampaign")
    account.untag("2", "7")
    account.tag("3", "8")
    killed = subprocess.run([sys.executable, "-c", KILLED_AMONG_TAGS], capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert current(project, "contact_tags") == [("1", True), ("2", True), ("3", True)]
    project.load("activecampaign")
    assert current(project, "contact_tags") == [("1", True), ("2", False), ("3", True), ("4", True)]


def test_a_full_load_reads_everything_again(project: Project, small: Sandbox) -> None:
    project.load("activecampaign")
    before = len(small.requests)
    load("activecampaign", ["contacts", "field_values"], report=project.lines.append, is_full=True)
    asked = small.requests[before:]
    assert Counter(request.path for request in asked) == {CONTACTS: 2, f"{API}/fieldValues": 1}
    assert all("filters[updated_after]" not in request.params for request in asked)


def test_no_address_of_a_contact_is_reported(project: Project, small: Sandbox) -> None:
    small.faults = Faults(rate_limited_every=4, server_error_every=5)
    project.load("activecampaign")
    assert "@" not in project.report
