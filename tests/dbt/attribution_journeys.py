"""Random journeys: touches, leads, orders and their money, as the models of attribution are given them.

Moments crowd: several touches share one, and others lie a second around an order or around the edge of a look-back.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
from hypothesis import strategies as st

from tests.dbt.raw_rows import RawWarehouse

MOMENT = "timestamp with time zone"
WORKSPACES = ("acme", "brisk")
SOURCES = (
    ("paid_social", "meta", "c1", "s1", "a1"),
    ("paid_social", "meta", "c1", "s1", "a2"),
    ("email", "meta", "c1", None, None),
    ("organic_social", "meta", "c1", None, None),
    ("organic_social", None, None, None, None),
    ("email", None, None, None, None),
    ("paid_search", None, None, None, None),
    ("email", "google", "c2", "s2", "a3"),
)
"""Channel and ad entity of a touch."""


@dataclass(frozen=True)
class Touch:
    at: datetime
    kind: str
    source: tuple[str, str | None, str | None, str | None, str | None]
    number: str = ""

    @property
    def not_counted_because(self) -> str | None:
        """Why it counts under no model, whatever the conversion."""
        return "engagement" if self.kind == "tag" else None


@dataclass(frozen=True)
class Order:
    """Money is in signed cents, with its type; None has no rate."""

    at: datetime
    money: Sequence[tuple[str, int | None]]
    number: str = ""


@dataclass(frozen=True)
class Journey:
    """All of one person; or orders whose payer nobody knows."""

    touches: Sequence[Touch]
    orders: Sequence[Order]
    lead_at: datetime | None
    workspace: str
    person: str | None = None


BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)
# The 8th of March is the day of 23 hours in New York: a look-back counts hours, not days of a zone.
moments = st.builds(
    lambda days, seconds: BEGIN + timedelta(days=days, seconds=seconds),
    st.sampled_from([0, 0, 1, 2, 7, 10, 30, 37, 40, 400, 401]),
    st.sampled_from([-1, 0, 0, 0, 1, 3600]),
)
touches = st.builds(
    Touch, moments, st.sampled_from(["opt_in", "first_source", "click", "tag"]), st.sampled_from(SOURCES)
)


@st.composite
def money(draw: st.DrawFn) -> list[tuple[str, int | None]]:
    """Draw a charge, perhaps rebills, and refunds of whole ones and of parts."""
    cents = st.sampled_from([1, 2, 5, 7, 100, 299, 4999, 100001])
    paid = [("charge", draw(cents)), *(("rebill", amount) for amount in draw(st.lists(cents, max_size=2)))]
    given_back = draw(st.lists(st.sampled_from(paid), max_size=2, unique=True))
    rows: list[tuple[str, int | None]] = [*paid]
    rows += [("refund", -(amount if draw(st.booleans()) else max(amount // 2, 1))) for _, amount in given_back]
    return [*rows, ("rebill", None)] if draw(st.integers(0, 9)) == 0 else rows


orders = st.builds(Order, moments, money())


@st.composite
def journeys(draw: st.DrawFn) -> Journey:
    return Journey(
        draw(st.lists(touches, max_size=7)),
        draw(st.lists(orders, max_size=2)),
        draw(st.one_of(st.none(), moments)),
        draw(st.sampled_from(WORKSPACES)),
        draw(st.sampled_from(["known", "known", "known", "known", None])),
    )


def numbered(many: Sequence[Journey]) -> list[Journey]:
    """Give persons, touches and orders keys of their own. Keys of touches run against the order they were drawn in."""
    return [
        replace(
            journey,
            person=journey.person and f"p{one}",
            touches=[replace(touch, number=f"t{one}-{9 - number}") for number, touch in enumerate(journey.touches)]
            if journey.person
            else [],
            orders=[replace(order, number=f"o{one}-{number}") for number, order in enumerate(journey.orders)],
            lead_at=journey.lead_at if journey.person else None,
        )
        for one, journey in enumerate(many)
    ]


TRANSACTION_COLUMNS = {
    **dict.fromkeys(("transaction_id", "workspace_id", "transaction_type", "order_id"), "varchar"),
    "occurred_date": "date",
    "reporting_currency": "varchar",
    "amount": "decimal(18, 2)",
    "reporting_amount": "decimal(18, 2)",
}
COLUMNS = {
    "intermediate.int_conversions_unioned": {
        **dict.fromkeys(("conversion_type", "conversion_id", "workspace_id", "person_id"), "varchar"),
        "converted_at": MOMENT,
        "converted_date": "date",
    },
    "intermediate.int_touchpoints_matched": {
        **dict.fromkeys(("touchpoint_id", "workspace_id", "connection_id", "person_id", "touchpoint_kind"), "varchar"),
        **dict.fromkeys(("evidence", "click_id_kinds", "affiliate_id", "tag_name"), "varchar"),
        "is_site_activity": "boolean",
        "not_counted_because": "varchar",
        "occurred_at": MOMENT,
        "occurred_date": "date",
        **dict.fromkeys(("channel", "platform", "campaign_id", "ad_set_id", "ad_id", "match_rule"), "varchar"),
        **dict.fromkeys(("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "referrer"), "varchar"),
    },
    "intermediate.int_transactions_converted": TRANSACTION_COLUMNS,
    "marts.fct_transactions": TRANSACTION_COLUMNS,
    "marts.fct_orders": {
        **dict.fromkeys(("order_id", "person_id"), "varchar"),
        "ordered_at": MOMENT,
        "first_payment_amount": "decimal(18, 2)",
        "rebill_amount": "decimal(18, 2)",
    },
    "marts.fct_ad_spend": {
        "workspace_id": "varchar",
        "spend_date": "date",
        **dict.fromkeys(("platform", "campaign_id", "ad_set_id", "ad_id"), "varchar"),
        "reporting_spend_amount": "decimal(18, 2)",
        "impressions": "bigint",
        "clicks": "bigint",
    },
}
Rows = dict[str, list[dict[str, Any]]]


def amount_of(cents: int | None) -> str | None:
    return None if cents is None else f"{cents / 100:.2f}"


def rows_of(many: Sequence[Journey]) -> Rows:
    """Return the rows of all journeys for each table, and one row of spend that brought nothing."""
    rows: Rows = {table: [] for table in COLUMNS}
    ad = dict(zip(("platform", "campaign_id", "ad_set_id", "ad_id"), SOURCES[0][1:], strict=True))
    rows["marts.fct_ad_spend"].append(
        ad
        | {"workspace_id": "acme", "spend_date": "2026-01-01", "reporting_spend_amount": "9.99"}
        | {"impressions": 9, "clicks": 1}
    )
    for journey in many:
        owner = {"workspace_id": journey.workspace, "person_id": journey.person}
        converted = [("order", order.number, order.at) for order in journey.orders]
        if journey.lead_at:
            converted.append(("lead", journey.person or "", journey.lead_at))
        rows["intermediate.int_conversions_unioned"] += [
            owner | {"conversion_type": kind, "conversion_id": number, "converted_at": at, "converted_date": at.date()}
            for kind, number, at in converted
        ]
        for touch in journey.touches:
            source = dict(zip(("channel", "platform", "campaign_id", "ad_set_id", "ad_id"), touch.source, strict=True))
            rows["intermediate.int_touchpoints_matched"].append(
                owner
                | source
                | {"touchpoint_id": touch.number, "connection_id": "acme_thrivecart", "touchpoint_kind": touch.kind}
                | {"occurred_at": touch.at, "occurred_date": touch.at.date(), "evidence": "touchpoints_file"}
                | {"is_site_activity": True, "not_counted_because": touch.not_counted_because}
            )
        for order in journey.orders:
            first, *later = [cents or 0 for kind, cents in order.money if kind != "refund"]
            rows["marts.fct_orders"].append(
                {"order_id": order.number, "person_id": journey.person, "ordered_at": order.at}
                | {"first_payment_amount": amount_of(first), "rebill_amount": amount_of(sum(later))}
            )
            transactions = [
                {"transaction_id": f"{order.number}-{number}", "order_id": order.number}
                | {"workspace_id": journey.workspace, "transaction_type": kind, "occurred_date": order.at.date()}
                | {"reporting_currency": "USD", "amount": amount_of(9 if cents is None else cents)}
                | {"reporting_amount": amount_of(cents)}
                for number, (kind, cents) in enumerate(order.money)
            ]
            rows["intermediate.int_transactions_converted"] += transactions
            rows["marts.fct_transactions"] += transactions
    return rows


CONFIGURATION = {
    "workspaces.csv": ["workspace_id,name,reporting_time_zone,reporting_currency"]
    + [f"{workspace},{workspace},America/New_York,USD" for workspace in WORKSPACES],
}


def warehouse_of(folder: Path, rows: Rows) -> RawWarehouse:
    """Return a warehouse in which these rows arrived in the order they have."""
    warehouse = RawWarehouse(folder)
    for name, lines in CONFIGURATION.items():
        (warehouse.configuration / name).write_text("\n".join(lines) + "\n")
    tell(warehouse, rows)
    return warehouse


def tell(warehouse: RawWarehouse, rows: Rows) -> None:
    """Let a warehouse hold these rows, in the order they have, and no others."""
    with duckdb.connect(str(warehouse.file)) as connection:
        connection.execute(
            "set TimeZone = 'UTC'; create schema if not exists intermediate; create schema if not exists marts"
        )
        for table, columns in COLUMNS.items():
            told = warehouse.folder / f"{table}.jsonl"
            told.write_text("".join(json.dumps(row, default=str) + "\n" for row in rows[table]))
            connection.execute(
                f"create or replace table {table} as select * from "
                f"read_json('{told}', format = 'newline_delimited', columns = {columns})"
            )
