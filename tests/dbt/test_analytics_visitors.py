"""Visitors of web analytics from the exports to the touchpoints: an anonymous past becomes a known person's."""

from collections.abc import Iterator

import pytest

from ingestion.files.reading import read_file
from tests.dbt.raw_rows import RawWarehouse
from tests.ingestion.analytics_exports import (
    LANDED_ON,
    POSTHOG,
    PRICES,
    RUDDERSTACK_IDENTIFIES,
    RUDDERSTACK_PAGES,
    ga4,
    json_lines,
    parquet,
    snowplow,
)

# 10 February 2026 10:00 UTC, and 1 March 12:30.
FEBRUARY, MARCH = 1770717600000000, 1772368200000000

FILES = {
    # She came from a search in February and by an ad in March, and said only then who she is.
    "events_20260210.parquet": parquet(
        [ga4(FEBRUARY, "page_view", PRICES, came_from="https://www.google.com/")],
    ),
    "events_20260301.parquet": parquet(
        [
            ga4(MARCH, "page_view", LANDED_ON, came_from="https://l.facebook.com/"),
            ga4(MARCH + 1_000_000, "scroll", LANDED_ON, came_from="https://l.facebook.com/"),
            ga4(MARCH + 60_000_000, "page_view", PRICES, came_from="https://acme.example/"),
            ga4(MARCH + 90_000_000, "sign_up", PRICES, user_id="ada@example.com"),
        ]
    ),
    # As GA4 exported the same day before it was over.
    "events_intraday_20260301.parquet": parquet(
        [ga4(MARCH, "page_view", LANDED_ON, came_from="https://l.facebook.com/")]
    ),
    "atomic_events.jsonl": json_lines(
        [
            snowplow("e1", "2026-02-20 08:00:00.000", PRICES + "?utm_source=letter", domain_userid="d7c1"),
            snowplow("e2", "2026-03-02 08:00:00.000", PRICES, domain_userid="d7c1", user_id="bob@example.com"),
            snowplow("e3", "2026-03-02 08:01:00.000", PRICES + "?utm_source=letter", domain_userid="stranger"),
        ]
    ),
    "pages.jsonl": json_lines(RUDDERSTACK_PAGES),
    "identifies.jsonl": json_lines(RUDDERSTACK_IDENTIFIES),
    "posthog.jsonl": json_lines(POSTHOG),
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RawWarehouse]:
    made = RawWarehouse(tmp_path_factory.mktemp("visitors"))
    read = [read_file(name, content) for name, content in FILES.items()]
    made.put("touchpoints", [row for file in read for row in file.events.to_pylist()], source="files")
    made.dbt("build", "--select", "+int_touchpoints_unioned", "--exclude-resource-types", "test", "unit_test")
    yield made


def touches_of(warehouse: RawWarehouse, email: str, make: str) -> list[tuple[str, str | None, str | None]]:
    """Return when a person was reached as one make tells it, the campaign's source, and the page before."""
    return warehouse.rows(
        """
        select touchpoints.occurred_at::varchar, touchpoints.utm_source, touchpoints.referrer
        from intermediate.int_touchpoints_unioned as touchpoints
        inner join intermediate.int_people_resolved as people using (person_id)
        inner join staging.stg_files__touchpoints as events using (touchpoint_id)
        where people.email = ? and events.made_by = ?
        order by 1
        """,
        email,
        make,
    )


def test_what_a_visitor_of_google_analytics_did_before_she_was_known_is_hers(warehouse: RawWarehouse) -> None:
    assert touches_of(warehouse, "ada@example.com", "ga4") == [
        ("2026-02-10 10:00:00+00", None, "https://www.google.com/"),
        ("2026-03-01 12:30:00+00", "facebook", "https://l.facebook.com/"),
    ]


def test_what_a_visitor_of_snowplow_did_before_he_was_known_is_his(warehouse: RawWarehouse) -> None:
    assert touches_of(warehouse, "bob@example.com", "snowplow") == [("2026-02-20 08:00:00+00", "letter", None)]


@pytest.mark.parametrize("make", ["rudderstack", "posthog"])
def test_an_identify_call_tells_whose_the_visits_before_were(warehouse: RawWarehouse, make: str) -> None:
    assert touches_of(warehouse, "ada@example.com", make) == [
        ("2026-03-01 12:30:00.5+00", "facebook", "https://l.facebook.com/")
    ]


def test_every_event_is_kept_also_those_that_are_no_touchpoints(warehouse: RawWarehouse) -> None:
    kept = "select made_by, count(*) from staging.stg_files__touchpoints group by made_by order by made_by"
    assert warehouse.rows(kept) == [("ga4", 6), ("posthog", 3), ("rudderstack", 3), ("snowplow", 3)]
