"""ActiveCampaign's contacts from the vendor to the marts, over two days: who is gone stays, with money and tags."""

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ingestion import SOURCES
from ingestion.activecampaign import settings
from sandbox.serving import Sandbox
from tests.dbt_command import run_dbt
from tests.ingestion.conftest import Project
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
from tests.sandbox.serving_folder import transaction

BUILT = ("+dim_people", "+fct_contact_tags", "+int_touchpoints_unioned", "+int_order_tags_listed")
MARCH = "2026-03-02T03:00:00-05:00"
"""08:00 UTC."""


def build(project: Project, folder: Path) -> None:
    chosen = ("--select", *BUILT, "staging.activecampaign", "--exclude", "test_type:unit")
    run_dbt(folder, "build", *chosen, "--indirect-selection", "cautious", environment=os.environ)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Load and build, let things happen at ActiveCampaign, and load and build again."""
    folder = tmp_path_factory.mktemp("activecampaign")
    served = write_account(
        folder / "vendor",
        [contact(number) for number in (1, 2, 3)],
        fields=[field(1, "UTM Source"), field(2, "UTM Campaign"), field(3, "Course")],
        fieldValues=[
            field_value(1, 1, 1, "facebook"),
            field_value(2, 1, 2, "spring"),
            field_value(3, 2, 3, "Sourdough"),
            field_value(4, 3, 1, "google"),
        ],
        tags=[tag(7, "Webinar"), tag(5, "Buyer")],
        contactTags=[
            contact_tag(1, 1, 7, MARCH),
            contact_tag(2, 3, 7, MARCH),
            contact_tag(3, 3, 5, "2026-12-31T00:00:00-05:00"),
        ],
        lists=[contact_list(5, "Letters")],
        contactLists=[subscription(1, 3, 5, MARCH)],
        automations=[automation(6, "Welcome")],
        contactAutomations=[run(1, 3, 6, MARCH, "2026-03-05T03:00:00-05:00")],
    )
    # Contact 3, who will be deleted, has paid $49 in November.
    rows = [transaction(3, customer={"name": "", "email": "person3@example.com"})]
    (served / "thrivecart").mkdir()
    thrivecart = {"api_key": "key-of-acme_thrivecart", "transactions": rows}
    (served / "thrivecart" / "acme_thrivecart.json").write_text(json.dumps(thrivecart))
    with pytest.MonkeyPatch.context() as monkeypatch, Sandbox(served, requests_per_minute=None) as vendors:
        monkeypatch.setattr(settings, "FULL_READ", timedelta())
        made = Project(folder, monkeypatch)
        for source in SOURCES:
            made.load(source)
        made.connect("acme_activecampaign", "activecampaign", f"{vendors.base_url}/activecampaign")
        made.connect("acme_thrivecart", "thrivecart", f"{vendors.base_url}/thrivecart")
        made.load("thrivecart", "transactions")
        made.load("activecampaign")
        account = vendors.activecampaign("acme_activecampaign")
        account.untag("1", "7")
        account.delete("3")
        made.load("activecampaign")
        build(made, folder)
        yield made


def test_who_was_deleted_stays_and_is_marked(project: Project) -> None:
    states = "select activecampaign_contact_id, is_deleted from staging.stg_activecampaign__contacts order by 1"
    assert project.rows(states) == [("1", False), ("2", False), ("3", True)]


def test_the_money_of_a_deleted_contact_is_still_a_leads(project: Project) -> None:
    columns = "is_lead, is_customer, reporting_lifetime_net_amount::varchar"
    people = f"select {columns} from marts.dim_people where primary_email = 'person3@example.com'"
    assert project.rows(people) == [(True, True, "49.00")]


def test_custom_fields_with_utm_values_are_touchpoints_also_of_who_was_deleted(project: Project) -> None:
    touches: list[tuple[Any, ...]] = project.rows(
        """
        select touchpoint_id, utm_source, utm_campaign, occurred_at::varchar
        from intermediate.int_touchpoints_unioned where evidence = 'contact_source' order by 1
        """
    )
    assert touches == [
        ("acme_activecampaign:1", "facebook", "spring", "2026-03-01 10:00:00+00"),
        ("acme_activecampaign:3", "google", None, "2026-03-01 10:00:00+00"),
    ]


def test_tags_lists_and_automations_have_their_times(project: Project) -> None:
    stays = """
        select contact_id, tag_kind, tag_name, tagged_at::varchar, untagged_at is null
        from marts.fct_contact_tags order by 1, 2, 3
    """
    march = "2026-03-02 08:00:00+00"
    assert project.rows(stays) == [
        ("acme_activecampaign:1", "tag", "Webinar", march, False),
        ("acme_activecampaign:3", "automation", "Welcome", march, False),
        ("acme_activecampaign:3", "list", "Letters", march, False),
        ("acme_activecampaign:3", "tag", "Buyer", "2026-12-31 05:00:00+00", False),
        ("acme_activecampaign:3", "tag", "Webinar", march, False),
    ]


def test_an_order_has_the_tags_and_lists_that_its_buyer_had_at_that_moment(project: Project) -> None:
    # In November: the welcome was over since March, and the buyer's tag not yet given.
    assert project.rows("select tags_held from intermediate.int_order_tags_listed") == [("Letters, Webinar",)]


def test_no_row_was_set_aside(project: Project) -> None:
    assert project.rows("select * from staging.stg_activecampaign__rejected_rows") == []
