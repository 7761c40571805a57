"""Exports of web analytics in the columns that their vendors document, and the touchpoints in them, worked by hand.

All of them tell of the same visitor: a click on an ad on the first of March at 12:30 UTC, and a page of the shop's own
after that; then she says who she is.
"""

import csv
import gzip
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow
import pyarrow.parquet

LANDED_ON = "https://acme.example/?utm_source=facebook&utm_campaign=spring&fbclid=F1"
PRICES = "https://acme.example/prices"
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Export:
    """A file, and its rows: where they stand, and what of them is known."""

    name: str
    content: bytes
    rows: list[dict[str, Any]]


@dataclass(frozen=True)
class Refused:
    """A file that is refused: the row and the column to mend, what stands there, and a part of the reason."""

    name: str
    content: bytes
    line: int
    field: str
    value: str
    reason: str


def parquet(rows: Iterable[Row], schema: pyarrow.Schema | None = None) -> bytes:
    """Write Parquet; what is nested in the rows is nested in it."""
    buffer = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist([dict(row) for row in rows], schema=schema), buffer)
    return buffer.getvalue()


def json_lines(rows: Iterable[Row]) -> bytes:
    """Write an object on each line. What is null is left out, as BigQuery does it."""
    lines = [{name: value for name, value in row.items() if value is not None} for row in rows]
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def separated(rows: list[Row]) -> bytes:
    """Write CSV; what is nested is JSON in its cell."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]))
    writer.writeheader()
    for row in rows:
        writer.writerow(
            {name: json.dumps(value) if isinstance(value, dict | list) else value for name, value in row.items()}
        )
    return buffer.getvalue().encode()


# Google Analytics


def parameter(key: str, text: str | None = None, number: int | None = None) -> dict[str, Any]:
    return {
        "key": key,
        "value": {"string_value": text, "int_value": number, "float_value": None, "double_value": None},
    }


def ga4(moment: int, kind: str, page: str, **columns: Any) -> dict[str, Any]:
    nothing = dict.fromkeys(
        ("manual_campaign_id", "manual_campaign_name", "manual_source", "manual_medium", "manual_term"), None
    )
    return {
        "event_date": "20260301",
        "event_timestamp": moment,
        "event_previous_timestamp": None,
        "event_name": kind,
        "event_params": [
            parameter("ga_session_id", number=1772368200),
            parameter("page_location", page),
            parameter("page_referrer", columns.get("came_from")),
        ],
        "event_bundle_sequence_id": 7,
        "user_id": columns.get("user_id"),
        "user_pseudo_id": "1700000001.1772368200",
        "privacy_info": {"analytics_storage": "Yes", "ads_storage": "Yes", "uses_transient_token": "No"},
        "user_properties": [parameter("plan", "free")],
        "user_first_touch_timestamp": 1772368200000000,
        "user_ltv": {"revenue": 0.0, "currency": "USD"},
        "device": {"category": "mobile", "web_info": {"browser": "Safari", "hostname": "acme.example"}},
        "geo": {"country": "Germany", "city": "Berlin"},
        # Of the user's first visit ever: no touch of this event.
        "traffic_source": {"name": "old", "medium": "cpc", "source": "bing"},
        "stream_id": "1234567890",
        "platform": "WEB",
        "items": [],
        "collected_traffic_source": {**nothing, "gclid": None, **columns.get("collected", {})},
        "session_traffic_source_last_click": {
            "google_ads_campaign": {"customer_id": "123", "campaign_id": "20001", "ad_group_id": "30001"}
        },
        "is_active_user": True,
        "batch_event_index": 1,
    }


# 1 March 2026 12:30:00.5 UTC is 1772368200 seconds and a half.
GA4 = [
    ga4(
        1772368200500000,
        "page_view",
        LANDED_ON,
        came_from="https://l.facebook.com/",
        collected={"manual_source": "facebook", "manual_campaign_name": "spring"},
    ),
    ga4(1772368260500000, "page_view", PRICES, came_from="https://acme.example/"),
    ga4(1772368320500000, "sign_up", PRICES, user_id="ada@example.com"),
]
# They are told from others by visitor, moment, name, and their places in what the browser sent.
GA4_ROWS = [
    {
        "event_id": "1700000001.1772368200:1772368200500000:page_view:7:::1",
        "email": None,
        "anonymous_id": "1700000001.1772368200",
        "occurred_at": "2026-03-01T12:30:00.500000+00:00",
        "kind": "page_view",
        "referrer": "https://l.facebook.com/",
        "landing_page": LANDED_ON,
        "utm_source": "facebook",
        "utm_medium": None,
        "utm_campaign": "spring",
        "campaign_id": "20001",
        "adset_id": "30001",
    },
    {
        "occurred_at": "2026-03-01T12:31:00.500000+00:00",
        "referrer": "https://acme.example/",
        "landing_page": PRICES,
        "utm_source": None,
    },
    {
        "email": "ada@example.com",
        "user_id": "ada@example.com",
        "occurred_at": "2026-03-01T12:32:00.500000+00:00",
        "kind": "sign_up",
        "referrer": None,
    },
]

# Snowplow


def snowplow(number: str, moment: str, page: str, **columns: Any) -> dict[str, Any]:
    return {
        "app_id": "shop",
        "platform": "web",
        "etl_tstamp": "2026-03-01 13:00:00.000",
        "collector_tstamp": "2026-03-01 12:59:59.000",
        "dvce_created_tstamp": moment,
        "event": "page_view",
        "event_id": number,
        "v_tracker": "js-3.24.0",
        "user_id": None,
        "user_ipaddress": "203.0.113.7",
        "domain_userid": "d7c1",
        "domain_sessionidx": 1,
        "network_userid": "n9e2",
        "geo_country": "DE",
        "page_url": page,
        "page_referrer": None,
        "page_urlhost": "acme.example",
        "page_urlquery": page.partition("?")[2] or None,
        "refr_urlhost": None,
        "refr_medium": None,
        "mkt_medium": None,
        "mkt_source": None,
        "mkt_campaign": None,
        "mkt_clickid": None,
        "contexts_com_snowplowanalytics_snowplow_web_page_1": [{"id": "p1"}],
        "useragent": "Mozilla/5.0",
        "dvce_ismobile": True,
        "derived_tstamp": moment,
        "event_name": "page_view",
        "load_tstamp": "2026-03-01 13:05:00.000",
        **columns,
    }


SNOWPLOW = [
    snowplow(
        "e1",
        "2026-03-01 12:30:00.500",
        LANDED_ON,
        page_referrer="https://l.facebook.com/",
        mkt_source="facebook",
        mkt_campaign="spring",
    ),
    snowplow("e2", "2026-03-01 12:31:00.500", PRICES, page_referrer="https://acme.example/"),
    snowplow(
        "e3", "2026-03-01 12:32:00.500", PRICES, event="unstruct", event_name="sign_up", user_id="ada@example.com"
    ),
]
SNOWPLOW_ROWS = [
    {
        "event_id": "e1",
        "email": None,
        "anonymous_id": "d7c1",
        "user_id": None,
        "occurred_at": "2026-03-01T12:30:00.500000+00:00",
        "kind": "page_view",
        "referrer": "https://l.facebook.com/",
        "landing_page": LANDED_ON,
        "utm_source": "facebook",
        "utm_campaign": "spring",
    },
    {"event_id": "e2", "referrer": "https://acme.example/", "utm_source": None},
    {"event_id": "e3", "kind": "sign_up", "email": "ada@example.com", "user_id": "ada@example.com"},
]

# RudderStack: each kind of call has a table of its own


def rudderstack(number: str, moment: str, **columns: Any) -> dict[str, Any]:
    return {
        "id": number,
        "anonymous_id": "a1b2",
        "user_id": None,
        "channel": "web",
        "context_app_name": "RudderLabs JavaScript SDK",
        "context_ip": "203.0.113.7",
        "original_timestamp": moment,
        "received_at": "2026-03-01T12:59:59.000Z",
        "sent_at": moment,
        "timestamp": moment,
        "uuid_ts": "2026-03-01T13:00:00.000Z",
        **columns,
    }


RUDDERSTACK_PAGES = [
    rudderstack(
        "r1",
        "2026-03-01T12:30:00.500Z",
        name="Home",
        url=LANDED_ON,
        referrer="https://l.facebook.com/",
        context_page_url=LANDED_ON,
        context_page_referrer="https://l.facebook.com/",
        context_campaign_source="facebook",
        context_campaign_name="spring",
        a_property_of_the_users="blue",
    ),
    rudderstack(
        "r2",
        "2026-03-01 12:31:00.5 UTC",
        name="Prices",
        url=PRICES,
        referrer="$direct",
        context_page_url=PRICES,
        context_page_referrer="$direct",
        context_campaign_source=None,
        context_campaign_name=None,
        a_property_of_the_users=None,
    ),
]
RUDDERSTACK_IDENTIFIES = [
    rudderstack("r3", "2026-03-01T12:32:00.500Z", user_id="42", context_traits_email="ada@example.com", plan="free"),
]
RUDDERSTACK_TRACKS = [
    rudderstack("r4", "2026-03-01T12:33:00.500Z", user_id="42", event="order_completed", event_text="Order Completed"),
]

# PostHog


def posthog(number: str, moment: str, kind: str, who: str, **properties: Any) -> dict[str, Any]:
    return {
        "uuid": number,
        "event": kind,
        "properties": {"$lib": "web", "$screen_height": 900, "$active_feature_flags": ["new"], **properties},
        "distinct_id": who,
        "timestamp": moment,
        "created_at": "2026-03-01 13:00:00.000000",
        "elements_chain": "",
        "person_properties": {"email": "ada@example.com"} if who == "42" else {},
        "person_id": "0190-aaaa",
        "inserted_at": "2026-03-01 13:00:00.000000",
    }


POSTHOG = [
    posthog(
        "p1",
        "2026-03-01T12:30:00.500000+00:00",
        "$pageview",
        "anon-1",
        **{"$current_url": LANDED_ON, "$referrer": "https://l.facebook.com/", "utm_source": "facebook", "fbclid": "F1"},
    ),
    posthog(
        "p2",
        "2026-03-01 12:32:00.500000",
        "$identify",
        "42",
        **{"$anon_distinct_id": "anon-1", "$current_url": PRICES, "$set": {"email": "ada@example.com", "age": 36}},
    ),
    posthog("p3", "2026-03-01 12:33:00.500000", "$pageview", "42", **{"$current_url": PRICES, "utm_content": 7}),
]
POSTHOG_ROWS = [
    {
        "event_id": "p1",
        "email": None,
        "anonymous_id": "anon-1",
        "user_id": "anon-1",
        "occurred_at": "2026-03-01T12:30:00.500000+00:00",
        "kind": "$pageview",
        "referrer": "https://l.facebook.com/",
        "landing_page": LANDED_ON,
        "utm_source": "facebook",
        "fbclid": "F1",
    },
    {"event_id": "p2", "email": "ada@example.com", "anonymous_id": "anon-1", "user_id": "42", "kind": "$identify"},
    {
        "event_id": "p3",
        "email": "ada@example.com",
        "anonymous_id": "42",
        "user_id": "42",
        "occurred_at": "2026-03-01T12:33:00.500000+00:00",
        "utm_content": "7",
    },
]


def flat(row: Row) -> dict[str, Any]:
    """Lay out GA4's columns as people do who select them in BigQuery."""
    parameters = {each["key"]: each["value"]["string_value"] for each in row["event_params"]}
    return {
        "event_timestamp": row["event_timestamp"],
        "event_name": row["event_name"],
        "user_pseudo_id": row["user_pseudo_id"],
        "user_id": row["user_id"],
        "page_location": parameters["page_location"],
        "page_referrer": parameters["page_referrer"],
        "collected_traffic_source_manual_source": row["collected_traffic_source"]["manual_source"],
        "collected_traffic_source_gclid": row["collected_traffic_source"]["gclid"],
    }


