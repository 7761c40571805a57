"""HubSpot's contacts from the vendor to the marts, over two days: what changed in between is known as of both."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingestion import SOURCES
from ingestion.hubspot import settings
from sandbox.serving import Sandbox
from tests.dbt_command import run_dbt
from tests.ingestion.conftest import Project
from tests.sandbox.hubspot_account import archived, contact, contact_list, member, write_account
from tests.sandbox.serving_folder import transaction

BUILT = ("+dim_people", "+fct_contact_tags", "+fct_contact_versions", "+int_order_tags_listed", "staging.hubspot")
PAGE = "https://example.com/?utm_source=facebook&utm_medium=paid_social&utm_campaign="


def build(project: Project, folder: Path) -> None:
    chosen = ("--select", *BUILT, "assert_merges_end_at_a_survivor", "--exclude", "test_type:unit")
    run_dbt(folder, "build", *chosen, "--indirect-selection", "cautious", environment=os.environ)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Load and build, let things happen at HubSpot, and load and build again."""
    folder = tmp_path_factory.mktemp("hubspot")
    contacts = [
        contact(1, lifecyclestage="lead", hs_analytics_first_url=f"{PAGE}spring"),
        contact(2, hs_analytics_first_url=f"{PAGE}autumn", hs_analytics_first_timestamp="2026-02-20T10:00:00.000Z"),
        contact(3, hs_analytics_first_url=f"{PAGE}winter"),
        contact(4),
        archived(5),
    ]
    lists = {
        "lists": [contact_list(7, "Webinar"), contact_list(8, "Newsletter")],
        "memberships": {
            "7": [member(1, "2026-03-02T08:00:00Z"), member(3, "2026-03-02T08:00:00Z")],
            "8": [member(3, "2026-12-31T00:00:00Z")],
        },
    }
    served = write_account(folder / "vendor", contacts, **lists)
    # Contacts 3, who will be deleted for good, and 2, who will be merged, have each paid $49 in November.
    rows = [transaction(number, customer={"name": "", "email": f"person{number}@example.com"}) for number in (2, 3)]
    (served / "thrivecart").mkdir()
    thrivecart = {"api_key": "key-of-acme_thrivecart", "transactions": rows}
    (served / "thrivecart" / "acme_thrivecart.json").write_text(json.dumps(thrivecart))
    with pytest.MonkeyPatch.context() as monkeypatch, Sandbox(served, requests_per_minute=None) as vendors:
        monkeypatch.setattr(settings, "SWEEP_DAYS", 0)
        made = Project(folder, monkeypatch)
        for source in SOURCES:
            made.load(source)
        made.connect("acme_hubspot", "hubspot", f"{vendors.base_url}/hubspot")
        made.connect("acme_thrivecart", "thrivecart", f"{vendors.base_url}/thrivecart")
        made.load("thrivecart", "transactions")
        made.load("hubspot")
        build(made, folder)
        account = vendors.hubspot("acme_hubspot")
        account.modify("1", lifecyclestage="customer")
        account.remove_from_list("7", "1")
        account.delete_for_good("3")
        account.merge("4", "2")
        made.load("hubspot")
        build(made, folder)
        yield made


def people(project: Project, email: str) -> list[tuple[Any, ...]]:
    return project.rows(
        f"""
        select is_lead, is_customer, reporting_lifetime_net_amount
        from marts.dim_people where primary_email = '{email}'
        """
    )


def test_every_contact_stays_and_says_what_became_of_it(project: Project) -> None:
    states = "select hubspot_contact_id, record_state, is_deleted from staging.stg_hubspot__contacts order by 1"
    assert project.rows(states) == [
        ("1", "live", False),
        ("2", "merged", False),
        ("3", "deleted", True),
        ("4", "merged", False),
        ("5", "archived", True),
        ("6", "live", False),
    ]


def test_both_merged_records_lead_to_the_survivor_that_has_both_addresses(project: Project) -> None:
    merges = "select contact_id, merged_into_contact_id from staging.stg_hubspot__contact_merges order by 1"
    assert project.rows(merges) == [("acme_hubspot:2", "acme_hubspot:6"), ("acme_hubspot:4", "acme_hubspot:6")]
    emails = "select contact_id, email from staging.stg_hubspot__additional_emails"
    assert project.rows(emails) == [("acme_hubspot:6", "person2@example.com")]


@pytest.mark.parametrize("number", [2, 3])
def test_the_money_of_a_merged_or_deleted_contact_is_still_a_leads(project: Project, number: int) -> None:
    ((is_lead, is_customer, amount),) = people(project, f"person{number}@example.com")
    assert (is_lead, is_customer, str(amount)) == (True, True, "49.00")


def test_a_first_source_that_a_merged_record_and_its_survivor_have_is_one_touchpoint(project: Project) -> None:
    # Contact 6 has the source of 2, as 4 had none; told once, at the moment that HubSpot first saw them.
    touches = """
        select utm_campaign, occurred_at::varchar from intermediate.int_touchpoints_unioned
        where evidence = 'contact_source' order by 1
    """
    assert project.rows(touches) == [
        ("autumn", "2026-02-20 10:00:00+00"),
        ("spring", "2026-03-01 10:00:00+00"),
        ("winter", "2026-03-01 10:00:00+00"),
    ]


def test_a_contact_is_known_as_of_both_builds(project: Project) -> None:
    versions = """
        select contact_state, known_to is null from marts.fct_contact_versions
        where contact_id = 'acme_hubspot:1' order by known_from
    """
    assert project.rows(versions) == [("lead", False), ("customer", True)]


def test_a_deletion_is_a_version_of_the_contact(project: Project) -> None:
    versions = """
        select is_deleted, emails.email
        from marts.fct_contact_versions
        inner join marts.bridge_person_emails as emails using (person_id)
        where contact_id = 'acme_hubspot:3' order by known_from
    """
    assert project.rows(versions) == [(False, "person3@example.com"), (True, "person3@example.com")]


def test_stays_on_lists_end_where_a_later_reading_lacks_them(project: Project) -> None:
    stays = """
        select contact_id, tag_name, tagged_at::varchar, untagged_at is null from marts.fct_contact_tags order by 1, 2
    """
    assert project.rows(stays) == [
        ("acme_hubspot:1", "Webinar", "2026-03-02 08:00:00+00", False),
        ("acme_hubspot:3", "Newsletter", "2026-12-31 00:00:00+00", False),
        ("acme_hubspot:3", "Webinar", "2026-03-02 08:00:00+00", False),
    ]


def test_an_order_has_the_lists_that_its_buyer_was_on_at_that_moment(project: Project) -> None:
    # Contact 3 bought on 1 November: on the webinar's list since March, and not yet on the newsletter's.
    assert project.rows("select tags_held from intermediate.int_order_tags_listed") == [("Webinar",)]


def test_the_history_of_the_lifecycle_has_no_gap(project: Project) -> None:
    history = """
        select property_value, valid_to is null from staging.stg_hubspot__property_history
        where contact_id = 'acme_hubspot:1' order by valid_from
    """
    assert project.rows(history) == [("lead", False), ("customer", True)]


def test_no_row_was_set_aside(project: Project) -> None:
    assert project.rows("select * from staging.stg_hubspot__rejected_rows") == []
