"""GoHighLevel's contacts from the vendor to the marts, over two days: who is gone stays, with money and tags."""

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ingestion import SOURCES
from ingestion.gohighlevel import settings
from sandbox.serving import Sandbox
from tests.dbt_command import run_dbt
from tests.ingestion.conftest import Project
from tests.sandbox.gohighlevel_account import LOCATION, attribution, contact, write_account
from tests.sandbox.serving_folder import transaction

BUILT = ("+dim_people", "+fct_contact_tags", "+int_touchpoints_unioned", "+int_contact_emails_unioned")


def build(project: Project, folder: Path) -> None:
    chosen = ("--select", *BUILT, "staging.gohighlevel", "--exclude", "test_type:unit")
    run_dbt(folder, "build", *chosen, "--indirect-selection", "cautious", environment=os.environ)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Load, let things happen at GoHighLevel, load again, and build."""
    folder = tmp_path_factory.mktemp("gohighlevel")
    served = write_account(
        folder / "vendor",
        [
            contact(1, tags=["webinar"], attributionSource=attribution(utmSource="facebook", campaign="spring")),
            contact(2, dnd=True, additionalEmails=["two@work.example.com"]),
            contact(
                3,
                tags=["webinar", "lead"],
                attributionSource=attribution(gclid="Cj0", sessionSource="Paid Search"),
                lastAttributionSource=attribution(utmSource="newsletter"),
            ),
        ],
    )
    # Contact 3, who will be merged into 1, has paid $49 in November.
    rows = [transaction(3, customer={"name": "", "email": "person3@example.com"})]
    (served / "thrivecart").mkdir()
    thrivecart = {"api_key": "key-of-acme_thrivecart", "transactions": rows}
    (served / "thrivecart" / "acme_thrivecart.json").write_text(json.dumps(thrivecart))
    with pytest.MonkeyPatch.context() as monkeypatch, Sandbox(served, requests_per_minute=None) as vendors:
        monkeypatch.setattr(settings, "FULL_READ", timedelta())
        made = Project(folder, monkeypatch)
        for source in SOURCES:
            made.load(source)
        base_url = f"{vendors.base_url}/gohighlevel"
        made.connect("acme_gohighlevel", "gohighlevel", base_url, vendor_account_id=LOCATION)
        made.connect("acme_thrivecart", "thrivecart", f"{vendors.base_url}/thrivecart")
        made.load("thrivecart", "transactions")
        made.load("gohighlevel")
        account = vendors.gohighlevel("acme_gohighlevel")
        account.untag("contact0001", "webinar")
        account.tag("contact0002", "Buyer")
        made.load("gohighlevel")
        account.merge("contact0001", "contact0003")
        made.load("gohighlevel")
        build(made, folder)
        yield made


def test_who_was_merged_stays_and_is_marked(project: Project) -> None:
    states = "select gohighlevel_contact_id, is_deleted from staging.stg_gohighlevel__contacts order by 1"
    assert project.rows(states) == [("contact0001", False), ("contact0002", False), ("contact0003", True)]


def test_the_merged_address_belongs_to_who_is_left_with_its_money(project: Project) -> None:
    people = """
        select distinct people.reporting_lifetime_net_amount::varchar
        from marts.dim_people as people
        inner join marts.bridge_person_emails as emails on people.person_id = emails.person_id
        where emails.email in ('person1@example.com', 'person3@example.com')
    """
    assert project.rows(people) == [("49.00",)]


def test_further_addresses_are_the_contacts(project: Project) -> None:
    emails = """
        select contact_id, email from intermediate.int_contact_emails_unioned where is_additional order by 1, 2
    """
    assert project.rows(emails) == [
        ("acme_gohighlevel:contact0001", "person3@example.com"),
        ("acme_gohighlevel:contact0002", "two@work.example.com"),
    ]


def test_the_first_attribution_is_a_touchpoint_at_the_contacts_creation(project: Project) -> None:
    touches: list[tuple[Any, ...]] = project.rows(
        """
        select touchpoint_id, utm_source, utm_medium, utm_campaign, occurred_at::varchar
        from intermediate.int_touchpoints_unioned where evidence = 'contact_source' order by 1
        """
    )
    assert touches == [
        ("acme_gohighlevel:contact0001", "facebook", "paid_social", "spring", "2026-03-01 10:00:01+00"),
        ("acme_gohighlevel:contact0003", "google", "cpc", None, "2026-03-01 10:00:03+00"),
    ]


def test_tags_last_from_the_first_reading_with_them_to_the_first_without(project: Project) -> None:
    stays = """
        select contact_id, tag_kind, tag_name, untagged_at is null, coalesce(untagged_at > tagged_at, true)
        from marts.fct_contact_tags order by contact_id, tagged_at, tag_name
    """
    one, two, three = (f"acme_gohighlevel:contact000{number}" for number in (1, 2, 3))
    assert project.rows(stays) == [
        (one, "tag", "webinar", False, True),
        # The merge brought the other one's.
        (one, "tag", "lead", True, True),
        (one, "tag", "webinar", True, True),
        (two, "tag", "buyer", True, True),
        (three, "tag", "lead", False, True),
        (three, "tag", "webinar", False, True),
    ]


def test_no_row_was_set_aside(project: Project) -> None:
    assert project.rows("select * from staging.stg_gohighlevel__rejected_rows") == []