def exported_by_bigquery(row: Row) -> dict[str, Any]:
    """Write whole numbers as text, which BigQuery does in JSON."""
    return {name: str(value) if type(value) is int else value for name, value in row.items()}


EXPORTS = [
    Export("events_20260301.parquet", parquet(GA4), GA4_ROWS),
    Export("events_20260301.json.gz", gzip.compress(json_lines(map(exported_by_bigquery, GA4))), GA4_ROWS),
    Export("analytics.csv", separated(GA4), GA4_ROWS),
    Export(
        "flat.csv",
        separated([flat(row) for row in GA4]),
        [
            {"utm_source": "facebook", "landing_page": LANDED_ON, "referrer": "https://l.facebook.com/"},
            {"occurred_at": "2026-03-01T12:31:00.500000+00:00", "landing_page": PRICES},
            {"email": "ada@example.com", "referrer": None},
        ],
    ),
    Export("atomic_events.parquet", parquet(SNOWPLOW), SNOWPLOW_ROWS),
    Export("atomic_events.csv.gz", gzip.compress(separated(SNOWPLOW)), SNOWPLOW_ROWS),
    Export(
        "pages.csv",
        separated(RUDDERSTACK_PAGES),
        [
            {
                "event_id": "r1",
                "anonymous_id": "a1b2",
                "user_id": None,
                "occurred_at": "2026-03-01T12:30:00.500000+00:00",
                "kind": "page",
                "referrer": "https://l.facebook.com/",
                "landing_page": LANDED_ON,
                "utm_source": "facebook",
                "utm_campaign": "spring",
            },
            {"event_id": "r2", "occurred_at": "2026-03-01T12:31:00.500000+00:00", "utm_source": None},
        ],
    ),
    Export(
        "identifies.jsonl",
        json_lines(RUDDERSTACK_IDENTIFIES),
        [{"kind": "identify", "anonymous_id": "a1b2", "user_id": "42", "email": "ada@example.com"}],
    ),
    Export(
        "tracks.parquet",
        parquet(RUDDERSTACK_TRACKS),
        [{"kind": "order_completed", "anonymous_id": "a1b2", "user_id": "42", "email": None}],
    ),
    Export("2026-03-01T12-2026-03-01T13.jsonl.gz", gzip.compress(json_lines(POSTHOG)), POSTHOG_ROWS),
    Export(
        "2026-03-01T12-2026-03-01T13.parquet",
        parquet(
            {name: json.dumps(value) if isinstance(value, dict) else value for name, value in row.items()}
            for row in POSTHOG
        ),
        POSTHOG_ROWS,
    ),
    Export("events.csv", separated(POSTHOG), POSTHOG_ROWS),
]

