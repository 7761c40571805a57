"""Kit, as its facts say that it behaves."""

from datetime import UTC, datetime, timedelta

import pytest

from ingestion import LoadFailed
from tests.ingestion.conftest import Project, fixture_of
from tests.ingestion.fake_vendor import Answer, FakeVendor, Request


def subscribers(request: Request) -> object:
    page = "2" if request.query.get("after") == "WzUwMl0=" else "1"
    return fixture_of(f"kit/subscribers_page_{page}.json")


def nobody(request: Request) -> object:
    return fixture_of("kit/tag_71_subscribers.json") | {"subscribers": []}


def connect(project: Project, vendor: FakeVendor) -> FakeVendor:
    project.connect("acme_kit", "kit", vendor.url)
    vendor.routes |= {
        "/subscribers": subscribers,
        "/tags": lambda _: fixture_of("kit/tags.json"),
        "/tags/71/subscribers": lambda _: fixture_of("kit/tag_71_subscribers.json"),
        "/tags/72/subscribers": nobody,
    }
    return vendor


@pytest.fixture
def account(project: Project, vendor: FakeVendor) -> FakeVendor:
    return connect(project, vendor)


@pytest.fixture(scope="module")
def loaded_account(read_only_project: Project, read_only_vendor: FakeVendor) -> FakeVendor:
    """Load everything of the account, once for all tests that only look at it or load again."""
    account = connect(read_only_project, read_only_vendor)
    read_only_project.load("kit")
    return account


@pytest.fixture
def later_account(later_project: Project, vendor: FakeVendor) -> FakeVendor:
    return connect(later_project, vendor)


def test_every_subscriber_is_landed_whatever_the_state(read_only_project: Project, loaded_account: FakeVendor) -> None:
    landed = read_only_project.rows(
        "select id, state, created_at::varchar, attribution ->> '$.utm_content' from raw_kit.subscribers order by id"
    )
    assert landed == [
        ("501", "active", "2026-10-01 08:00:00+00", "6215293456071"),
        ("502", "cancelled", "2026-10-02 09:30:00+00", None),
        ("503", "bounced", "2026-11-03 10:00:00+00", None),
    ]


def test_all_states_and_the_attribution_are_asked_for(loaded_account: FakeVendor) -> None:
    first = loaded_account.asked("/subscribers")[0]
    assert first.query == {"per_page": "1000", "status": "all", "include": "attribution,tags,location"}
    assert first.headers["X-Kit-Api-Key"] == "key-of-acme_kit"


def test_paging_stops_where_kit_says_so_though_it_gives_a_cursor(loaded_account: FakeVendor) -> None:
    assert len(loaded_account.asked("/subscribers")) == 2


def test_a_second_load_asks_for_changes_with_an_overlap_of_two_days(
    later_project: Project, later_account: FakeVendor
) -> None:
    later_project.load("kit", "subscribers")
    expected = (datetime.now(UTC) - timedelta(days=2)).date().isoformat()
    assert later_account.asked("/subscribers")[0].query["updated_after"] == expected


def test_a_second_load_doubles_no_subscriber(later_project: Project, later_account: FakeVendor) -> None:
    later_project.load("kit")
    assert later_project.rows("select count(*) from raw_kit.subscribers") == [(3,)]
    assert later_project.rows("select count(*) from raw_kit.subscriber_tags") == [(1,)]


def test_a_failed_load_does_not_move_the_watermark(project: Project, account: FakeVendor) -> None:
    account.routes["/subscribers"] = lambda request: (
        Answer({"errors": ["no"]}, status=422) if "after" in request.query else subscribers(request)
    )
    with pytest.raises(LoadFailed):
        project.load("kit", "subscribers")
    account.requests.clear()
    account.routes["/subscribers"] = subscribers
    project.load("kit", "subscribers")
    assert "updated_after" not in account.asked("/subscribers")[0].query


def test_taggings_are_landed_with_their_time(read_only_project: Project, loaded_account: FakeVendor) -> None:
    taggings = "select tag_id, subscriber_id, tagged_at::varchar from raw_kit.subscriber_tags"
    assert read_only_project.rows(taggings) == [("71", "501", "2026-10-05 18:00:00+00")]
    assert read_only_project.rows("select id, name from raw_kit.tags order by id") == [
        ("71", "Webinar"),
        ("72", "Customer"),
    ]


def test_later_loads_ask_for_new_taggings_of_known_tags_only(later_project: Project, later_account: FakeVendor) -> None:
    tags = fixture_of("kit/tags.json")
    tags["tags"].append({"id": 73, "name": "New", "created_at": "2026-11-24T00:00:00Z"})
    later_account.routes |= {"/tags": lambda _: tags, "/tags/73/subscribers": nobody}
    later_project.load("kit", "subscriber_tags")
    assert "tagged_after" in later_account.asked("/tags/71/subscribers")[0].query
    assert "tagged_after" not in later_account.asked("/tags/73/subscribers")[0].query


def test_a_plain_text_429_is_outlasted(project: Project, account: FakeVendor) -> None:
    account.interruptions.extend([Answer("Retry later", status=429)] * 2)
    project.load("kit", "subscribers")
    assert project.rows("select count(*) from raw_kit.subscribers") == [(3,)]


def test_a_subscriber_without_a_date_is_set_aside(project: Project, account: FakeVendor) -> None:
    page = fixture_of("kit/subscribers_page_2.json")
    page["subscribers"][0]["created_at"] = "0000-00-00"
    account.routes["/subscribers"] = lambda _: page
    loaded = project.load("kit", "subscribers")
    assert loaded["subscribers"].rows_rejected == 1
    assert project.rows("select field, reason from raw_kit.rejected_rows") == [("created_at", "is no ISO 8601 time")]
