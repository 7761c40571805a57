"""Kit over HTTP, as the sandbox plays it: who was deleted and who lost a tag comes to light once a week."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from ingestion.kit import settings
from sandbox.serving import Sandbox
from sandbox.serving.kit import KitAccount
from tests.ingestion.conftest import Project
from tests.ingestion.fake_vendor import Answer, FakeVendor
from tests.sandbox.serving_folder import subscriber

MISSING = "select subscriber_id from raw_kit.missing_subscribers order by 1"
# Of each tagging: whether a later reading of all who have the tag did not have it.
TAGGINGS = """
select tag_id, subscriber_id, read_at < (
    select max(read_at) from raw_kit.tag_reads as tag_reads where tag_reads.tag_id = subscriber_tags.tag_id
)
from raw_kit.subscriber_tags as subscriber_tags
order by all
"""
TAGS = [
    {"id": 71, "name": "Webinar", "created_at": "2026-11-01T10:00:00Z"},
    {"id": 72, "name": "Buyer", "created_at": "2026-11-01T10:00:00Z"},
]


@pytest.fixture
def vendors(project: Project, tmp_path: Path) -> Iterator[Sandbox]:
    """Serve four subscribers, of whom the first three have tag 71 and the first has 72."""
    tagged = [{"subscriber_id": number, "tagged_at": f"2026-11-1{number}T10:00:00Z"} for number in (1, 2, 3)]
    content = {
        "api_key": "key-of-acme_kit",
        "account": {},
        "tags": TAGS,
        "subscribers": [subscriber(number) for number in (1, 2, 3, 4)],
        "taggings": {"71": tagged, "72": tagged[:1]},
    }
    (tmp_path / "vendor" / "kit").mkdir(parents=True)
    (tmp_path / "vendor" / "business.json").write_text("{}")
    (tmp_path / "vendor" / "kit" / "acme_kit.json").write_text(json.dumps(content))
    with Sandbox(tmp_path / "vendor", requests_per_minute=None) as served:
        project.connect("acme_kit", "kit", f"{served.base_url}/kit")
        project.load("kit")
        yield served


@pytest.fixture
def account(vendors: Sandbox) -> KitAccount:
    return vendors.kit("acme_kit")


@pytest.fixture
def a_week_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "FULL_READ", timedelta())


def paths(vendors: Sandbox) -> Counter[str]:
    return Counter(request.path.partition("/kit")[2] for request in vendors.requests)


def asked_by_a_load(project: Project, vendors: Sandbox) -> dict[str, int]:
    before = paths(vendors)
    project.load("kit")
    return dict(paths(vendors) - before)


def test_a_deleted_subscriber_is_found_once_a_week_and_stays(
    project: Project, account: KitAccount, a_week_later: None
) -> None:
    account.delete("3")
    project.load("kit")
    assert project.rows(MISSING) == [("3",)]
    assert project.rows("select id from raw_kit.subscribers order by 1") == [("1",), ("2",), ("3",), ("4",)]
    assert "acme_kit: 1 subscribers are not at Kit any more" in project.report


def test_between_weeks_nobody_is_missed(project: Project, account: KitAccount, vendors: Sandbox) -> None:
    account.delete("3")
    project.load("kit")
    assert project.rows(MISSING) == []
    assert "/subscribers/3" not in paths(vendors)


def test_who_is_known_to_be_missing_is_not_asked_for_again(
    project: Project, account: KitAccount, vendors: Sandbox, a_week_later: None
) -> None:
    account.delete("3")
    project.load("kit")
    project.load("kit")
    assert paths(vendors)["/subscribers/3"] == 1


def test_who_is_there_but_was_not_listed_is_read_with_all_that_the_list_tells(
    project: Project, vendor: FakeVendor, vendors: Sandbox, a_week_later: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = subscriber(3, tags=[], location=None)
    page = {"pagination": {"has_next_page": False, "end_cursor": None}}
    vendor.routes |= {
        "/subscribers": lambda request: page | {"subscribers": [listed] if "email_address" in request.query else []},
        **{f"/subscribers/{number}": lambda _: Answer({"errors": ["Not Found"]}, status=404) for number in (1, 2, 4)},
        "/subscribers/3": lambda _: {"subscriber": {"id": 3, "email_address": "person3@example.com"}},
    }
    connections = project.config / "connections.csv"
    connections.write_text(connections.read_text().replace(f"{vendors.base_url}/kit", vendor.url))
    project.load("kit", "subscribers", "missing_subscribers")
    assert project.rows(MISSING) == [("1",), ("2",), ("4",)]
    source = "select attribution ->> '$.utm_source' from raw_kit.subscribers where id = '3'"
    assert project.rows(source) == [("facebook",)]


def test_a_404_that_is_not_kits_own_makes_nobody_missing(
    project: Project, vendor: FakeVendor, vendors: Sandbox, a_week_later: None
) -> None:
    vendor.routes |= {
        "/subscribers": lambda _: {"subscribers": [], "pagination": {"has_next_page": False, "end_cursor": None}},
        "/subscribers/1": lambda _: Answer("<html>no such page</html>", status=404),
    }
    connections = project.config / "connections.csv"
    connections.write_text(connections.read_text().replace(f"{vendors.base_url}/kit", vendor.url))
    with pytest.raises(Exception, match="acme_kit: Kit answered 404 to GET /subscribers/1"):
        project.load("kit", "subscribers", "missing_subscribers")
    assert project.rows(MISSING) == []


def test_a_tag_that_was_taken_away_is_missed_by_the_next_reading_of_all_who_have_it(
    project: Project, account: KitAccount, a_week_later: None
) -> None:
    account.untag("2", "71")
    project.load("kit")
    assert project.rows(TAGGINGS) == [("71", "1", False), ("71", "2", True), ("71", "3", False), ("72", "1", False)]


def test_a_tag_that_was_set_anew_keeps_when_it_was_set_before(
    project: Project, account: KitAccount, a_week_later: None
) -> None:
    account.untag("2", "71")
    account.tag("2", "71")
    project.load("kit")
    tagged = "select count(*), min(tagged_at)::varchar from raw_kit.subscriber_tags where subscriber_id = '2'"
    assert project.rows(tagged) == [(2, "2026-11-12 10:00:00+00")]
    assert project.rows(TAGGINGS)[1:3] == [("71", "2", False), ("71", "2", True)]


def test_a_tag_that_is_gone_was_taken_from_everybody(project: Project, account: KitAccount) -> None:
    account.delete_tag("71")
    project.load("kit")
    project.load("kit")
    assert project.rows(TAGGINGS) == [("71", "1", True), ("71", "2", True), ("71", "3", True), ("72", "1", False)]


def test_a_day_takes_three_requests_and_one_for_each_tag(project: Project, vendors: Sandbox) -> None:
    by_tag = {"/tags/71/subscribers": 1, "/tags/72/subscribers": 1}
    assert asked_by_a_load(project, vendors) == {"/subscribers": 1, "/tags": 2, **by_tag}


def test_a_week_takes_a_request_for_each_page(
    project: Project, vendors: Sandbox, a_week_later: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Four subscribers, three taggings and one, and two tags, in pages of two.
    monkeypatch.setattr(settings, "PAGE_SIZE", 2)
    by_tag = {"/tags/71/subscribers": 2, "/tags/72/subscribers": 1}
    assert asked_by_a_load(project, vendors) == {"/subscribers": 2, "/tags": 2, **by_tag}