REFUSED = [
    Refused(
        "unknown.parquet",
        parquet([{**row, "campaign_budget": 5} for row in GA4]),
        0,
        "header",
        "campaign_budget",
        "is no column that is known of ga4; take it out of the export",
    ),
    Refused(
        "late.jsonl",
        # BigQuery leaves out what is null, so that a column may come late.
        json_lines([*SNOWPLOW, {**SNOWPLOW[0], "campaign_budget": 5}]),
        0,
        "header",
        "campaign_budget",
        "is no column that is known of snowplow",
    ),
    Refused(
        "seconds.csv",
        separated([GA4[0], {**GA4[1], "event_timestamp": 1772368260}]),
        3,
        "event_timestamp",
        "1772368260",
        "is no number of microseconds since 1970, or of another century",
    ),
    Refused(
        "noon.csv",
        separated([SNOWPLOW[0], SNOWPLOW[1], {**SNOWPLOW[2], "derived_tstamp": "noon"}]),
        4,
        "derived_tstamp",
        "noon",
        "is no time such as 2026-03-01T18:00:00Z",
    ),
    Refused(
        "untold.jsonl",
        json_lines([POSTHOG[0], {**POSTHOG[1], "timestamp": ""}]),
        2,
        "timestamp",
        "",
        "is missing",
    ),
    Refused(
        "nameless.parquet",
        parquet([GA4[0], {**GA4[1], "event_name": None}]),
        2,
        "event_name",
        "",
        "is missing",
    ),
    Refused(
        "no_json.csv",
        separated([POSTHOG[0], {**POSTHOG[1], "properties": "{'$current_url': 'x'}"}]),
        3,
        "properties",
        "{'$current_url': 'x'}",
        "is no JSON",
    ),
    Refused(
        "ga4_without_moments.csv",
        separated([{"event_name": "page_view", "user_pseudo_id": "1.2"}]),
        1,
        "header",
        "event_timestamp",
        "is missing from the columns; an export of ga4 has event_name,event_timestamp",
    ),
    Refused("cut_off.jsonl", json_lines(POSTHOG)[:-40], 3, "line", "", "is no JSON object of its own; correct it"),
    Refused("cut_off.csv.gz", gzip.compress(separated(SNOWPLOW))[:-20], 1, "file", "", "is a broken gzip file"),
    Refused("cut_off.parquet", parquet(GA4)[:-50], 1, "file", "", "is no Parquet file, or a broken one"),
    Refused("settings.json", b'{"theme": "dark"}\n', 1, "file", "", "is JSON of no program that is known"),
]
